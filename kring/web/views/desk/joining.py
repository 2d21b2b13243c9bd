"""Who may join, who waits to, and the links that let people in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kring.core import clock
from kring.core.errors import Invalid, KringError, TooMany
from kring.core.paging import parse_cursor, possible_id
from kring.desk import joining as service
from kring.desk import links as invitation
from kring.members.models import Registration
from kring.web.middleware import KringRequest
from kring.web.views.common import notice, see_other
from kring.web.views.compose import with_retry
from kring.web.views.desk.common import chosen_ids, desk_page, owner, owners_only

PAGE = 50


@require_safe
@owners_only
def joining(request: KringRequest) -> HttpResponse:
    return _page(request)


@require_POST
@owners_only
def set_way(request: KringRequest) -> HttpResponse:
    form = {name: request.POST.get(name, "") for name in ("registration", "question")}
    try:
        service.set_registration(
            how=form["registration"],
            question=form["question"],
            by=owner(request),
            now=clock.utc_now(),
        )
    except Invalid as error:
        return _page(request, error=error, way=form)
    notice(request, _("Saved. It holds for whoever joins from now on."))
    return see_other(reverse("desk"))


@require_POST
@owners_only
def decide(request: KringRequest) -> HttpResponse:
    ids, decision = chosen_ids(request, most=PAGE), request.POST.get("decision", "")
    now = clock.utc_now()
    done = service.decide(account_ids=ids, decision=decision, by=owner(request), now=now)
    if not done:
        notice(request, _("Tick somebody first."))
        return see_other(reverse("desk"))
    if decision == service.APPROVED:
        said = ngettext(
            "%(count)d person is let in and told in ten minutes.",
            "%(count)d people are let in and told in ten minutes.",
            done,
        )
    else:
        said = ngettext(
            "%(count)d person is told in ten minutes that it is a no.",
            "%(count)d people are told in ten minutes that it is a no.",
            done,
        )
    undo = f"{reverse('desk_undo_decision')}?ids={'-'.join(map(str, ids))}"
    notice(request, said % {"count": done}, undo=undo)
    return see_other(reverse("desk"))


@require_POST
@owners_only
def undo_decision(request: KringRequest) -> HttpResponse:
    ids = chosen_ids(request, most=PAGE) or undone_ids(request)
    done = service.take_back(account_ids=ids, by=owner(request), now=clock.utc_now())
    notice(request, _("They wait again.") if done else _("That was too long ago: they were told."))
    return see_other(reverse("desk"))


def undone_ids(request: KringRequest) -> list[int]:
    """Whom the notice named that this undoes."""
    named = request.GET.get("ids", "")[: PAGE * 20].split("-")[:PAGE]
    return [one for one in map(possible_id, named) if one]


@require_POST
@owners_only
def new_link(request: KringRequest) -> HttpResponse:
    """Its address is shown on this one page: nobody can read it again, not even here."""
    form = {name: request.POST.get(name, "").strip() for name in ("label", "uses", "days")}
    try:
        link, token = invitation.make_link(
            label=form["label"],
            uses=_number(form["uses"]),
            days=_number(form["days"]),
            by=owner(request),
            now=clock.utc_now(),
        )
    except (Invalid, TooMany) as error:
        return with_retry(_page(request, error=error, asked=form), error)
    address = f"{settings.ENV.url}{reverse('join', args=[token])}"
    return _page(request, made=link, address=address)


@require_POST
@owners_only
def revoke(request: KringRequest, link_id: int) -> HttpResponse:
    link = invitation.revoke_link(link_id=link_id, by=owner(request), now=clock.utc_now())
    said = _("The link for %(label)s lets nobody in any more.") % {"label": link.label}
    notice(request, said, undo=reverse("desk_restore_link", args=[link.pk]))
    return see_other(f"{reverse('desk')}#links")


@require_POST
@owners_only
def restore(request: KringRequest, link_id: int) -> HttpResponse:
    link = invitation.restore_link(link_id=link_id, by=owner(request), now=clock.utc_now())
    notice(request, _("The link for %(label)s works again.") % {"label": link.label})
    return see_other(f"{reverse('desk')}#links")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _page(request: KringRequest, *, error: KringError | None = None, **more: Any) -> HttpResponse:
    """4 queries."""
    rows = service.waiting(after_id=parse_cursor(request.GET.get("after")), limit=PAGE + 1)
    now = clock.utc_now()
    context = {
        "ways": Registration.choices,
        "waiting": rows[:PAGE],
        "next_after": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "decided": service.decided(),
        "links": [(one, _state(one, now)) for one in invitation.links()],
        "error": error,
        **more,
    }
    status = error.status if error is not None else 200
    return desk_page(request, "joining", "joining", status=status, **context)


def _state(link: Any, now: Any) -> str:
    if link.revoked_at is not None:
        return _("called back")
    if link.expires_at <= now:
        return _("over")
    return _("used up") if link.uses >= link.uses_allowed else ""
