"""What a viewer's own acts say about them, computed once per request from the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kring.feed.affinity import Ties, ties
from kring.feed.circle import Circle
from kring.feed.company import Drawn, company_of, drawn_to
from kring.feed.near import near_of
from kring.feed.policy import Policy
from kring.feed.response import Habit, habit_of
from kring.feed.topic_interest import Pull, interest_of, pull_of
from kring.feed.viewer import Viewer
from kring.feed.world import ActView, World
from kring.feed.world.columns import Floats, Ints, Rows, contains
from kring.feed.world.kinds import KNOWN_TO_TARGET, PUBLIC_ACTS
from kring.network.graph import distinct


@dataclass(frozen=True)
class Profile:
    """People are dense numbers of the world.

    acts_back: what others did towards the viewer and the viewer knows of
    strong: the viewer's closest connections, closest first
    strong_acts: what those did in public on posts and not by habit, newest acts only
    strong_saw: what those are known to have seen, as post row << 32 | person
    interest: per topic number, log of the viewer's interest over the community's
    subject: mean direction of what the viewer opened lately, shape (64,), zeros for none
    habit: what the viewer was shown and responded to, by author
    drawn: for rows of posts, what people of the viewer's taste and acquaintance did with them
    last_here_ms: the viewer's last act before the present visit; 0 for none
    """

    circle: Circle
    acts: ActView
    acts_back: ActView
    forth: Ties
    back: Ties
    strong: Rows
    strong_acts: ActView
    strong_saw: Ints
    interest: Floats
    subject: Floats
    habit: Habit
    drawn: Callable[[Rows], Drawn]
    last_here_ms: int


def profile_of(world: World, viewer: Viewer, policy: Policy) -> Profile:
    """What the viewer's acts say; nothing, where nothing may be concluded from them."""
    me, circle = world.people.find(viewer.id) if viewer.profiling else -1, Circle(world, viewer)
    acts, acts_back = _acts_of(world, me, viewer.now_ms, policy)
    forth = ties(acts, _not(me, acts.target), viewer.now_ms, policy)
    back = ties(acts_back, _not(me, acts_back.actor), viewer.now_ms, policy)
    strong = _strong(world, viewer, forth, policy)
    pull = pull_of(acts, viewer.now_ms, policy)
    company, near = company_of(world, me, acts, policy), near_of(circle, policy)
    return Profile(
        circle=circle,
        acts=acts,
        acts_back=acts_back,
        forth=forth,
        back=back,
        strong=strong,
        strong_acts=_public_acts(world, strong, viewer.now_ms, policy),
        strong_saw=_strong_saw(world, strong, policy),
        interest=interest_of(circle, pull, policy),
        subject=_subject(world, pull, policy),
        habit=habit_of(world, viewer.id if viewer.profiling else 0, viewer.now_ms, policy),
        drawn=_once(
            lambda rows: drawn_to(world, company, near, rows, now_ms=viewer.now_ms, policy=policy)
        ),
        last_here_ms=_last_visit(acts, viewer.now_ms, policy),
    )


def _once(compute: Callable[[Rows], Drawn]) -> Callable[[Rows], Drawn]:
    """Keep the last answer: several groups of features ask for the very same rows."""
    held: list[tuple[Rows, Drawn]] = []

    def asked(rows: Rows) -> Drawn:
        if not held or held[0][0] is not rows:
            held[:] = [(rows, compute(rows))]
        return held[0][1]

    return asked


def _acts_of(world: World, me: int, now_ms: int, policy: Policy) -> tuple[ActView, ActView]:
    """What one person did, and what others did towards them that they know of."""
    table, most = world.acts, policy.affinity.acts_read
    forth, back = table.by_actor.rows(me, newest=most), table.by_target.rows(me, newest=most)
    back = back[KNOWN_TO_TARGET[table.kind.view[back]]]
    return _until(world, forth, now_ms), _until(world, back, now_ms)


def _until(world: World, rows: Rows, now_ms: int) -> ActView:
    """Without what has yet to happen: only replays ask for a moment that is past."""
    return world.acts.select(rows[world.acts.at_ms.view[rows] <= now_ms])


def _last_visit(acts: ActView, now_ms: int, policy: Policy) -> int:
    """When the visit before this one ended: a page must not grow old by being used."""
    moments = np.append(np.sort(acts.at_ms), now_ms)
    apart = np.flatnonzero(np.diff(moments) > policy.filters.visit_minutes * 60_000)
    return int(moments[apart[-1]]) if apart.size else 0


def _strong_saw(world: World, strong: Rows, policy: Policy) -> Ints:
    table = world.exposures
    rows = table.seen_by(strong, policy.strong_ties.exposures_each)
    return np.asarray(table.post_row.view[rows].astype(np.int64) << 32 | table.viewer.view[rows])


def _subject(world: World, pull: Pull, policy: Policy) -> Floats:
    """Where the vectors of what one opened point, recent acts and weightier ones more."""
    most = policy.company.posts_read
    rows, weights = pull.rows[-most:], pull.weights[-most:]
    if not rows.size:
        return np.zeros(world.posts.texts.vectors.view.shape[1])
    mean = weights @ world.posts.texts.vectors_of(rows)
    return np.asarray(mean / max(float(np.sqrt(mean @ mean)), 1e-9), dtype=np.float64)


def _not(me: int, people: Rows) -> Rows:
    return np.where(people == me, np.int32(-1), people)


def _strong(world: World, viewer: Viewer, forth: Ties, policy: Policy) -> Rows:
    close = forth.short + forth.long >= policy.strong_ties.minimum
    people, strength = forth.people[close], (forth.short + forth.long)[close]
    ids = world.person_ids(people)
    wanted = contains(ids, viewer.connection_ids) & ~contains(ids, viewer.muted_author_ids)
    wanted &= ~contains(ids, viewer.blocked_ids)
    # Equals stand by id: a process numbers people as they come.
    order = np.lexsort((ids[wanted], -strength[wanted]))
    return np.asarray(people[wanted][order[: policy.strong_ties.count]])


def _public_acts(world: World, people: Rows, now_ms: int, policy: Policy) -> ActView:
    """What these did in public on posts lately, without what they do for one author anyway.

    Who took part in more than `strong_ties.habit` posts of somebody lately does so by habit or by
    agreement; one more such post is no news to others.
    """
    table, rules = world.acts, policy.strong_ties
    rows = table.by_actor.newest(people, max(rules.acts_each, rules.habit_acts))
    rows = rows[PUBLIC_ACTS[table.kind.view.take(rows)]]
    post = table.post_row.view.take(rows)
    there = (post >= 0) & (table.at_ms.view.take(rows) <= now_ms)
    rows, post = rows[there], post[there].astype(np.int64)
    actor, author = table.actor.view.take(rows), world.posts.author.view
    pairs = distinct(post << 32 | actor)
    towards = np.sort(author.take(pairs >> 32).astype(np.int64) << 32 | pairs & 0xFFFFFFFF)
    usual = towards[rules.habit :][towards[rules.habit :] == towards[: -rules.habit]]
    usual = usual[usual >> 32 != usual & 0xFFFFFFFF]
    news = ~contains(author.take(post).astype(np.int64) << 32 | actor, usual)
    newest = np.sort(table.by_actor.newest(people, rules.acts_each))
    return table.select(rows[news & contains(rows, newest)])
