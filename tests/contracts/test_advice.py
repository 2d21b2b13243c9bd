"""Every adviser: fires exactly where the feed takes something off, and has words for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from kring.core import clock
from kring.feed.advice import ADVISERS, NOTICEABLE, Meant, advise
from kring.feed.policy import default_policy
from kring.feed.text_jobs import analyse_posts
from kring.network.services import block
from kring.posts.services import Draft, delete, publish
from kring.web.advice import told
from tests.worlds import small_town

pytestmark = pytest.mark.django_db

RULES = default_policy().multipliers
COPIED = (
    "We moved the harvest to Tuesday because of the rain, and asked three neighbours to bring "
    "their own crates and a warm coat for the evening."
)
PLAIN = Meant(text="An honest sentence about rain and crates.", words=7)
BAIT = Meant(text="Like and share if you agree! Comment YES below!", words=9)


@pytest.fixture
def town():
    return small_town(now=clock.utc_now() - timedelta(days=30))


def ago(**time):
    return clock.utc_now() - timedelta(**time)


def wrote(by, text=COPIED, at=None, audience="public"):
    post = publish(author=by, draft=Draft(text=text, audience=audience), now=at or ago(days=20))
    analyse_posts([post.pk], now=clock.utc_now())
    return post


def kinds(by, meant):
    return [advice.kind for advice in advise(by, meant, now=clock.utc_now())]


def shared(words):
    return Meant(text=" ".join(["word"] * words), words=words, is_repost=True)


def bad_and_good(kind, town):
    """Two posts that differ in the one thing this adviser looks at."""
    usual = {
        "bait": (BAIT, PLAIN),
        "bare_repost": (shared(int(RULES.bare_words) - 1), shared(int(RULES.bare_words))),
        "many_mentions": (
            Meant(text="Hello", words=1, mentions=RULES.most_mentions + 1),
            Meant(text="Hello", words=1, mentions=RULES.most_mentions),
        ),
    }
    if kind in usual:
        return usual[kind]
    if kind == "near_copy":
        wrote(town.bob)
        return Meant(text=COPIED.upper(), words=24), PLAIN
    wrote(town.ada, "Just now.", at=ago(minutes=5))
    return PLAIN, None


@pytest.mark.parametrize("kind", ADVISERS)
def test_an_adviser_speaks_where_its_rule_applies_and_is_silent_elsewhere(town, kind):
    bad, good = bad_and_good(kind, town)
    assert kinds(town.ada, bad) == [kind]
    if good is not None:
        assert kinds(town.ada, good) == []
    assert kinds(town.eve, PLAIN) == []


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("kind", ADVISERS)
def test_every_advice_has_words_in_both_languages(town, kind, language):
    bad, _good = bad_and_good(kind, town)
    [advice] = advise(town.ada, bad, now=clock.utc_now())
    assert 0 < advice.kept < 1
    with translation.override("en"):
        [english] = told([advice], viewer=town.ada)
    with translation.override(language):
        [said] = told([advice], viewer=town.ada)
    assert said.kind == kind
    assert said.lead
    assert f"{round(advice.kept * 100)}" in said.sentence
    if language == "nl":
        assert (said.lead, said.sentence) != (english.lead, english.sentence)
        assert said.lead != english.lead


def lost_after(town, gap):
    """What is said `gap` after Ada's latest post."""
    now = clock.utc_now()
    wrote(town.ada, "The one before.", at=now - gap)
    return advise(town.ada, PLAIN, now=now)


def test_too_soon_ends_where_hardly_anything_is_taken_off(town):
    [advice] = lost_after(town, timedelta(hours=6))
    assert advice.kept == pytest.approx(1 - RULES.frequency_depth / 2, abs=1e-3)
    now = clock.utc_now()
    assert now < advice.fine_at < now + timedelta(hours=24)
    later = advise(town.ada, PLAIN, now=advice.fine_at)
    before = advise(town.ada, PLAIN, now=advice.fine_at - timedelta(minutes=16))
    assert later == []
    assert 1 - before[0].kept == pytest.approx(NOTICEABLE, abs=0.005)


def test_a_page_and_a_person_are_told_alike_and_a_source_is_not(town):
    from kring.members.services import create_identity

    source = create_identity(kind="source", name="News", now=ago(days=2))
    wrote(source, "First.", at=ago(minutes=5))
    wrote(town.bakery, "First.", at=ago(minutes=5))
    assert kinds(source, PLAIN) == []
    assert kinds(town.bakery, PLAIN) == ["too_soon"]


def test_only_what_its_author_may_see_and_all_readers_may_read_is_named(town):
    copy = Meant(text=COPIED, words=24)
    secret = wrote(town.ada, audience="connections")
    assert kinds(town.bob, copy) == []
    members = wrote(town.cleo, audience="members")
    assert kinds(town.bob, copy) == []  # not everybody on the web may read Cleo's
    inside = Meant(text=COPIED, words=24, audience="members")
    [advice] = advise(town.bob, inside, now=clock.utc_now())
    assert (advice.original_id, advice.own) == (members.pk, False)
    block(blocker=town.cleo, blocked=town.bob, now=clock.utc_now())
    assert kinds(town.bob, inside) == []
    [own] = advise(town.cleo, inside, now=clock.utc_now())
    assert (own.original_id, own.own) == (members.pk, True)
    delete(by=town.cleo, post_id=members.pk, now=clock.utc_now())
    assert kinds(town.cleo, inside) == []
    assert secret.pk != members.pk
