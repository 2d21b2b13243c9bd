"""A page that is kept for a moment: it comes again while it holds, and never a moment longer."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kring.core.errors import KringError
from kring.feed import services as steering
from kring.feed.hydrate import Asked
from kring.feed.kept import KEPT_MS, SLATES, KeptSlates
from kring.feed.models import Preferences
from kring.feed.news import KEPT, News
from kring.feed.policy import default_policy
from kring.feed.queries import preferences_of
from kring.feed.serving import Server
from kring.members.services import create_person, restore, suspend, update_profile
from kring.network.services import (
    block,
    connect,
    disconnect,
    follow,
    join,
    leave,
    mute,
    unblock,
    unfollow,
    unmute,
)
from kring.posts.events import Bookmarked
from kring.posts.models import Post
from kring.posts.services import (
    Draft,
    bookmark,
    comment,
    delete,
    edit,
    mute_thread,
    publish,
    react,
    repost,
    unreact,
)
from tests.worlds import NOON, small_town

LATER = NOON + timedelta(hours=1)
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def server():
    return Server(default_policy())


def write(author, text="A rule we found today, and what it means for letters.", **fields):
    return publish(author=author, draft=Draft(text=text, **fields), now=NOON)


def page(server, viewer, now=LATER, limit=20, **asked):
    return server.rank_for(viewer, now=now, limit=limit, **asked)


def shown(feed):
    """What a reader sees of a page: its posts, their wording and the reasons."""
    return [(item.post_id, item.rank, item.reason) for item in feed.items], feed.posts


@pytest.mark.django_db
def test_the_same_page_comes_again_without_ranking(server):
    town = small_town()
    write(town.ada)
    first = page(server, town.bob)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        again = page(server, town.bob, now=LATER + A_SECOND)
    assert again.slate is first.slate
    assert shown(again) == shown(first)
    assert len(asked) <= 4  # preferences, the outbox (and its gaps), visibility


@pytest.mark.django_db
@pytest.mark.parametrize("later", [-A_SECOND, timedelta(milliseconds=KEPT_MS)])
def test_it_is_kept_for_half_a_minute_and_not_into_the_past(server, later):
    town = small_town()
    write(town.ada)
    kept = page(server, town.bob)
    assert page(server, town.bob, now=LATER + later).slate is not kept.slate


@pytest.mark.django_db
def test_another_question_gets_a_page_of_its_own(server):
    town = small_town()
    write(town.ada)
    kept = page(server, town.bob)
    other = Preferences(identity=town.bob, preset="wide")
    assert page(server, town.bob, limit=5).slate is not kept.slate
    assert page(server, town.bob, asked=Asked(other)).slate is not page(server, town.bob).slate
    about = Asked(preferences_of(town.bob.pk), only_topic_ids=(1,))
    assert page(server, town.bob, asked=about).items == ()


@pytest.mark.django_db
def test_a_page_with_all_its_reasons_serves_who_asks_for_fewer_and_not_the_other_way_round(server):
    town = small_town()
    write(town.ada)
    lean = Asked(preferences_of(town.bob.pk), in_full=False)
    brief = page(server, town.bob, asked=lean)
    assert page(server, town.bob, asked=lean).slate is brief.slate
    full = page(server, town.bob)
    assert full.slate is not brief.slate
    assert page(server, town.bob, asked=lean).slate is full.slate
    facts = [group.facts for group in brief.items[0].reason.groups]
    assert not any(facts)
    assert any(group.facts for group in full.items[0].reason.groups)
    assert brief.slate.what_ifs is None
    for field in ("prior", "held_back", "top_group", "rank_by_time", "moved"):
        assert getattr(brief.items[0].reason, field) == getattr(full.items[0].reason, field)
    shares = [[g.contribution for g in one.items[0].reason.groups] for one in (brief, full)]
    assert shares[0] == shares[1]


@pytest.mark.django_db
def test_nobody_gets_the_page_of_another(server):
    town = small_town()
    between = write(town.ada, audience="connections")
    assert [item.post_id for item in page(server, town.bob).items] == [between.pk]
    assert page(server, town.dan).items == ()
    assert [item.post_id for item in page(server, town.bob).items] == [between.pk]


CHANGES = {
    "a tie writes": lambda t, p: write(t.ada, "Another one."),
    "the author edits": lambda t, p: edit(editor=t.ada, post_id=p, text="New.", now=LATER),
    "the author deletes": lambda t, p: delete(by=t.ada, post_id=p, now=LATER),
    "the author is suspended": lambda t, p: suspend(identity=t.ada, now=LATER),
    "the author has another name": lambda t, p: update_profile(
        identity=t.ada, now=LATER, name="Ada of the Hill"
    ),
    "a stranger mentions me": lambda t, p: write(t.dan, "A question for @bob: which form is it?"),
    "a stranger comments": lambda t, p: comment(
        author=t.dan, in_reply_to=p, draft=Draft(text="Well said."), now=LATER
    ),
    "a stranger reacts": lambda t, p: react(by=t.dan, post_id=p, kind="like", now=LATER),
    "a stranger shares it": lambda t, p: repost(
        author=t.dan, post_id=p, draft=Draft(text=""), now=LATER
    ),
    "I react": lambda t, p: react(by=t.bob, post_id=p, kind="like", now=LATER),
    "I keep it": lambda t, p: bookmark(by=t.bob, post_id=p, now=LATER),
    "I hide it": lambda t, p: steering.hide(by=t.bob, post_id=p, now=LATER),
    "I want less": lambda t, p: steering.less(by=t.bob, post_id=p, now=LATER),
    "I mute the author": lambda t, p: mute(muter=t.bob, muted=t.ada, now=LATER),
    "I mute the thread": lambda t, p: mute_thread(by=t.bob, post_id=p, now=LATER),
    "I block the author": lambda t, p: block(blocker=t.bob, blocked=t.ada, now=LATER),
    "the author blocks me": lambda t, p: block(blocker=t.ada, blocked=t.bob, now=LATER),
    "we part": lambda t, p: disconnect(a=t.ada, b=t.bob, now=LATER),
    "I meet somebody": lambda t, p: connect(a=t.bob, b=t.eve, now=LATER),
    "I follow somebody": lambda t, p: follow(follower=t.bob, followed=t.eve, now=LATER),
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", CHANGES)
def test_whatever_concerns_the_reader_is_on_the_very_next_page(server, what):
    town = small_town()
    post, _, by_eve = write(town.ada), write(town.ada, "A second one."), write(town.eve)
    for viewer in (town.bob, town.cleo):
        page(server, viewer)
    before = page(server, town.bob)
    CHANGES[what](town, post.pk)
    fresh = page(Server(default_policy()), town.bob)
    assert shown(page(server, town.bob)) == shown(fresh)
    assert shown(fresh) != shown(before) or what in ("I meet somebody", "a stranger shares it")
    assert by_eve.pk not in dict.fromkeys(row[0] for row in before.posts)


@pytest.mark.django_db
def test_what_does_not_concern_the_reader_leaves_the_page_alone(server):
    town = small_town()
    write(town.ada)
    kept = page(server, town.bob)
    stranger = create_person(name="Zoe", handle="zoe", now=NOON + A_SECOND)
    for number in range(2, 5):
        said = Draft(text=f"Number {number}.")
        publish(author=stranger, draft=said, now=NOON + number * A_SECOND)
    assert page(server, town.bob).slate is kept.slate


@pytest.mark.django_db
def test_what_is_asked_of_the_database_alone_is_asked_every_time(server):
    """Even a change that nobody recorded: a row deleted by hand, by an import, by a restore."""
    town = small_town()
    post, other = write(town.ada), write(town.ada, "Another one.")
    page(server, town.bob)
    Post.objects.filter(pk=post.pk).update(deleted_at=LATER)
    assert [item.post_id for item in page(server, town.bob).items] == [other.pk]


ACTS = (
    lambda rng, t, posts: write(rng.choice(t), f"Words {rng.random()}."),
    lambda rng, t, posts: react(by=rng.choice(t), post_id=rng.choice(posts), kind="like", now=NOON),
    lambda rng, t, posts: unreact(by=rng.choice(t), post_id=rng.choice(posts), now=NOON),
    lambda rng, t, posts: comment(author=rng.choice(t), in_reply_to=rng.choice(posts),
                                  draft=Draft(text=f"So {rng.random()}."), now=NOON),
    lambda rng, t, posts: edit(editor=rng.choice(t), post_id=rng.choice(posts),
                               text=f"Anew {rng.random()}.", now=NOON),
    lambda rng, t, posts: delete(by=rng.choice(t), post_id=rng.choice(posts), now=NOON),
    lambda rng, t, posts: repost(author=rng.choice(t), post_id=rng.choice(posts),
                                 draft=Draft(text=""), now=NOON),
    lambda rng, t, posts: connect(a=rng.choice(t), b=rng.choice(t), now=NOON),
    lambda rng, t, posts: disconnect(a=rng.choice(t), b=rng.choice(t), now=NOON),
    lambda rng, t, posts: follow(follower=rng.choice(t), followed=rng.choice(t), now=NOON),
    lambda rng, t, posts: unfollow(follower=rng.choice(t), followed=rng.choice(t), now=NOON),
    lambda rng, t, posts: mute(muter=rng.choice(t), muted=rng.choice(t), now=NOON),
    lambda rng, t, posts: unmute(muter=rng.choice(t), muted=rng.choice(t), now=NOON),
    lambda rng, t, posts: block(blocker=rng.choice(t), blocked=rng.choice(t), now=NOON),
    lambda rng, t, posts: unblock(blocker=rng.choice(t), blocked=rng.choice(t), now=NOON),
    lambda rng, t, posts: steering.hide(by=rng.choice(t), post_id=rng.choice(posts), now=NOON),
    lambda rng, t, posts: suspend(identity=rng.choice(t), now=NOON),
    lambda rng, t, posts: restore(identity=rng.choice(t), now=NOON),
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_through_any_life_a_kept_page_shows_what_one_made_anew_shows(server, seed):
    """Which posts, in which wording; numbers may be as old as the page."""
    rng, town = random.Random(seed), small_town()
    people = [town.ada, town.bob, town.cleo, town.dan, town.eve]
    join(member=town.eve, of=town.choir, role="member", now=NOON)
    leave(member=town.eve, of=town.choir, now=NOON)
    posts = [write(who, f"First words of {who.handle}.").pk for who in people]
    for _ in range(40):
        with suppress(KringError):
            rng.choice(ACTS)(rng, people, posts)
        posts = list(Post.objects.filter(deleted_at=None).values_list("pk", flat=True))
        anew = Server(default_policy())
        for viewer in people[:3]:
            assert set(page(server, viewer).posts) == set(page(anew, viewer).posts)


def test_news_remember_what_events_named_and_say_when_they_no_longer_do():
    news = News()
    start = news.position
    assert news.since(start).tolist() == []
    news.take(Bookmarked(post_id=7, by=8, author_id=9))
    middle = news.position
    news.take(Bookmarked(post_id=1, by=2, author_id=3))
    assert sorted(news.since(start)) == [1, 2, 3, 7, 8, 9]
    assert sorted(news.since(middle)) == [1, 2, 3]
    for _ in range(KEPT - 1):
        news.take(Bookmarked(post_id=1, by=2, author_id=3))
    assert news.since(middle) is not None
    assert news.since(start) is None
    now = news.position
    news.start_again()
    assert news.since(now) is None
    assert news.since(news.position).tolist() == []


def test_only_so_many_slates_are_kept():
    kept = KeptSlates(News())
    for viewer in range(SLATES + 1):
        kept.keep(viewer, "q", f"page {viewer}", (0, 0), ())
    assert kept.find(0, "q", 1) is None
    assert kept.find(SLATES, "q", 1) == f"page {SLATES}"
    kept.forget_all()
    assert kept.find(SLATES, "q", 1) is None


def test_slates_that_are_over_are_not_kept_until_somebody_asks():
    kept = KeptSlates(News())
    for viewer in range(3):
        kept.keep(viewer, "q", f"page {viewer}", (viewer * 10_000, 0), ())
    assert kept.find(1, "q", 20_000) == "page 1"
    kept.keep(3, "q", "page 3", (10_000 + KEPT_MS, 0), ())
    assert list(kept._kept) == [2, 1, 3]
    kept.keep(4, "q", "page 4", (KEPT_MS * 10, 0), ())
    assert list(kept._kept) == [4]
