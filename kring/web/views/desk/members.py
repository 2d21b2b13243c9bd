"""Everybody on one list: to search, to give roles, to remind, to take away as a table."""

from __future__ import annotations

import csv
import io
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kring.core import clock
from kring.core.paging import parse_cursor, possible_id
from kring.desk import roll as service
from kring.desk.roles import change_role
from kring.desk.roll import Asked, roll
from kring.members.models import Role
from kring.web.middleware import KringRequest
from kring.web.views.common import notice, see_other
from kring.web.views.desk.common import chosen_ids, desk_page, owner, owners_only

PAGE = 50
MOST_ROWS = 10_000
REMIND_EVERY_S = 180
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@owners_only
def members(request: KringRequest) -> HttpResponse:
    asked = Asked.of(request.GET.dict())
    before = parse_cursor(request.GET.get("before"))
    rows = roll(asked, now=clock.utc_now(), before=before, limit=PAGE + 1)
    query = urlencode({"q": asked.text, **asked.chosen} if asked.text else asked.chosen)
    return desk_page(
        request,
        "members",
        "members",
        rows=rows[:PAGE],
        next_before=rows[PAGE - 1].account.pk if len(rows) > PAGE else None,
        asked=asked,
        query=query,
        standings=dict(service.STANDINGS),
        filters=[
            ("role", _("Role"), Role.choices, asked.chosen.get("role")),
            ("standing", _("Standing"), service.STANDINGS, asked.chosen.get("standing")),
            ("joined", _("Joined"), service.JOINED, asked.chosen.get("joined")),
            ("seen", _("Here"), service.SEEN, asked.chosen.get("seen")),
        ],
        roles=Role.choices,
    )


@require_POST
@owners_only
@reauthentication_required  # type: ignore[untyped-decorator]
def set_roles(request: KringRequest) -> HttpResponse:
    role, now = request.POST.get("role", ""), clock.utc_now()
    before = {
        one: change_role(account_id=one, role=role, by=owner(request), now=now)
        for one in chosen_ids(request, most=PAGE)
    }
    changed = {one: had for one, had in before.items() if had != role}
    if not changed:
        notice(request, _("Nothing changed: tick somebody who has another role."))
        return see_other(reverse("desk_members"))
    said = ngettext(
        "%(count)d person is now: %(role)s.", "%(count)d people are now: %(role)s.", len(changed)
    )
    was = "-".join(f"{one}.{had}" for one, had in changed.items())
    undo = f"{reverse('desk_undo_roles')}?was={was}"
    notice(request, said % {"count": len(changed), "role": Role(role).label}, undo=undo)
    return see_other(reverse("desk_members"))


@require_POST
@owners_only
@reauthentication_required  # type: ignore[untyped-decorator]
def undo_roles(request: KringRequest) -> HttpResponse:
    """Each gets back the role that the notice names; it is a change like any other."""
    for pair in request.GET.get("was", "")[: PAGE * 32].split("-")[:PAGE]:
        account_id, _dot, role = pair.partition(".")
        if possible_id(account_id):
            change_role(
                account_id=int(account_id), role=role, by=owner(request), now=clock.utc_now()
            )
    notice(request, _("It is as it was."))
    return see_other(reverse("desk_members"))


@require_POST
@owners_only
def remind(request: KringRequest) -> HttpResponse:
    """Mail the link to confirm once more; to each once in three minutes, whoever asks."""
    ids, sent = chosen_ids(request, most=PAGE), 0
    waiting = EmailAddress.objects.filter(
        user_id__in=ids, verified=False, user__asked_name__gt=""
    ).select_related("user")
    for address in waiting:
        if cache.add(f"remind:{address.pk}", 1, timeout=REMIND_EVERY_S):
            address.send_confirmation(request, signup=True)
            sent += 1
    said = ngettext("%(count)d mail is on its way.", "%(count)d mails are on their way.", sent)
    notice(request, said % {"count": sent})
    return see_other(f"{reverse('desk_members')}?standing=unconfirmed")


@require_safe
@owners_only
def table(request: KringRequest) -> HttpResponse:
    """What is on the list, as CSV; 10,000 rows at most."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["name", "handle", "e-mail", "role", "standing", "joined", "week last here"])
    asked = Asked.of(request.GET.dict())
    for row in roll(asked, now=clock.utc_now(), limit=MOST_ROWS):
        account = row.account
        cells = [row.name, row.handle, account.email, account.role, row.standing,
                 f"{account.created_at:%Y-%m-%d}", str(row.seen or "")]  # fmt: skip
        lines.writerow([_plain(cell) for cell in cells])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="members.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _plain(cell: str) -> str:
    """Nothing that a spreadsheet would take for a formula: names are anybody's words."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
