"""What the feed thinks a viewer cares about, topic by topic, and where each of that comes from.

The interest itself is `topic_interest.interest_of`, the number that the ranking goes by; this
module only counts what it was made of, for people to read. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kring.feed.circle import Circle
from kring.feed.policy import Policy
from kring.feed.topic_interest import interest_of, pull_of
from kring.feed.viewer import Viewer, may_see
from kring.feed.world import ActKind, ActView, World
from kring.feed.world.columns import Bools, Ints, Rows, contains
from kring.feed.world.posts import DAY_MS
from kring.network.graph import distinct

# A connection this young is named where its subjects came along with it.
NEW_TIE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Interest:
    """One topic. Counts are of different posts and of different people.

    log_ratio: log of the viewer's interest over the community's, as the ranking takes it
    strength: the same in whole hundredths, 0 the least and 100 the most the policy allows
    responded: posts the viewer did something with; read: posts only read
    ties: connections, followed people and pages that wrote about it lately
    since: the newest of those who is a connection of the last 30 days, and since when (unix ms)
    set_by_hand: whether the viewer's own word stands in place of what was learned
    """

    topic_id: int
    log_ratio: float
    strength: int
    responded: int
    read: int
    followed: bool
    ties: int
    since: tuple[int, int] | None
    set_by_hand: bool


def interests_of(world: World, viewer: Viewer, policy: Policy, *, most: int) -> list[Interest]:
    """The viewer's strongest interests, strongest first: those with a source, at most `most`.

    What was set by hand, muted or followed always has a place among them.
    """
    if not len(world.posts.topic_ids):
        return []
    acts = _acts(world, viewer, policy)
    pull = pull_of(acts, viewer.now_ms, policy)
    ratios = interest_of(Circle(world, viewer), pull, policy)
    done, opened = _posts_per_topic(world, acts)
    pairs = _ties_per_topic(world, viewer, policy)
    ties = np.bincount((pairs >> 32).astype(np.int64), minlength=ratios.size)
    topic_ids = world.posts.topic_ids.ids.view
    followed = contains(topic_ids, viewer.followed_topic_ids)
    by_hand = contains(topic_ids, np.array(sorted(viewer.interest_set), dtype=np.int64))
    told: Bools = followed | by_hand | contains(topic_ids, viewer.muted_topic_ids)
    found = np.flatnonzero(told | (done > 0) | (opened > 0) | (ties > 0))
    order = found[np.lexsort((topic_ids[found], -ratios[found], ~told[found]))][:most]
    newest = _newest_ties(world, viewer, acts, pairs)
    listed = [
        Interest(
            topic_id=int(topic_ids[topic]),
            log_ratio=float(ratios[topic]),
            strength=_strength(float(ratios[topic]), policy),
            responded=int(done[topic]),
            read=int(opened[topic]),
            followed=bool(followed[topic]),
            ties=int(ties[topic]),
            since=newest.get(int(topic)),
            set_by_hand=bool(by_hand[topic]),
        )
        for topic in order
    ]
    return sorted(listed, key=lambda interest: (-interest.log_ratio, interest.topic_id))


def _acts(world: World, viewer: Viewer, policy: Policy) -> ActView:
    """The viewer's own acts so far; none when nothing may be concluded from them."""
    me = world.people.find(viewer.id) if viewer.profiling else -1
    rows = world.acts.by_actor.rows(me, newest=policy.affinity.acts_read)
    return world.acts.select(rows[world.acts.at_ms.view[rows] <= viewer.now_ms])


def _strength(log_ratio: float, policy: Policy) -> int:
    low, high = policy.topics.lowest, policy.topics.highest
    return round(100 * (min(max(log_ratio, low), high) - low) / (high - low))


def _posts_per_topic(world: World, acts: ActView) -> tuple[Ints, Ints]:
    """Per topic: posts the viewer did something with, and posts that were only read."""
    about = (acts.post_row >= 0) & (acts.kind != ActKind.HIDE) & (acts.kind != ActKind.LESS)
    about[about] &= ~world.posts.removed.view[acts.post_row[about]]
    read = acts.kind == ActKind.READ
    done = distinct(acts.post_row[about & ~read].astype(np.int64))
    opened = distinct(acts.post_row[about & read].astype(np.int64))
    return _count(world, done), _count(world, opened[~contains(opened, done)])


def _count(world: World, rows: Ints) -> Ints:
    held = world.posts.topics.view[rows]
    return np.bincount(held[held >= 0], minlength=len(world.posts.topic_ids)).astype(np.int64)


def _ties_per_topic(world: World, viewer: Viewer, policy: Policy) -> Ints:
    """Who among one's ties wrote about what lately: topic << 32 | person, each pair once."""
    ids = np.concatenate([viewer.connection_ids, viewer.followed_ids, viewer.membership_ids])
    unwanted = contains(ids, viewer.blocked_ids) | contains(ids, viewer.muted_author_ids)
    people: Rows = world.people.find_many(distinct(ids[~unwanted]))
    rows = world.posts.by_author.newest(people[people >= 0], policy.topics.posts_each)
    # What a tie tells others than the viewer is not told here either.
    author_ids = world.person_ids(world.posts.author.view[rows])
    told = may_see(viewer, world.posts.audience.view[rows], author_ids)
    rows = rows[told & ~world.posts.removed.view[rows]]
    held = world.posts.topics.view[rows]
    used = held >= 0
    authors = np.repeat(world.posts.author.view[rows], used.sum(axis=1))
    return distinct(held[used].astype(np.int64) << 32 | authors)


def _newest_ties(
    world: World, viewer: Viewer, acts: ActView, pairs: Ints
) -> dict[int, tuple[int, int]]:
    """Per topic: the newest connection of the last days who writes about it, and since when."""
    since = viewer.now_ms - NEW_TIE_DAYS * DAY_MS
    met = np.flatnonzero((acts.kind == ActKind.CONNECT) & (acts.at_ms >= since))
    at = dict(zip(acts.target[met].tolist(), acts.at_ms[met].tolist(), strict=True))
    known = set(world.people.find_many(viewer.connection_ids).tolist())
    newest: dict[int, tuple[int, int]] = {}
    for pair in pairs.tolist():
        topic, person = pair >> 32, pair & 0xFFFFFFFF
        if person in at and person in known and at[person] > newest.get(topic, (0, 0))[1]:
            newest[topic] = (int(world.people.ids.view[person]), at[person])
    return newest
