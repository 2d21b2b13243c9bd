"""Mail about decisions: to whom they are about, who appealed, and visitors who left an address.

Never what was decided or who is concerned: mail is read by more than one. A page says it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from kring.core.events import Recorded
from kring.members.models import Identity
from kring.members.queries import community_name
from kring.moderation.events import AppealAnswered, DecisionMade
from kring.moderation.models import Action, Report
from kring.moderation.policy import VISITORS_PER_CASE

MAILED_EVENTS = (DecisionMade, AppealAnswered)


def hear_decision(recorded: Recorded) -> None:
    event = recorded.event
    if isinstance(event, AppealAnswered):
        _tell_member(event.appellant_id, "appeal", event.decision_id)
    elif isinstance(event, DecisionMade):
        if event.action != Action.DISMISS:
            _tell_member(event.person_id, "decision", event.decision_id)
        _tell_visitors(event)


def _tell_member(identity_id: int, what: str, decision_id: int) -> None:
    """In their language, at their address; nobody for a page, a sample or who is gone."""
    person = Identity.objects.select_related("account").filter(pk=identity_id).first()
    if person is None or person.account is None or person.is_sample:
        return
    link = f"{settings.ENV.url}{reverse('decision', args=[decision_id])}"
    language = person.account.language or settings.LANGUAGE_CODE
    _send(person.account.email, what, {"link": link}, language)


def _tell_visitors(event: DecisionMade) -> None:
    reports = Report.objects.filter(case__decisions=event.decision_id, is_visitor=True)
    addresses = reports.exclude(email="").values_list("email", flat=True)
    for address in sorted(set(addresses[:VISITORS_PER_CASE])):
        acted = event.action != Action.DISMISS
        _send(address, "visitor", {"acted": acted}, settings.LANGUAGE_CODE)


def _send(address: str, what: str, context: dict[str, Any], language: str) -> None:
    with translation.override(language):
        named = community_name()
        told = {**context, "community": named}
        subject = render_to_string(f"decision_mail/{what}_subject.txt", told).strip()
        body = render_to_string(f"decision_mail/{what}.txt", told).strip()
    EmailMessage(f"[{named}] {subject}", f"{body}\n\n--\n{named}\n", to=[address]).send()
