"""A newcomer's first morning: ways to begin, each gone once it is done, for newcomers alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kring.core import clock
from kring.feed import services as steering
from kring.members.models import Identity
from kring.network.services import block, follow
from kring.posts.services import Draft, close_comments, comment, publish
from tests.web.html import look
from tests.web.visits import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(square):
    draft = Draft(text="Who has a ladder?", language="en")
    return publish(author=square.town.cleo, draft=draft, now=clock.utc_now())


def home(person) -> str:
    return look(sign_in(person), "/").words


def test_each_step_goes_when_it_is_done(square, asked):
    eve, now = square.town.eve, clock.utc_now()
    steps = ("Perhaps you know this one", "They write, and others answer",
             "What is written about here", "Who are you?")  # fmt: skip
    words = home(eve)
    assert all(step in words for step in steps)
    assert "Who has a ladder?" in words
    comment(author=eve, in_reply_to=asked.pk, draft=Draft(text="I have."), now=now)
    assert steps[0] not in home(eve)
    follow(follower=eve, followed=square.town.ada, now=now)
    assert steps[1] not in home(eve)
    steering.follow_topic(by=eve, name="harvest", now=now)
    assert steps[2] not in home(eve)
    Identity.objects.filter(pk=eve.pk).update(headline="Roofer")
    words = home(eve)
    assert not any(step in words for step in steps)
    assert "May we measure" in words
    steering.answer_measuring(by=eve, agreed=True, now=now)
    assert "Welcome, Eve" not in home(eve)


def test_the_question_is_in_the_language_of_the_page_where_there_is_one(square, asked):
    ada, now = square.town.ada, clock.utc_now()
    dutch = "Weet iemand wie er een lange ladder heeft, en of ik die vrijdag even lenen mag?"
    publish(author=ada, draft=Draft(text=dutch, language="nl"), now=now)
    for client, said in ((sign_in(square.town.eve), "ladder?"), (in_dutch(square), "Weet iemand")):
        assert said in look(client, "/").html.partition("steps__list")[2]


def in_dutch(square):
    client = sign_in(square.town.eve)
    client.cookies["language"] = "nl"
    return client


def test_nobody_is_sent_to_a_question_that_was_closed(square, asked):
    assert "Who has a ladder?" in home(square.town.eve)
    close_comments(by=square.town.cleo, post_id=asked.pk, now=clock.utc_now())
    words = home(square.town.mallory)
    assert "Welcome, Mallory" in words
    assert "Perhaps you know this one" not in words


def test_it_shows_nothing_of_whom_one_may_not_see(square, asked):
    mallory = square.town.mallory
    block(blocker=square.town.cleo, blocked=mallory, now=clock.utc_now())
    words = home(mallory)
    assert "Welcome, Mallory" in words
    for hidden in ("ladder", "Tomatoes", "secret", "Ada", "Cleo"):
        assert hidden not in words


def test_whoever_has_been_here_for_longer_is_left_alone(square, asked):
    eve = square.town.eve
    before = clock.utc_now() - timedelta(days=20)
    Identity.objects.filter(pk=eve.pk).update(created_at=before)
    eve.refresh_from_db()
    assert "Welcome, Eve" not in home(eve)
