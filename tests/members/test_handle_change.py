"""A handle that somebody leaves leads to them, and to nobody else, for good."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections

from kring.core.errors import Conflict, Invalid, KringError, NotFound, TooMany
from kring.members import services
from kring.members.handles import CHANGE_EVERY, change_handle, free_handles, is_taken
from kring.members.models import FormerHandle, Identity
from kring.members.queries import identity_by_handle
from kring.network.services import block
from kring.posts.models import Mention, Post
from kring.posts.services import Draft, edit, publish
from tests.worlds import NOON, event_kinds, small_town

pytestmark = pytest.mark.django_db
LATER = NOON + CHANGE_EVERY


@pytest.fixture
def town(db):
    return small_town()


def test_the_handle_before_leads_to_them_and_is_nobody_else_s(town):
    change_handle(identity=town.ada, handle=" @Ada_Vos ", now=NOON)
    assert town.ada.handle == "ada_vos"
    assert event_kinds()[-1] == "ProfileChanged"
    for name in ("ada", "@ADA", "ada_vos"):
        assert identity_by_handle(name) == town.ada
    with pytest.raises(NotFound):
        identity_by_handle("ada@other.example")
    with pytest.raises(Conflict):
        change_handle(identity=town.bob, handle="ada", now=NOON)
    with pytest.raises(Conflict):
        services.create_person(name="Ada", handle="ada", now=NOON)
    assert is_taken("ada")
    assert free_handles(["Ada", "Ada"]) == ["ada2", "ada3"]
    assert services.create_person(name="Ada", now=NOON).handle == "ada2"
    town.bob.refresh_from_db()
    assert town.bob.handle == "bob"


def test_a_new_one_needs_patience_and_the_old_one_none(town):
    change_handle(identity=town.ada, handle="ada_vos", now=NOON)
    with pytest.raises(TooMany) as refused:
        change_handle(identity=town.ada, handle="vos", now=LATER - timedelta(seconds=1))
    assert refused.value.retry_after == 2
    assert "30 days" in str(refused.value)
    change_handle(identity=town.ada, handle="ada", now=NOON + timedelta(minutes=1))
    assert identity_by_handle("ada_vos") == identity_by_handle("ada") == town.ada
    assert list(FormerHandle.objects.values_list("handle", flat=True)) == ["ada_vos"]
    with pytest.raises(TooMany):
        change_handle(identity=town.ada, handle="vos", now=LATER)
    change_handle(identity=town.ada, handle="vos", now=LATER + timedelta(minutes=1))
    assert {identity_by_handle(name).pk for name in ("vos", "ada", "ada_vos")} == {town.ada.pk}


def test_what_is_no_handle_or_changes_nothing_keeps_nothing(town):
    before = event_kinds()
    for handle, error in (("a", Invalid), ("ada vos", Invalid), ("", Invalid), ("añil", Invalid),
                          ("a" * 31, Invalid), ("admin", Conflict), ("BOB", Conflict)):  # fmt: skip
        with pytest.raises(error):
            change_handle(identity=town.ada, handle=handle, now=NOON)
    change_handle(identity=town.ada, handle="ada", now=NOON)
    assert not FormerHandle.objects.exists()
    assert event_kinds() == before


def test_whoever_is_gone_keeps_all_their_handles(town):
    change_handle(identity=town.ada, handle="ada_vos", now=NOON)
    services.delete_identity(identity=town.ada, now=NOON)
    assert is_taken("ada")
    assert is_taken("ada_vos")
    assert identity_by_handle("ada").deleted_at


def test_mentions_in_old_texts_and_new_ones_reach_them(town):
    old = publish(author=town.bob, draft=Draft(text="Ask @ada and @cleo."), now=NOON)
    change_handle(identity=town.ada, handle="ada_vos", now=NOON)
    change_handle(identity=town.ada, handle="vos", now=LATER)
    edit(editor=town.bob, post_id=old.pk, text="Ask @ada, or @cleo.", now=NOON)
    again = publish(author=town.bob, draft=Draft(text="@Ada, @ada_vos: thanks."), now=NOON)
    for post in (old, again):
        assert Mention.objects.filter(post=post, identity=town.ada).count() == 1
        html = Post.objects.get(pk=post.pk).html
        assert 'href="/@vos"' in html
        assert 'href="/@ada' not in html
    block(blocker=town.ada, blocked=town.bob, now=NOON)
    hidden = publish(author=town.bob, draft=Draft(text="@ada and @vos."), now=NOON)
    assert not Mention.objects.filter(post=hidden).exists()
    assert "href" not in Post.objects.get(pk=hidden.pk).html


@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_for_one_handle_at_once_one_gets_it(town, monkeypatch):
    """Both are told that it is free; the database lets one have it, the other gets a sentence."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one write at a time, so the second is told at once")
    together, told = threading.Barrier(2), []
    monkeypatch.setattr(
        "kring.members.handles.is_taken", lambda handle: is_taken(handle) or together.wait() < 0
    )

    def ask(who):
        try:
            change_handle(identity=who, handle="star", now=NOON)
            told.append("")
        except KringError as error:
            told.append(error.message)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(who,)) for who in (town.ada, town.bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(told) == ["", "That handle is taken."]
    assert Identity.objects.filter(handle="star").count() == 1
    assert FormerHandle.objects.count() == 1


def test_one_that_was_free_a_moment_ago_is_refused_in_the_same_sentence(town, monkeypatch):
    monkeypatch.setattr("kring.members.handles.is_taken", lambda _handle: False)
    with pytest.raises(Conflict, match="That handle is taken"):
        change_handle(identity=town.ada, handle="bob", now=NOON)
    assert not FormerHandle.objects.exists()
