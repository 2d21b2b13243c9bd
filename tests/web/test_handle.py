"""Changing one's handle in the settings, and what others meet at the one before."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from kring.core import clock
from kring.members.models import FormerHandle
from kring.members.queries import person_of
from kring.network.services import block
from kring.posts.services import Draft, publish
from tests.web.html import Page, look
from tests.web.members import enter, member, sure
from tests.web.visits import sign_in, stored

pytestmark = pytest.mark.django_db
CHANGE, UNDO = "/accounts/handle/", "/accounts/handle/undo/"


@pytest.fixture
def hank(square):
    cache.clear()
    return member()


def said_undo(client) -> str:
    """Where the notice's Undo leads."""
    page = look(client, "/settings/account")
    return next(form.action for form in page.forms if "undo" in form.action)


def test_it_is_changed_and_taken_back(hank):
    client = sure(hank)
    assert "@hank" in look(client, "/settings/account").words
    assert look(client, CHANGE).form(CHANGE).fields["handle"] == "hank"
    answer = client.post(CHANGE, {"handle": "@Hank_Vis"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/settings/account")
    page = look(client, "/settings/account")
    assert "You are @hank_vis now. Links to the handle before still lead to you." in page.words
    assert client.post(CHANGE, {"handle": "hank3"}).status_code == 429
    assert "You can choose a new one from" in look(client, CHANGE).words
    assert client.post(UNDO).status_code == 303
    assert person_of(hank).handle == "hank"
    assert "You are @hank again." in look(client, "/settings/account").words
    assert client.post(CHANGE, {"handle": "hank_vis"}).status_code == 303  # an earlier one


def test_the_notice_offers_to_take_it_back(hank):
    client = sure(hank)
    client.post(CHANGE, {"handle": "hank_vis"})
    assert said_undo(client) == UNDO


def test_only_who_said_once_more_who_they_are(hank):
    before = stored(besides={"account.emailaddress"})
    client = enter(hank)
    later = clock.utc_now() + timedelta(minutes=6)
    with time_machine.travel(later, tick=True):
        for answer in (
            client.get(CHANGE), client.post(CHANGE, {"handle": "vis"}), client.post(UNDO)
        ):  # fmt: skip
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert (
        stored(besides={"account.emailaddress"})["members.identity"] == before["members.identity"]
    )
    assert sure(hank).post(UNDO).status_code == 404


@pytest.mark.parametrize(
    ("handle", "status", "sentence"),
    [
        ("ada", 409, "That handle is taken."), ("support", 409, "That handle is taken."),
        ("x", 422, "A handle has 2 to 30 characters"), ("", 422, "A handle has 2 to 30 characters"),
        ("<b>", 422, "A handle has 2 to 30 characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_the_field_and_nothing_typed_is_lost(
    hank, handle, status, sentence
):
    page = Page(sure(hank).post(CHANGE, {"handle": handle}))
    assert page.status == status
    assert sentence in page.words
    assert page.form(CHANGE).fields["handle"] == handle
    assert not FormerHandle.objects.exists()


def test_others_are_led_from_the_old_address_to_the_new_one(hank, square):
    text = Draft(text="Ask @hank about the harvest.")
    post = publish(author=square.town.bob, draft=text, now=clock.utc_now())
    sure(hank).post(CHANGE, {"handle": "hank_vis"})
    bob = sign_in(square.town.bob)
    link = next(at for at in look(bob, f"/posts/{post.pk}").addresses if at.startswith("/@hank"))
    assert link == "/@hank"
    for client in (bob, Client()):
        for path, to in (
            ("/@hank", "/@hank_vis"), ("/@HANK?before=9", "/@hank_vis?before=9"),
            ("/@hank/cv", "/@hank_vis/cv"),
        ):  # fmt: skip
            answer = client.get(path)
            # Not for ever: they may go back, and browsers would go in circles.
            assert (answer.status_code, answer.headers["Location"]) == (302, to)
    assert bob.post("/@hank/follow").status_code == 303
    assert "Following" in look(bob, "/@hank_vis").words


def test_whoever_may_not_see_them_learns_no_new_handle(hank, square):
    sure(hank).post(CHANGE, {"handle": "hank_vis"})
    block(blocker=person_of(hank), blocked=square.town.eve, now=clock.utc_now())
    eve = sign_in(square.town.eve)
    for path in ("/@hank", "/@hank/cv"):
        answer = eve.get(path)
        assert answer.status_code == 404
        assert "hank_vis" not in answer.content.decode()
    assert eve.get("/@hank_vis").status_code == 404


def test_a_sample_person_s_handle_stays(square):
    town = square.town
    town.bob.is_sample = True
    town.bob.save(update_fields=["is_sample"])
    client = sign_in(town.bob)
    assert client.get(CHANGE).status_code == 404
    assert client.post(CHANGE, {"handle": "robert"}).status_code == 404
