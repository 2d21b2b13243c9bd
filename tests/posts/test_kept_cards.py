"""Kept cards: what ends one, how many there are, and what happens while one is being read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kring.core.events import Event
from kring.members.services import suspend, update_profile
from kring.posts import kept
from kring.posts.cards import cards
from kring.posts.kept import CHANGES_ALL, NAMES, KeptCards, kept_cards
from kring.posts.services import Draft, edit, publish, react
from tests.worlds import NOON, small_town

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
# Nothing on a card that anybody keeps: a new post or person, or what is a viewer's own.
QUIET = {"PostPublished", "Bookmarked", "Unbookmarked", "ThreadMuted", "ThreadUnmuted",
         "IdentityCreated", "IdentityLimited"}  # fmt: skip


@pytest.fixture
def town():
    return small_town()


def say(author, text="Words.", minute=0, **draft):
    now = NOON + minute * MINUTE
    return publish(author=author, draft=Draft(text=text, **draft), now=now).pk


def served(viewer, *post_ids):
    return cards(viewer, post_ids)


def test_every_event_about_posts_people_and_pages_is_known_to_change_cards_or_not():
    areas = ("kring.posts.", "kring.members.", "kring.media.")
    kinds = {kind for kind in Event.KINDS.values() if kind.__module__.startswith(areas)}
    heard = {kind.__name__ for kind in (*NAMES, *CHANGES_ALL)}
    assert {kind.__name__ for kind in kinds} == heard | QUIET
    assert not heard & QUIET


def test_only_so_many_cards_are_kept_and_only_so_large(town, monkeypatch):
    monkeypatch.setattr(kept, "CARDS", 3)
    ids = [say(town.ada, minute=n) for n in range(5)]
    assert len(served(town.bob, *ids)) == 5
    assert len(kept_cards().find(ids, lean=False)) == 3
    kept_cards.cache_clear()
    monkeypatch.setattr(kept, "BYTES", 12_000)
    ids += [say(town.ada, "long " * 500, minute=9)]
    assert len(served(town.bob, *ids)) == 6
    assert kept_cards()._cards.bytes_kept <= 12_000
    assert 0 < len(kept_cards().find(ids, lean=False)) < 3


def test_a_card_without_everything_serves_only_who_needs_no_more(town):
    post = say(town.ada)
    react(by=town.eve, post_id=post, kind="like", now=NOON)
    (lean,) = cards(town.bob, [post], lean=True)
    assert (lean.counts.reactions, lean.stamp > 0) == ({}, True)
    (whole,) = served(town.bob, post)
    assert (whole.counts.reactions, whole.stamp > lean.stamp) == ({"like": 1}, True)
    assert cards(town.bob, [post], lean=True)[0].stamp == whole.stamp


def test_what_is_said_while_a_card_is_being_read_ends_it(town):
    post, other = say(town.ada), say(town.bob)
    shown = served(town.eve, post, other)
    process = KeptCards()
    heard = process.hear()
    edit(editor=town.ada, post_id=post, text="Anew.", now=NOON)
    process.hear()  # by another thread, before this one has its rows
    process.keep(shown, heard=heard, lean=False)
    assert list(process.find([post, other], lean=False)) == [other]
    heard = process.hear()
    suspend(identity=town.dan, now=NOON)
    process.hear()
    process.keep(shown, heard=heard, lean=False)
    assert process.find([post, other], lean=False) == {}


@pytest.mark.parametrize(("limit", "value"), [("NAMED", 3), ("AT_ONCE", 4)])
def test_whoever_hears_too_much_to_remember_makes_every_card_anew(town, monkeypatch, limit, value):
    monkeypatch.setattr(kept, limit, value)
    post, other = say(town.ada), say(town.bob)
    before = served(town.eve, post)[0].stamp
    react(by=town.eve, post_id=other, kind="like", now=NOON)
    assert served(town.eve, post)[0].stamp == before
    for person in (town.bob, town.cleo, town.dan, town.eve):
        update_profile(identity=person, now=NOON, name=f"{person.name} of the Hill")
    assert served(town.eve, post)[0].stamp > before
    edit(editor=town.ada, post_id=post, text="Anew.", now=NOON)
    assert "Anew." in served(town.eve, post)[0].html


def test_an_error_while_hearing_leaves_nothing_that_could_be_out_of_date(town, monkeypatch):
    post = say(town.ada)
    served(town.bob, post)
    edit(editor=town.ada, post_id=post, text="Anew.", now=NOON)
    with monkeypatch.context() as broken:
        broken.setattr(kept, "_also_named", lambda event: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            served(town.bob, post)
    assert "Anew." in served(town.bob, post)[0].html
