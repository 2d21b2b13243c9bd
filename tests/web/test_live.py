"""New posts while Home is open: only those for whoever asks, and not asked without end."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from kring.core import clock
from kring.network.services import block, mute
from kring.posts.services import Draft, publish
from kring.web.views.live import pace
from tests.web.html import look
from tests.web.visits import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_new_minute():
    pace.__init__(pace._most)


def write(author, text="Pears, from today.", **fields):
    return publish(author=author, draft=Draft(text=text, **fields), now=clock.utc_now())


def asked_by(client, path="/") -> str:
    """What a page of Home asks."""
    page = client.get(path).content.decode()
    return re.search(r'data-ask="([^"]+)"', page)[1].replace("&amp;", "&")


def test_nothing_is_new_on_a_new_page(square):
    bob = sign_in(square.town.bob)
    answer = bob.get(asked_by(bob))
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_new_post_is_told_of_once_and_shown_when_asked_for(square):
    bob = sign_in(square.town.bob)
    ask = asked_by(bob)
    post = write(square.town.ada)
    told = bob.get(ask).json()
    assert told == {"words": "Show 1 new post", "newest": str(post.pk)}
    assert bob.get(f"{ask}&known={told['newest']}").status_code == 204
    write(square.town.cleo, "Plums as well.")
    assert bob.get(f"{ask}&known={told['newest']}").json()["words"] == "Show 2 new posts"
    shown = look(bob, ask.replace("/news?", "/news/posts?"))
    assert shown.words.index("Plums as well.") < shown.words.index("Pears, from today.")
    assert "Tomatoes" not in shown.words


def test_nobody_hears_of_what_they_may_not_see(square):
    town = square.town
    pages = {name: sign_in(getattr(town, name)) for name in ("bob", "dan", "eve", "mallory")}
    asks = {name: asked_by(client) for name, client in pages.items()}
    write(town.ada, "Between us.", audience="connections")
    assert {name: client.get(asks[name]).status_code for name, client in pages.items()} == {
        "bob": 200, "dan": 204, "eve": 204, "mallory": 204,
    }  # fmt: skip
    for name in ("dan", "eve", "mallory"):
        answer = pages[name].get(asks[name].replace("/news?", "/news/posts?"))
        assert b"Between us." not in answer.content


@pytest.mark.parametrize("act", ["block", "mute"])
def test_whom_one_does_not_want_to_hear_is_not_announced(square, act):
    bob = sign_in(square.town.bob)
    ask = asked_by(bob)
    write(square.town.ada)
    assert bob.get(ask).status_code == 200
    if act == "block":
        block(blocker=square.town.bob, blocked=square.town.ada, now=clock.utc_now())
    else:
        mute(muter=square.town.bob, muted=square.town.ada, now=clock.utc_now())
    assert bob.get(ask).status_code == 204


def test_a_page_about_one_topic_hears_of_that_topic(square):
    bob = sign_in(square.town.bob)
    ask = asked_by(bob, "/?topic=harvest")
    write(square.town.ada, "Bread.")
    assert bob.get(ask).status_code == 204
    write(square.town.ada, "Onions are in. #harvest")
    assert bob.get(ask).json()["words"] == "Show 1 new post"
    assert bob.get(asked_by(bob, "/?topic=no-such")).status_code == 204


def test_an_older_page_by_time_does_not_ask(square):
    bob = sign_in(square.town.bob)
    assert b"data-ask" in bob.get("/?order=time").content
    assert b"data-ask" not in bob.get(f"/?order=time&before={square.reply.pk}").content
    assert b"data-ask" not in Client().get("/").content


def test_asking_without_pause_is_refused(square):
    bob, ada = sign_in(square.town.bob), sign_in(square.town.ada)
    ask = asked_by(bob)
    answers = [bob.get(ask) for _time in range(25)]
    assert [answer.status_code for answer in answers] == [204] * 24 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert ada.get(ask).status_code == 204


@pytest.mark.parametrize("since", ["", "0", "-1", "x", "9" * 30, "%00"])
def test_a_forged_beginning_finds_nothing(square, since):
    bob = sign_in(square.town.bob)
    write(square.town.ada)
    assert bob.get(f"/news?since={since}").status_code == 204
    assert bob.get(f"/news/posts?since={since}").content.strip() == b""
