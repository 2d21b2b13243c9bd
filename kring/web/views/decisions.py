"""What was decided about oneself: the statement of reasons, and asking to look again."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kring.core import clock
from kring.core.errors import Invalid, KringError, NotFound
from kring.members.models import Account
from kring.moderation import queries, services
from kring.moderation.access import own_ids
from kring.moderation.models import Action, Decision
from kring.moderation.policy import APPEAL_WITHIN, WORDS
from kring.moderation.services.appeal import may_appeal, may_read
from kring.moderation.services.decide import appeal_of, decision_for
from kring.web.middleware import KringRequest, concerned
from kring.web.views.common import notice, see_other


@require_safe
@concerned
def decisions(request: KringRequest) -> HttpResponse:
    person = request.person
    assert person is not None and isinstance(request.user, Account)  # noqa: PT018
    rows = queries.decisions_about(own_ids(request.user), person)
    Account.objects.filter(pk=request.user.pk, has_statement=True).update(has_statement=False)
    context = {"decisions": rows, "suspended": person.suspended_at is not None}
    return render(request, "moderation/decisions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@concerned
def decision(request: KringRequest, decision_id: int) -> HttpResponse:
    """GET: the statement of reasons. POST: an appeal."""
    person = request.person
    assert person is not None and isinstance(request.user, Account)  # noqa: PT018
    about = own_ids(request.user)
    found = decision_for(decision_id)
    if not may_read(found, about=about, by=person):
        raise NotFound(_("There is no such decision."), code="decision")
    if request.method != "POST":
        Account.objects.filter(pk=request.user.pk, has_statement=True).update(has_statement=False)
        return _statement(request, found, about)
    words = request.POST.get("words", "")
    try:
        services.appeal(
            decision_id=found.pk, by=person, about=about, words=words, now=clock.utc_now()
        )
    except Invalid as error:
        return _statement(request, found, about, words=words, error=error)
    notice(request, _("Sent. Another moderator looks at it again, where there is one."))
    return see_other(reverse("decision", args=[found.pk]))


def _statement(
    request: KringRequest,
    found: Decision,
    about: set[int],
    *,
    words: str = "",
    error: KringError | None = None,
) -> HttpResponse:
    person = request.person
    assert person is not None
    now = clock.utc_now()
    context: dict[str, Any] = {
        "decision": found,
        "is_reporter": found.action == Action.DISMISS,
        "appeal": appeal_of(found),
        "may_appeal": may_appeal(found, about=about, by=person, now=now),
        "appeal_until": found.decided_at + APPEAL_WITHIN,
        "words": words,
        "words_limit": WORDS,
        "error": error,
        "suspended": person.suspended_at is not None,
    }
    return render(
        request, "moderation/decision.html", context, status=error.status if error else 200
    )
