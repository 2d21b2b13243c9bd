"""The topics' shelves, one topic's page, and following: each as far as the viewer may see it."""

from __future__ import annotations

import pytest
from django.test import Client

from kring.core import clock
from kring.feed import services as steering
from kring.posts.models import Topic, TopicFollow
from kring.posts.services import Draft, publish
from tests.web.html import look
from tests.web.visits import sign_in, stored

pytestmark = pytest.mark.django_db


def write(author, text, **fields):
    return publish(author=author, draft=Draft(text=text, **fields), now=clock.utc_now())


def headings(client) -> str:
    return look(client, "/topics").words


def test_topics_stand_on_shelves_of_their_own(square):
    for number in range(3):
        write(square.town.cleo, f"Loaf {number}. #bread")
    steering.follow_topic(by=square.town.bob, name="harvest", now=clock.utc_now())
    words = headings(sign_in(square.town.bob))
    places = [words.index(it) for it in ("You follow", "#harvest", "This week", "#bread")]
    assert places == sorted(places)
    assert "3 posts by 1 person" in words
    strangers = headings(Client())
    assert "You follow" not in strangers
    assert "Follow" not in [form.action for form in look(Client(), "/topics").forms]


def test_a_topic_used_among_a_few_is_on_nobody_else_s_shelf(square):
    write(square.town.ada, "Among us. #oursecret", audience="connections")
    assert "#oursecret" in headings(sign_in(square.town.bob))
    for other in (sign_in(square.town.dan), sign_in(square.town.mallory), Client()):
        assert "#oursecret" not in headings(other)
        assert "Among us" not in look(other, "/topics/oursecret").words


def test_beside_a_topic_stand_who_writes_and_what_is_near(square):
    write(square.town.cleo, "Jam. #harvest #cooking")
    write(square.town.ada, "Hush. #harvest #oursecret", audience="connections")
    bob, dan = look(sign_in(square.town.bob), "/topics/harvest"), look(Client(), "/topics/harvest")
    assert "Who writes about it" in bob.words
    assert {"#cooking", "#oursecret"} <= set(bob.links)
    assert "#cooking" in dan.links
    assert "#oursecret" not in dan.links


def test_following_is_one_press_and_so_is_undoing_it(square):
    bob = sign_in(square.town.bob)
    form = look(bob, "/topics/harvest").form("/topics/harvest/follow")
    assert bob.post(form.action, form.fields).status_code == 303
    assert TopicFollow.objects.filter(identity=square.town.bob, topic__name="harvest").exists()
    page = look(bob, "/topics/harvest")
    assert "You follow #harvest" in page.words
    undo = next(form for form in page.forms if form.action == "/topics/harvest/unfollow")
    bob.post(undo.action, undo.fields)
    assert not TopicFollow.objects.exists()


def test_nobody_follows_what_they_cannot_know_of(square):
    write(square.town.ada, "Among us. #oursecret", audience="connections")
    dan = sign_in(square.town.dan)
    before = stored()
    assert dan.post("/topics/oursecret/follow").status_code == 404
    assert dan.post("/topics/no-such/follow").status_code == 404
    assert dan.post("/topics/no-such/unfollow").status_code == 303
    assert stored() == before


def test_following_ends_a_mute_and_has_a_limit(square, monkeypatch):
    from kring.feed.services import topics

    bob, now = square.town.bob, clock.utc_now()
    steering.mute_topic(by=bob, name="harvest", now=now)
    steering.follow_topic(by=bob, name="harvest", now=now)
    assert look(sign_in(bob), "/topics/harvest").html.count('aria-pressed="true"') == 2
    monkeypatch.setattr(topics, "TOPIC_FOLLOWS", 1)
    write(square.town.ada, "Loaf. #bread")
    assert Topic.objects.filter(name="bread").exists()
    assert sign_in(bob).post("/topics/bread/follow").status_code == 409


def test_what_is_no_longer_kept_can_be_kept_again(square):
    bob, post = sign_in(square.town.bob), square.public.pk
    bob.post(f"/posts/{post}/bookmark")
    answer = bob.post(
        f"/posts/{post}/unbookmark",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/bookmarks?x=1"},
    )
    assert answer["HX-Retarget"] == f"#card-{post}"
    assert f'action="/posts/{post}/bookmark"' in answer.content.decode()
    assert "keep nothing" in look(bob, "/bookmarks").words
    bob.post(f"/posts/{post}/bookmark")
    bob.post(f"/posts/{post}/unbookmark", {"next": "/bookmarks"})
    page = look(bob, "/bookmarks")
    assert "No longer kept." in page.words
    undo = page.form(f"/posts/{post}/bookmark")
    bob.post(undo.action, undo.fields)
    assert "Tomatoes" in look(bob, "/bookmarks").words


def test_a_quick_act_says_what_happened(square):
    bob, post = sign_in(square.town.bob), square.public.pk
    answer = bob.post(f"/posts/{post}/bookmark", headers={"HX-Request": "true"})
    assert "Kept under Bookmarks" in answer["HX-Trigger"]
    assert "HX-Retarget" not in bob.post(
        f"/posts/{post}/unbookmark",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/"},
    )
