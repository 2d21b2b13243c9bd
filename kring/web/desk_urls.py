"""The desk's addresses: everything here is for owners alone (`views/desk/common.py`)."""

from __future__ import annotations

from django.urls import URLPattern, path

from kring.web.views import community
from kring.web.views.desk import joining, members

desk_urlpatterns: list[URLPattern] = [
    path("desk", joining.joining, name="desk"),
    path("desk/joining/registration", joining.set_way, name="desk_set_registration"),
    path("desk/joining/decide", joining.decide, name="desk_decide"),
    path("desk/joining/undo", joining.undo_decision, name="desk_undo_decision"),
    path("desk/links/new", joining.new_link, name="desk_new_link"),
    path("desk/links/<int:link_id>/revoke", joining.revoke, name="desk_revoke_link"),
    path("desk/links/<int:link_id>/restore", joining.restore, name="desk_restore_link"),
    path("desk/members", members.members, name="desk_members"),
    path("desk/members.csv", members.table, name="desk_table"),
    path("desk/members/roles", members.set_roles, name="desk_set_roles"),
    path("desk/members/roles/undo", members.undo_roles, name="desk_undo_roles"),
    path("desk/members/remind", members.remind, name="desk_remind"),
    path("desk/community", community.face, name="community"),
    path("desk/community/logo/remove", community.remove_logo, name="remove_logo"),
]
