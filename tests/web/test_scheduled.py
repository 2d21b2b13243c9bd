"""Posting later, and the advice before posting, as forms are sent."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from kring.core import clock
from kring.posts import policy
from kring.posts.models import Post, ScheduledPost
from kring.posts.publishing import publish_due
from kring.posts.services import Draft, close_comments, publish, schedule
from kring.web.zones import input_of, moment_of
from tests.web.html import Page, look, press
from tests.web.visits import ADVISED, account_of, page_text, sign_in, stored

pytestmark = pytest.mark.django_db

COMPOSE = "/posts/new"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def tomorrow():
    return (clock.utc_now() + timedelta(days=1)).replace(second=0, microsecond=0)


@pytest.fixture
def waiting(square):
    return schedule(
        author=square.town.ada, draft=Draft(text="A secret for tomorrow"), publish_at=tomorrow(),
        now=clock.utc_now(),
    )  # fmt: skip


def test_a_post_with_a_time_waits_for_it(square):
    eve = sign_in(square.town.eve)
    form = look(eve, "/").form(COMPOSE)
    at = tomorrow()
    fields = {"text": "For tomorrow", "publish_at": input_of(at, AMSTERDAM)}
    page = Page(press(eve, form, "Post", **fields))
    assert "It will be posted on" in page.words
    assert "For tomorrow" in page.words
    assert not Post.objects.filter(author=square.town.eve).exists()
    assert ScheduledPost.objects.get().publish_at == at
    publish_due(at)
    assert Post.objects.get(author=square.town.eve).text == "For tomorrow"
    assert "For tomorrow" not in look(eve, "/scheduled").words


def test_the_first_time_zone_a_browser_tells_is_kept_and_no_other(square):
    eve = sign_in(square.town.eve)
    for zone, kept in (
        ("America/New_York", "America/New_York"),
        ("Asia/Tokyo", "America/New_York"),
    ):
        fields = {"text": zone, "publish_at": "2030-01-01T09:00", "time_zone": zone}
        eve.post(COMPOSE, fields | ADVISED)
        account = account_of(square.town.eve)
        account.refresh_from_db()
        assert account.time_zone == kept
    fields = {"time_zone": "Europe/Berlin"}
    assert eve.post(reverse("set_time_zone"), fields).status_code == 303
    assert "Europe/Berlin" in page_text(eve.get("/scheduled"))
    assert eve.post(reverse("set_time_zone"), {"time_zone": "Mars/Base"}).status_code == 422


@pytest.mark.parametrize(("zone", "kept"), [("UTC", "UTC"), ("Etc/Unknown", ""), ("Mars/Base", "")])
def test_no_zone_that_a_browser_tells_keeps_a_post_from_waiting(square, zone, kept):
    eve = sign_in(square.town.eve)
    at = (clock.utc_now() + timedelta(days=2)).strftime("%Y-%m-%dT09:00")
    fields = {"text": "Wait", "publish_at": at, "time_zone": zone}
    assert eve.post(COMPOSE, fields | ADVISED).status_code == 303
    account = account_of(square.town.eve)
    account.refresh_from_db()
    assert account.time_zone == kept
    assert ScheduledPost.objects.count() == 1


@pytest.mark.parametrize("at", ["soon", "2001-01-01T00:00", "9999-12-31T23:59", "2030-13-01T00:00"])
def test_a_time_that_is_none_comes_back_with_the_words(square, at):
    eve = sign_in(square.town.eve)
    before = stored()
    answer = eve.post(COMPOSE, {"text": "Kept words", "publish_at": at})
    assert answer.status_code == 422
    assert stored() == before
    assert Page(answer).form(COMPOSE).fields["text"] == "Kept words"


def test_an_hour_that_clocks_leave_out_is_the_next_one():
    assert input_of(moment_of("2027-03-28T02:30", AMSTERDAM), AMSTERDAM) == "2027-03-28T03:30"


def test_one_changes_publishes_cancels_and_brings_back_one_s_own(square, waiting):
    ada = sign_in(square.town.ada)
    path = reverse("edit_scheduled", args=[waiting.pk])
    form = look(ada, path).form(path)
    assert form.fields["text"] == "A secret for tomorrow"
    page = Page(press(ada, form, "Save", text="Better words"))
    assert "Better words" in page.words
    refused = ada.post(path, form.fields | {"text": ""})
    assert refused.status_code == 422
    cancel = reverse("cancel_scheduled", args=[waiting.pk])
    page = Page(ada.post(cancel, follow=True))
    assert "Better words" not in page.words
    undo = reverse("undo_cancel", args=[waiting.pk])
    page = Page(ada.post(undo, page.form(undo).fields, follow=True))
    assert "Better words" in page.words
    ada.post(reverse("publish_scheduled", args=[waiting.pk]))
    assert Post.objects.latest("pk").text == "Better words"


@pytest.mark.parametrize(
    "name", ["edit_scheduled", "publish_scheduled", "cancel_scheduled", "undo_cancel"]
)
def test_what_waits_is_there_for_its_author_alone(square, waiting, name):
    bob = sign_in(square.town.bob)
    path = reverse(name, args=[waiting.pk])
    before = stored()
    answers = [bob.post(path, {"text": "Mine", "publish_at": "2030-01-01T09:00"})]
    if name == "edit_scheduled":
        answers.append(bob.get(path))
    for answer in answers:
        assert answer.status_code == 404
        assert "secret" not in page_text(answer)
    assert "secret" not in page_text(bob.get("/scheduled"))
    assert stored() == before


def test_so_many_wait_and_the_words_of_one_more_come_back(square):
    town = square.town
    for number in range(policy.SCHEDULED):
        draft = Draft(text=f"{number}")
        schedule(author=town.eve, draft=draft, publish_at=tomorrow(), now=clock.utc_now())
    fields = {"text": "One more", "publish_at": input_of(tomorrow(), AMSTERDAM)}
    answer = sign_in(town.eve).post(COMPOSE, fields)
    assert answer.status_code == 409
    assert Page(answer).form(COMPOSE).fields["text"] == "One more"
    assert sign_in(town.dan).post(COMPOSE, fields).status_code == 303


# Advice


def test_advice_is_told_once_and_never_stops_a_post(square):
    ada = sign_in(square.town.ada)  # who posted an hour ago
    form = look(ada, "/").form(COMPOSE)
    before = Post.objects.count()
    page = Page(press(ada, form, "Post", text="Again already"))
    assert page.status == 200
    assert "It comes soon after your previous post." in page.words
    assert Post.objects.count() == before
    again = page.form(COMPOSE)
    assert again.fields["text"] == "Again already"
    press(ada, again, "Post anyway")
    assert Post.objects.latest("pk").text == "Again already"


def test_advice_proposes_a_time_and_takes_it(square):
    ada = sign_in(square.town.ada)
    page = Page(press(ada, look(ada, "/").form(COMPOSE), "Post", text="Again already"))
    press(ada, page.form(COMPOSE), "Post it then")
    row = ScheduledPost.objects.get()
    assert row.text == "Again already"
    assert clock.utc_now() < row.publish_at < clock.utc_now() + timedelta(days=1)


def test_words_that_changed_into_something_else_to_advise_are_told_of_that(square):
    ada = sign_in(square.town.ada)
    page = Page(press(ada, look(ada, "/").form(COMPOSE), "Post", text="Again already"))
    fields = page.form(COMPOSE).fields | {"text": "Like and share if you agree! Comment YES!"}
    told = Page(ada.post(COMPOSE, fields))
    assert "applause" in told.words
    assert "It comes soon" not in told.words


def test_live_advice_says_the_same_and_nothing_of_what_cannot_be_posted(square):
    eve = sign_in(square.town.eve)
    path = reverse("advise")
    assert "applause" in page_text(eve.post(path, {"text": "Like and share if you agree!"}))
    for text in ("", "An honest sentence.", "x" * (policy.POST_CHARACTERS + 1)):
        answer = eve.post(path, {"text": text})
        assert answer.status_code == 200
        assert "advice__title" not in page_text(answer)


def test_a_bare_share_is_asked_for_words(square):
    eve = sign_in(square.town.eve)
    path = reverse("share", args=[square.public.pk])
    page = Page(press(eve, look(eve, path).form(path), "Share"))
    assert "Your own words make the difference." in page.words
    assert not Post.objects.filter(author=square.town.eve).exists()
    press(eve, page.form(path), "Share anyway")
    assert Post.objects.get(author=square.town.eve).is_bare_repost


# Closed comments


def test_where_comments_are_closed_there_is_a_sentence_instead_of_a_form(square):
    ada, bob = sign_in(square.town.ada), sign_in(square.town.bob)
    top, reply = f"/posts/{square.public.pk}", reverse("comment", args=[square.public.pk])
    assert bob.post(reverse("close_comments", args=[square.public.pk])).status_code == 403
    page = Page(
        ada.post(reverse("close_comments", args=[square.public.pk]), {"next": top}, follow=True)
    )
    assert "Nobody can answer any more." in page.words
    seen = look(bob, top)
    assert "Ada closed the comments." in seen.words
    assert "Which tomatoes?" in seen.words
    assert "Read the replies" in seen.words
    assert reply not in seen.addresses
    refused = bob.post(reply, {"text": "But I"})
    assert refused.status_code == 409
    assert "The author closed the comments." in Page(refused).words
    assert "But I" in Page(refused).words
    undo = reverse("open_comments", args=[square.public.pk])
    ada.post(undo, page.form(undo).fields)
    assert reply in look(bob, top).addresses


def test_where_nobody_answered_and_nobody_can_nobody_is_asked_to(square):
    now = clock.utc_now()
    quiet = publish(author=square.town.ada, draft=Draft(text="A quiet one"), now=now)
    ada, path = sign_in(square.town.ada), f"/posts/{quiet.pk}"
    assert "Nobody has answered yet." in look(ada, path).words
    close_comments(by=square.town.ada, post_id=quiet.pk, now=now)
    words = look(ada, path).words
    assert "Ada closed the comments." in words
    assert "Nobody has answered yet." not in words
    assert "Read the replies" not in words
