"""Home: ranked or by time, as asked and remembered; and the same page as JSON."""

from __future__ import annotations

import json

import pytest

from kring.core import clock
from kring.posts.services import Draft, publish
from tests.web.html import look
from tests.web.visits import sign_in

pytestmark = pytest.mark.django_db


def order_of(page) -> str:
    """Which of the two orders the page says it is in."""
    return "ranked" if "Why am I seeing this?" in page.words else "time"


def test_the_order_is_remembered_and_a_wrong_one_harmless(square):
    bob = sign_in(square.town.bob)
    assert order_of(look(bob, "/")) == "ranked"
    assert order_of(look(bob, "/?order=time")) == "time"
    assert order_of(look(bob, "/")) == "time"
    for wrong in ("oldest", "", "%00", "ranked%0d%0aSet-Cookie:x=y", "time" * 2000):
        page = bob.get(f"/?order={wrong}")
        assert page.status_code == 200
        assert "x" not in page.cookies
        assert bob.cookies["order"].value in ("ranked", "time")
    assert order_of(look(bob, "/?order=ranked")) == "ranked"
    assert order_of(look(bob, "/")) == "ranked"
    bob.cookies["order"] = "sideways"
    assert order_of(look(bob, "/")) == "ranked"


def test_every_ranked_post_says_why_it_is_there(square):
    page = look(sign_in(square.town.bob), "/?order=ranked")
    cards = [name for name in page.ids if name.startswith("card-")]
    assert cards
    assert page.html.count('class="why"') == len(cards)
    assert page.card(square.public.pk) or page.card(square.shared.pk)
    assert page.card(square.connections.pk)
    for hidden in (square.gone, square.reply):
        assert not page.card(hidden.pk)


def test_by_time_is_newest_first_and_pages_on_without_repeating(square):
    bob, now = sign_in(square.town.bob), clock.utc_now()
    for number in range(20):  # the most that one may post in an hour
        publish(author=square.town.cleo, draft=Draft(text=f"Bread {number}"), now=now)
    first = look(bob, "/?order=time")
    cards = [int(name.removeprefix("card-")) for name in first.ids if name.startswith("card-")]
    assert cards == sorted(cards, reverse=True)
    assert len(cards) == 20
    older = [path for path in first.addresses if "before=" in path]
    assert len(older) == 1
    second = look(bob, f"/{older[0]}" if older[0].startswith("?") else older[0])
    rest = [int(name.removeprefix("card-")) for name in second.ids if name.startswith("card-")]
    assert rest
    assert max(rest) < min(cards)
    assert square.public.pk in rest


def test_nobody_sees_their_own_or_a_stranger_s_private_posts_at_home(square):
    for person in (square.town.eve, square.town.mallory, square.town.dan):
        for order in ("ranked", "time"):
            page = look(sign_in(person), f"/?order={order}")
            assert "secret" not in page.words
            assert "surprise" not in page.words
    assert "Tomatoes" in look(sign_in(square.town.dan), "/?order=time").words
    assert "Tomatoes" not in look(sign_in(square.town.mallory), "/topics/harvest").words


def test_a_topic_is_called_in_nobody_s_words_for_whom_nothing_is_there(square):
    bob, mallory = sign_in(square.town.bob), sign_in(square.town.mallory)
    publish(author=square.town.ada, draft=Draft(text="#OurSecretPlan"), now=clock.utc_now())
    assert "OurSecretPlan" in look(bob, "/topics/oursecretplan").words
    words = look(mallory, "/topics/OURSECRETPLAN").words
    assert "oursecretplan" in words
    assert "OurSecretPlan" not in words


def test_the_page_is_for_one_person_and_one_moment(square):
    answer = sign_in(square.town.bob).get("/")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_the_feed_as_json_says_the_same_with_ids_as_strings(square):
    bob = sign_in(square.town.bob)
    answer = bob.get("/feed.json")
    assert answer.headers["Content-Type"] == "application/json"
    rows = json.loads(answer.content)
    page = look(bob, "/?order=ranked")
    assert [f"card-{row['id']}" for row in rows] == [
        name for name in page.ids if name.startswith("card-")
    ]
    assert all(isinstance(row["id"], str) for row in rows)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(set(row["reasons"]) >= {"person", "topic", "freshness"} for row in rows)


def test_a_newcomer_s_page_is_empty_and_says_what_to_do(square):
    page = look(sign_in(square.town.eve), "/?order=time")
    assert not [name for name in page.ids if name.startswith("card-")]
    assert "/topics" in page.addresses
