"""The moderators' pages: what waits, one case, the record. To everybody else they are not there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kring.core import clock
from kring.core.errors import Invalid, KringError, NotAllowed, NotFound
from kring.core.paging import parse_cursor
from kring.members.models import Account, Identity, Role
from kring.moderation import audit, queries, services
from kring.moderation.access import own_ids, require_may_judge, require_moderator
from kring.moderation.models import Case
from kring.moderation.policy import CASES_A_PAGE, DAYS, USUAL_DAYS, WORDS
from kring.moderation.reasons import REASONS
from kring.moderation.services.appeal import require_may_answer
from kring.moderation.services.decide import case_for, grounds
from kring.moderation.services.effects import possible
from kring.web.middleware import KringRequest
from kring.web.views.common import notice, see_other, signed_in

View = Callable[..., HttpResponse]


def moderating(view: View) -> View:
    """Only for moderators and owners; to others there is no such page."""

    @wraps(view)
    def guarded(request: KringRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, require_moderator(request.user), *args, **kwargs)

    return signed_in(guarded)


@require_safe
@moderating
def queue(request: KringRequest, account: Account) -> HttpResponse:
    after = parse_cursor(request.GET.get("after")) or 0
    rows = queries.waiting(account, after_id=after)
    cases, more = rows[:CASES_A_PAGE], len(rows) > CASES_A_PAGE
    first = not after
    context = {
        "urgent": queries.urgent(account) if first else [],
        "cases": cases,
        "next_after": cases[-1].pk if more else None,
        "appeals": queries.appeals_waiting(account) if first else [],
        "decided": queries.lately_decided(account) if first else [],
        "is_owner": account.role == Role.OWNER,
    }
    return render(request, "moderation/queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@moderating
def case(request: KringRequest, account: Account, case_id: int) -> HttpResponse:
    """GET: everything to know. POST: the decision."""
    found = _case(account, case_id)
    if request.method != "POST":
        return _case_page(request, account, found)
    form = request.POST
    days = form.get("days", "")
    ruling = services.Ruling(
        action=form.get("action", ""),
        rule=form.get("rule", ""),
        words=form.get("words", ""),
        days=int(days) if days.isascii() and days.isdigit() and len(days) < 4 else None,
    )
    try:
        made = services.decide(case_id=found.pk, by=account, ruling=ruling, now=clock.utc_now())
    except (Invalid, NotAllowed) as error:
        return _case_page(request, account, found, ruling=ruling, error=error)
    notice(
        request,
        _("Decided, and the person can read why."),
        undo=reverse("undo_decision", args=[made.pk]),
    )
    return see_other(reverse("moderation"))


@require_POST
@moderating
def undo_decision(request: KringRequest, account: Account, decision_id: int) -> HttpResponse:
    made = services.undo(decision_id=decision_id, by=account, now=clock.utc_now())
    notice(request, _("Taken back. The case waits again; the record keeps both."))
    return see_other(reverse("case", args=[made.case_id]))


@require_POST
@moderating
def answer_appeal(request: KringRequest, account: Account, appeal_id: int) -> HttpResponse:
    form = request.POST
    if form.get("granted") not in ("yes", "no"):
        raise Invalid(_("Choose whether the decision stands."), code="granted")
    services.answer(
        appeal_id=appeal_id,
        by=account,
        granted=form.get("granted") == "yes",
        words=form.get("words", ""),
        now=clock.utc_now(),
    )
    notice(request, _("Answered. Whoever asked can read it."))
    return see_other(reverse("moderation"))


@require_safe
@moderating
def audit_log(request: KringRequest, account: Account) -> HttpResponse:
    """What moderators did, for owners."""
    if account.role != Role.OWNER:
        raise NotFound(_("This page does not exist, or is not for you."), code="audit")
    before = parse_cursor(request.GET.get("before"))
    rows = audit.entries(before_id=before, limit=audit.PAGE + 1)
    shown = rows[: audit.PAGE]
    people = Identity.objects.in_bulk({row.by for row in shown if row.by})
    context = {
        "entries": [(row, people.get(row.by or 0)) for row in shown],
        "next_before": shown[-1].pk if len(rows) > audit.PAGE else None,
    }
    return render(request, "moderation/log.html", context)


def _case(account: Account, case_id: int) -> Case:
    """A case that is not about oneself: who reported one is told by no detail of it."""
    found = case_for(case_id)
    if found.person_id in own_ids(account):
        raise NotFound(_("There is no such case."), code="case")
    return found


def _case_page(
    request: KringRequest,
    account: Account,
    found: Case,
    *,
    ruling: services.Ruling | None = None,
    error: KringError | None = None,
) -> HttpResponse:
    about = queries.context_of(found, account)
    made = found.decisions.select_related("by__identity", "appeal__by").order_by("-pk")[:10]
    context: dict[str, Any] = {
        "case": found,
        "about": about,
        "reports": [(REASONS.get(said.reason), said) for said in about.reports],
        "decisions": list(made),
        "refusal": _refusal(account, found),
        "actions": possible(found),
        "grounds": grounds(),
        "days": DAYS,
        "usual_days": ruling.days if ruling else USUAL_DAYS,
        "ruling": ruling,
        "words_limit": WORDS,
        "error": error,
        "open_appeal": _open_appeal(account, found),
    }
    return render(request, "moderation/case.html", context, status=error.status if error else 200)


def _refusal(account: Account, found: Case) -> str:
    """Why this moderator may not decide it, or nothing."""
    try:
        require_may_judge(account, found.person)
    except NotAllowed as error:
        return error.message
    return ""


def _open_appeal(account: Account, found: Case) -> dict[str, Any] | None:
    """The appeal that waits for an answer, and why it is not for this moderator, if it is not."""
    asked = queries.appeal_in(found)
    if asked is None:
        return None
    try:
        require_may_answer(account, asked.decision)
    except NotAllowed as error:
        return {"appeal": asked, "refusal": error.message}
    return {"appeal": asked, "refusal": ""}
