"""Mail about decisions: whom it reaches, in which language, and what it does not say."""

from __future__ import annotations

import pytest
from django.core import mail

from kring.core import clock, events
from kring.core.events import decode
from kring.core.models import RecordedEvent
from kring.members.community import Face, set_face
from kring.members.models import Account
from kring.moderation.services import Notice, Ruling, answer, appeal, decide, report
from kring.moderation.subjects import post_subject
from kring.web.decision_mail import hear_decision
from tests.web.visits import account_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def reported(square):
    set_face(Face(name="Square", rules="Do not sell."))
    Account.objects.filter(pk=account_of(square.town.ada).pk).update(language="nl")
    about = post_subject(None, square.public.pk)
    for address in ("vi@example.org", "vi@example.org", "", "wim@example.org"):
        notice = Notice("other", words="He sells secrets", email=address)
        case = report(by=None, about=about, notice=notice, now=clock.utc_now()).case
    return case


def ruled(case, action):
    ruling = Ruling(action, "1", "Forbidden words", 7)
    return decide(case_id=case.pk, by=None, ruling=ruling, now=clock.utc_now())


def deliver():
    """What the worker does with everything that was recorded."""
    for row in RecordedEvent.objects.filter(kind__in=("DecisionMade", "AppealAnswered")):
        hear_decision(decode(row))
    RecordedEvent.objects.filter(kind__in=("DecisionMade", "AppealAnswered")).delete()


def test_the_person_and_visitors_are_told_and_nothing_is_given_away(reported, square):
    made = ruled(reported, "remove")
    deliver()
    told = {one.to[0]: one for one in mail.outbox}
    assert set(told) == {"ada@example.org", "vi@example.org", "wim@example.org"}
    assert len(mail.outbox) == 3
    to_ada = told["ada@example.org"]
    assert f"/decisions/{made.pk}" in to_ada.body
    assert "moderatoren" in to_ada.body
    assert "did something about it" in told["vi@example.org"].body
    for one in mail.outbox:
        for secret in ("Forbidden words", "He sells secrets", "Tomatoes", "Ada", "Bob"):
            assert secret not in one.body + one.subject


def test_of_what_was_left_only_who_reported_hears(reported):
    ruled(reported, "dismiss")
    deliver()
    assert {one.to[0] for one in mail.outbox} == {"vi@example.org", "wim@example.org"}
    assert all("left it as it is" in one.body for one in mail.outbox)


def test_who_appealed_is_told_of_the_answer(reported, square):
    made = ruled(reported, "remove")
    ada = square.town.ada
    asked = appeal(decision_id=made.pk, by=ada, about={ada.pk}, words="Why?", now=clock.utc_now())
    deliver()
    mail.outbox.clear()
    answer(appeal_id=asked.pk, by=None, granted=False, words="Because", now=clock.utc_now())
    deliver()
    assert [one.to for one in mail.outbox] == [["ada@example.org"]]
    assert "Because" not in mail.outbox[0].body


def test_the_worker_hears_of_decisions():
    assert "web.tell_decision" in events.heard_by("DecisionMade")
    assert "web.tell_decision" in events.heard_by("AppealAnswered")
