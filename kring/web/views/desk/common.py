"""What the desk's pages share: that they are for owners alone, and how one looks."""

from __future__ import annotations

from functools import wraps
from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import render

from kring.core.paging import possible_id
from kring.members.community import require_owner
from kring.members.models import Account
from kring.web.middleware import KringRequest
from kring.web.views.common import View, signed_in


def owners_only(view: View) -> View:
    """Asked before anything else, and of every request anew: a role that was taken is gone."""

    @signed_in
    @wraps(view)
    def guarded(request: KringRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require_owner(cast(Account, request.user))
        return view(request, *args, **kwargs)

    return guarded


def owner(request: KringRequest) -> Account:
    """Who asks. Only in views behind `owners_only`."""
    return cast(Account, request.user)


def chosen_ids(request: KringRequest, *, most: int) -> list[int]:
    """The boxes that were ticked; what is no id is left out."""
    return [one for one in map(possible_id, request.POST.getlist("id")[:most]) if one]


def desk_page(
    request: KringRequest, template: str, part: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    response = render(request, f"desk/{template}.html", {"part": part, **more}, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
