"""Where candidates come from. A new source is one class here and one line in `home.py`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch, SourceTag
from kring.feed.response import HOUR_MS, response_ratio
from kring.feed.stages import Context, Source
from kring.feed.world import Audience
from kring.feed.world.columns import Bools, Floats, Ints, Rows, contains
from kring.feed.world.posts import DAY_MS, PostTable
from kring.network.graph import distinct


class Connections:
    """The youngest posts of people the viewer is connected with."""

    name, tag = "connections", SourceTag.CONNECTIONS

    def find(self, context: Context) -> Rows:
        circle = context.profile.circle
        last = circle.last_of_connections
        quota = context.policy.sources.connections_quota
        return _youngest_by(context, circle.connections, last, quota)


class Follows:
    """The youngest posts of whom the viewer follows, and of their pages and groups."""

    name, tag = "follows", SourceTag.FOLLOWS

    def find(self, context: Context) -> Rows:
        viewer, world = context.viewer, context.world
        authors = distinct(np.concatenate([viewer.followed_ids, viewer.membership_ids]))
        people = world.people.find_many(authors)
        last = world.posts.by_author.last(people)
        return _youngest_by(context, people, last, context.policy.sources.follows_quota)


class StrongTies:
    """What a strong tie commented on or passed on in public, latest act first."""

    name, tag = "strong_ties", SourceTag.STRONG_TIES

    def find(self, context: Context) -> Rows:
        acts = context.profile.strong_acts
        latest_first = acts.post_row[np.lexsort((-acts.rows, -acts.at_ms))].tolist()
        rows = np.array([*dict.fromkeys(latest_first)], dtype=np.int32)
        rows = _existing(context, rows)
        return _within_quota(context, rows, context.policy.sources.strong_ties_quota)


class Topics:
    """Well received posts of strangers on the topics the viewer cares most about (R3, R6).

    By relative engagement, never by counts: what few saw and many answered stands first. Whoever
    names many topics names none: such a post is found by what its words are about.
    """

    name, tag = "topics", SourceTag.TOPICS

    def find(self, context: Context) -> Rows:
        rules, posts = context.policy.sources, context.world.posts
        interest = context.profile.interest
        if not interest.size or not rules.topics_quota:
            return np.zeros(0, dtype=np.int32)
        followed = posts.topic_ids.find_many(context.viewer.followed_topic_ids)
        wanted = interest > 0
        wanted[followed[followed >= 0]] = True
        liked = np.flatnonzero(wanted)
        order = np.lexsort((posts.topic_ids.ids.view[liked], -interest[liked]))
        best = liked[order[: rules.topics_count]]
        rows = distinct(posts.by_topic.newest(best.astype(np.int32), rules.topics_each))
        rows = _existing(context, rows)
        oldest = context.viewer.now_ms - context.policy.filters.age_limit_days * DAY_MS
        shown = posts.audience.view.take(rows) <= Audience.MEMBERS
        shown &= posts.origin_id.view.take(rows) == 0
        rows = rows[shown & (posts.created_ms.view.take(rows) >= oldest)]
        rows = rows[_found_by(posts, rows, best, rules.topics_named)]
        ratio = response_ratio(context.world, rows, context.viewer.now_ms, context.policy)
        order = np.lexsort((-posts.index.ids.view.take(rows), -ratio))
        return _within_quota(context, rows[order], rules.topics_quota)


def _found_by(posts: PostTable, rows: Rows, topics: Ints, most: int) -> Bools:
    """Which posts are about one of these, as named by who named few or as the words say."""
    # One more for -1, which is no topic.
    among = np.zeros(len(posts.topic_ids) + 1, dtype=np.bool_)
    among[topics] = True
    about = among[posts.topics.view.take(rows, axis=0)]
    named = posts.named_topics.view.take(rows)
    for at in np.flatnonzero(named > most).tolist():
        about[at, : named[at]] = False
    return np.asarray(about.any(axis=1))


class FirstHearing:
    """New posts of the viewer's ties that few have seen yet: everybody gets a first hearing.

    Stage 0 of a post's reach (FEED.md): until `test_reach` people have seen it, it is shown to a
    part of those who may, chosen by hash, the same part whenever they look.
    """

    name, tag = "test_audience", SourceTag.TEST_AUDIENCE

    def find(self, context: Context) -> Rows:
        rules, viewer, circle = context.policy.sources, context.viewer, context.profile.circle
        posts, table = context.world.posts, context.world.exposures
        rows = circle.last_of_connections
        if circle.followed.size:
            rows = distinct(np.concatenate([rows, posts.by_author.last(circle.followed)]))
        rows = rows[rows >= 0]
        created = posts.created_ms.view.take(rows)
        age_ms = viewer.now_ms - created
        rows = rows[(age_ms >= 0) & (age_ms <= rules.test_hours * HOUR_MS)]
        rows = rows[posts.origin_id.view.take(rows) == 0]
        reach = np.zeros(len(rows))
        held = rows < len(table.reach)
        reach[held] = table.reach.view[rows[held]]
        rows = rows[reach < rules.test_reach]
        ids = posts.index.ids.view.take(rows)
        drawn = hash_share(ids, viewer.id, context.seed) < rules.test_share
        rows = rows[drawn][np.argsort(-ids[drawn])]
        return _within_quota(context, rows, rules.test_audience_quota)


class Mentions:
    """Posts in which the viewer is mentioned: always (R7)."""

    name, tag = "mentions", SourceTag.MENTIONS

    def find(self, context: Context) -> Rows:
        world = context.world
        rows = world.posts.mentions.posts_mentioning(world.people.find(context.viewer.id))
        rows = _existing(context, rows)
        newest = rows[np.argsort(-world.posts.index.ids.view[rows])]
        return _within_quota(context, newest, context.policy.sources.mentions_quota)


def hash_share(ids: Ints, viewer_id: int, seed: int) -> Floats:
    """A number in [0, 1) per post, the same for one viewer and seed (SplitMix64's finaliser)."""
    with np.errstate(over="ignore"):
        z = ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z ^= np.uint64((viewer_id * 0xBF58476D1CE4E5B9 + seed) & 0xFFFFFFFFFFFFFFFF)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return np.asarray((z >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def gather(sources: tuple[Source, ...], context: Context) -> tuple[Batch, dict[str, int]]:
    """One batch of all sources' posts, each once, newest first; and how many each brought."""
    found = [source.find(context) for source in sources]
    rows = np.concatenate(found or [np.zeros(0, np.int32)])
    every = np.array([source.tag for source in sources], dtype=np.uint8)
    tags = every.repeat([len(each) for each in found])
    posts = context.world.posts
    ids = posts.index.ids.view.take(rows)
    newest = np.argsort(-ids, kind="stable")
    rows, ids, tags = rows.take(newest), ids.take(newest), tags.take(newest)
    starts = np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]])[: rows.size])
    bits: NDArray[np.uint32] = np.left_shift(np.uint32(1), tags, dtype=np.uint32)
    rows, author = rows.take(starts), posts.author.view.take(rows.take(starts))
    batch = Batch(
        post_id=ids.take(starts),
        row=rows,
        author_id=context.world.person_ids(author),
        author=author,
        source=tags.take(starts),
        sources=np.bitwise_or.reduceat(bits, starts) if starts.size else bits,
    )
    counts = {source.name: len(each) for source, each in zip(sources, found, strict=True)}
    return batch, counts


def _youngest_by(context: Context, people: Rows, last: Rows, quota: int) -> Rows:
    """The youngest posts of these people, of whom `last` are the last ones (-1: none)."""
    if not people.size:
        return people
    posts, viewer = context.world.posts, context.viewer
    # Who knows few people gets more of each, so that the quota can still be filled.
    each = max(context.policy.sources.posts_each, quota // people.size)
    ids, created = posts.index.ids.view, posts.created_ms.view
    known = last >= 0
    people, last_ids = people[known], ids.take(last[known])
    unread = ~contains(last_ids, viewer.read_post_ids)
    unread &= created.take(last[known]) <= viewer.now_ms
    oldest = 0
    if np.count_nonzero(unread) > quota:
        # So many are younger already: whose last post is older has none that fits.
        oldest = np.partition(last_ids[unread], -quota - 1)[-quota - 1]
        people = people[last_ids >= oldest]
    rows = posts.by_author.newest(people, each)
    found = ids.take(rows)
    fits = np.flatnonzero((found >= oldest) & (created.take(rows) <= viewer.now_ms))
    youngest_first = fits[np.argsort(-found[fits])]
    return _within_quota(context, rows[youngest_first], quota)


def _existing(context: Context, rows: Rows) -> Rows:
    """Neither removed nor of a moment that has yet to come."""
    posts = context.world.posts
    there = ~posts.removed.view.take(rows)
    there &= posts.created_ms.view.take(rows) <= context.viewer.now_ms
    return np.asarray(rows[there])


def _within_quota(context: Context, rows: Rows, quota: int) -> Rows:
    """The first rows up to `quota` unread ones.

    What was read comes along, so that the filter that removes it can say so, but takes up no
    place: a diligent reader would otherwise run out of candidates.
    """
    if not context.viewer.read_post_ids.size:
        return rows[:quota]
    read = contains(context.world.posts.index.ids.view.take(rows), context.viewer.read_post_ids)
    return np.asarray(rows[np.cumsum(~read) <= quota])
