"""Only posts about some topics, on every timeline: in the address, with a way out."""

from __future__ import annotations

import pytest

from kring.core import clock
from kring.feed.services import mute_topic
from kring.posts.models import Topic
from kring.posts.services import Draft, bookmark, publish
from tests.web.html import look
from tests.web.visits import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def songs(square):
    """Another post of Ada, about #songs."""
    draft = Draft(text="We rehearse on Monday. #songs")
    return publish(author=square.town.ada, draft=draft, now=clock.utc_now())


@pytest.mark.parametrize("order", ["ranked", "time"])
def test_home_shows_posts_about_the_topic_alone_in_both_orders(square, songs, order):
    bob = sign_in(square.town.bob)
    both = look(bob, f"/?order={order}")
    assert both.card(songs.pk)
    only = look(bob, f"/?order={order}&topic=songs")
    assert only.card(songs.pk)
    assert not only.card(square.public.pk)
    assert not only.card(square.shared.pk)
    either = look(bob, f"/?order={order}&topic=songs&topic=%23Harvest")
    assert either.card(songs.pk)
    assert either.card(square.public.pk) or either.card(square.shared.pk)
    assert f"/?order={order}" in only.addresses  # all topics again


def test_a_repost_is_about_what_it_shares(square):
    page = look(sign_in(square.town.bob), "/?order=time&topic=harvest")
    assert page.card(square.shared.pk)


def test_the_links_of_a_filtered_page_keep_the_filter(square, songs):
    page = look(sign_in(square.town.bob), "/?order=time&topic=songs")
    assert "/?order=ranked&topic=songs" in page.addresses
    added = "/?order=time&topic=songs&topic=harvest"
    other = look(sign_in(square.town.bob), "/?order=time")
    assert "/?order=time&topic=harvest" in other.addresses
    assert look(sign_in(square.town.bob), added).card(songs.pk)


def test_older_pages_keep_the_filter(square):
    now = clock.utc_now()
    posts = [
        publish(author=square.town.cleo, draft=Draft(text=f"Bread {n} #bread"), now=now)
        for n in range(20)
    ]
    bob = sign_in(square.town.bob)
    publish(author=square.town.bob, draft=Draft(text="More #bread"), now=now)
    first = look(bob, "/?order=time&topic=bread")
    (older,) = [path for path in first.addresses if "before=" in path]
    assert "topic=bread" in older
    assert look(bob, older).card(posts[0].pk)


def test_profiles_and_bookmarks_filter_too(square, songs):
    bob = sign_in(square.town.bob)
    bookmark(by=square.town.bob, post_id=songs.pk, now=clock.utc_now())
    bookmark(by=square.town.bob, post_id=square.public.pk, now=clock.utc_now())
    for path in ("/@ada", "/bookmarks"):
        assert look(bob, path).card(square.public.pk)
        only = look(bob, f"{path}?topic=songs")
        assert only.card(songs.pk)
        assert not only.card(square.public.pk)
        assert path in only.addresses


def test_the_json_filters_too(square, songs):
    bob = sign_in(square.town.bob)
    assert [row["id"] for row in bob.get("/feed.json?topic=songs").json()] == [str(songs.pk)]
    assert bob.get("/feed.json?topic=nothing").json() == []


@pytest.mark.parametrize("path", ["/?order=ranked", "/?order=time", "/@ada?", "/bookmarks?"])
def test_nothing_found_says_so_with_a_way_out(square, path):
    page = look(sign_in(square.town.bob), f"{path}&topic=nosuchtopic")
    assert "Nothing about this here" in page.words
    assert not [name for name in page.ids if name.startswith("card-")]
    assert "Show everything again" in page.links


def test_a_label_finds_its_topic_and_a_secret_one_stays_nameless(square):
    bob, dan = sign_in(square.town.bob), sign_in(square.town.dan)
    draft = Draft(text="#OurSecretPlan", audience="connections")
    secret = publish(author=square.town.ada, draft=draft, now=clock.utc_now())
    Topic.objects.filter(name="oursecretplan").update(label="Harvest home")
    assert look(bob, "/?order=time&topic=harvest+home").card(secret.pk)
    page = look(dan, "/?order=time&topic=oursecretplan")
    assert "Harvest home" not in page.words
    assert "Nothing about this here" in page.words


def test_odd_topics_are_answered_in_a_sentence(square):
    bob = sign_in(square.town.bob)
    many = "&".join(f"topic=t{number}" for number in range(11))
    answer = bob.get(f"/?{many}")
    assert answer.status_code == 422
    assert "at most 10 topics" in answer.content.decode()
    for odd in ("%00", "%ff", "", "%20", "%23", "a" * 5000, "%3Cscript%3E", "'%22%26", "%E2%80%AE"):
        for path in ("/", "/@ada", "/bookmarks", "/feed.json"):
            assert bob.get(f"{path}?topic={odd}").status_code == 200, (path, odd)
        assert "<script>alert" not in bob.get(f"/?topic={odd}").content.decode()


def test_a_muted_topic_stays_away_even_when_asked_for(square, songs):
    mute_topic(by=square.town.bob, name="songs", now=clock.utc_now())
    for order in ("ranked", "time"):
        page = look(sign_in(square.town.bob), f"/?order={order}&topic=songs")
        assert not page.card(songs.pk)
        assert "muted" in page.words


@pytest.mark.parametrize("path", ["/", "/?order=time", "/@bob", "/bookmarks"])
def test_what_no_topic_can_be_called_is_not_asked_for(square, path):
    """No address of a topic has a slash in it, so there is nowhere to lead."""
    mark = "&" if "?" in path else "?"
    bob = sign_in(square.town.bob)
    assert bob.get(f"{path}{mark}topic=../../etc").status_code == 200
