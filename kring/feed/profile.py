"""What a viewer's own acts say about them, computed once per request from the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from kring.feed.affinity import Ties, act_weights, decay, ties
from kring.feed.company import Drawn, company_of, drawn_to
from kring.feed.near import near_of
from kring.feed.policy import Policy
from kring.feed.response import Habit, habit_of
from kring.feed.viewer import Viewer, may_see
from kring.feed.world import ActView, World
from kring.feed.world.columns import Bools, Floats, Ints, Rows, contains
from kring.feed.world.kinds import KNOWN_TO_TARGET, PUBLIC_ACTS
from kring.network.graph import distinct


@dataclass(frozen=True)
class Profile:
    """People are dense numbers of the world.

    strong: the viewer's closest connections, closest first
    strong_acts: what those did in public on posts and not by habit, newest acts only
    strong_saw: what those are known to have seen, as post row << 32 | person
    interest: per topic number, log of the viewer's interest over the community's
    subject: mean direction of what the viewer opened lately, shape (64,), zeros for none
    habit: what the viewer was shown and responded to, by author
    drawn: for rows of posts, what people of the viewer's taste and acquaintance did with them
    last_here_ms: the viewer's last act before the present visit; 0 for none
    """

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
    most = policy.affinity.acts_read
    me = world.people.find(viewer.id) if viewer.profiling else -1
    acts = _until(world.acts.select(world.acts.by_actor.rows(me, newest=most)), viewer.now_ms)
    back_rows = world.acts.by_target.rows(me, newest=most)
    acts_back = _until(world.acts.select(back_rows), viewer.now_ms)
    forth = ties(acts, _not(me, acts.target), viewer.now_ms, policy)
    known = _only(acts_back, KNOWN_TO_TARGET[acts_back.kind])
    back = ties(known, _not(me, known.actor), viewer.now_ms, policy)
    unwanted = contains(viewer.connection_ids, viewer.muted_author_ids)
    unwanted |= contains(viewer.connection_ids, viewer.blocked_ids)
    connections = world.people.find_many(viewer.connection_ids[~unwanted])
    strong = _strong(world, connections, forth, policy)
    company, near = company_of(world, me, acts, policy), near_of(world, viewer, policy)
    return Profile(
        acts=acts,
        acts_back=acts_back,
        forth=forth,
        back=back,
        strong=strong,
        strong_acts=_public_acts(world, strong, viewer.now_ms, policy),
        strong_saw=_strong_saw(world, strong, policy),
        interest=interest_of(world, viewer, acts, policy),
        subject=_subject(world, acts, viewer.now_ms, policy),
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


def _until(acts: ActView, now_ms: int) -> ActView:
    """Without what has yet to happen: only replays ask for a moment that is past."""
    if not len(acts) or acts.at_ms.max() <= now_ms:
        return acts
    return _only(acts, acts.at_ms <= now_ms)


def _only(acts: ActView, chosen: Bools) -> ActView:
    return ActView(*(getattr(acts, column.name)[chosen] for column in fields(acts)))


def _last_visit(acts: ActView, now_ms: int, policy: Policy) -> int:
    """When the visit before this one ended: a page must not grow old by being used."""
    moments = np.append(np.sort(acts.at_ms), now_ms)
    apart = np.flatnonzero(np.diff(moments) > policy.filters.visit_minutes * 60_000)
    return int(moments[apart[-1]]) if apart.size else 0


def _strong_saw(world: World, strong: Rows, policy: Policy) -> Ints:
    table = world.exposures
    rows = table.seen_by(strong, policy.strong_ties.exposures_each)
    return np.asarray(table.post_row.view[rows].astype(np.int64) << 32 | table.viewer.view[rows])


def _subject(world: World, acts: ActView, now_ms: int, policy: Policy) -> Floats:
    """Where the vectors of what one opened point, recent acts and weightier ones more."""
    width = world.posts.texts.vectors.view.shape[1]
    weights = act_weights(acts, policy) * decay(acts.at_ms, now_ms, policy.topics.half_life_days)
    chosen = np.flatnonzero((acts.post_row >= 0) & (weights > 0))[-policy.company.posts_read :]
    if not chosen.size:
        return np.zeros(width)
    mean = weights[chosen] @ world.posts.texts.vectors_of(acts.post_row[chosen])
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float64)


def _not(me: int, people: Rows) -> Rows:
    return np.where(people == me, -1, people).astype(np.int32)


def _strong(world: World, connections: Rows, forth: Ties, policy: Policy) -> Rows:
    strength = forth.short_of(connections) + forth.long_of(connections)
    close = np.flatnonzero(strength >= policy.strong_ties.minimum)
    # Equals stand by id: a process numbers people as they come.
    order = np.lexsort((world.person_ids(connections[close]), -strength[close]))
    return np.asarray(connections[close[order[: policy.strong_ties.count]]])


def _public_acts(world: World, people: Rows, now_ms: int, policy: Policy) -> ActView:
    """What these did in public on posts lately, without what they do for one author anyway.

    Who took part in more than `strong_ties.habit` posts of somebody lately does so by habit or by
    agreement; one more such post is no news to others.
    """
    table, rules = world.acts, policy.strong_ties
    rows = table.by_actor.newest(people, max(rules.acts_each, rules.habit_acts))
    rows = rows[PUBLIC_ACTS[table.kind.view[rows]] & (table.post_row.view[rows] >= 0)]
    rows = rows[table.at_ms.view[rows] <= now_ms]
    post, actor = table.post_row.view[rows].astype(np.int64), table.actor.view[rows]
    pairs = distinct(post << 32 | actor)
    author = world.posts.author.view
    towards, often = np.unique(
        author[pairs >> 32].astype(np.int64) << 32 | pairs & 0xFFFFFFFF, return_counts=True
    )
    usual = towards[(often > rules.habit) & (towards >> 32 != towards & 0xFFFFFFFF)]
    newest = np.isin(rows, table.by_actor.newest(people, rules.acts_each))
    news = ~contains(author[post].astype(np.int64) << 32 | actor, usual)
    return table.select(rows[newest & news])


def interest_of(world: World, viewer: Viewer, acts: ActView, policy: Policy) -> Floats:
    """log(θ_uk / π_k) with θ_uk = (e_uk + κ·π_k) / (n_uk + κ), capped (FEED.md).

    What the viewer set by hand stands as it was set.
    """
    rules, topics = policy.topics, len(world.posts.topic_ids)
    if not topics:
        return np.zeros(0)
    # A topic that nobody's post is about any more is as if it had never been.
    alive = world.posts.posts_on_topic.view > 0
    supply = np.where(alive, world.posts.posts_on_topic.view + 1.0, 0.0)
    common = supply / max(supply.sum(), 1.0)
    acted = acted_topics(world, acts, viewer.now_ms, policy)
    lent = declared_topics(world, viewer, policy) * alive
    most = rules.declared_share * (acted.sum() + rules.kappa)
    lent *= min(1.0, most / max(lent.sum(), 1e-12))
    counts = acted + lent
    theta = (counts + rules.kappa * common) / (counts.sum() + rules.kappa)
    ratio = np.where(alive, theta, 1.0) / np.where(alive, common, 1.0)
    interest = np.clip(np.log(ratio), rules.lowest, rules.highest)
    if viewer.interest_set:
        chosen = world.posts.topic_ids.find_many(np.array([*viewer.interest_set], dtype=np.int64))
        values = np.array([*viewer.interest_set.values()], dtype=np.float64)
        interest[chosen[chosen >= 0]] = values[chosen >= 0]
    return np.asarray(np.where(alive, interest, 0.0))


def acted_topics(world: World, acts: ActView, now_ms: int, policy: Policy) -> Floats:
    """e_uk: weight of the viewer's acts per topic, decayed.

    An act on a post with several topics is shared among them, so that e sums to n.
    """
    weights = np.maximum(act_weights(acts, policy), 0.0)
    weights = weights * decay(acts.at_ms, now_ms, policy.topics.half_life_days)
    chosen = np.flatnonzero((acts.post_row >= 0) & (weights > 0))
    chosen = chosen[~world.posts.removed.view[acts.post_row[chosen]]]
    return _spread(world, acts.post_row[chosen], weights[chosen])


def declared_topics(world: World, viewer: Viewer, policy: Policy) -> Floats:
    """Pseudo-counts per topic: followed ones, and what ties write about.

    A connection lends `link`, whoever is followed `follow_person`, a group or page `group`, each
    divided over the topics of their last posts; together capped (R5), so that a hundred new
    connections cannot drift a feed.
    """
    rules, counts = policy.topics, np.zeros(len(world.posts.topic_ids))
    followed = world.posts.topic_ids.find_many(viewer.followed_topic_ids)
    counts[followed[followed >= 0]] += rules.follow
    for ids, lent in (
        (viewer.connection_ids, rules.link),
        (viewer.followed_ids, rules.follow_person),
        (viewer.membership_ids, rules.group),
    ):
        counts += _of_ties(world, viewer, ids, lent, policy)
    return counts


def _of_ties(world: World, viewer: Viewer, ids: Ints, lent: float, policy: Policy) -> Floats:
    """What each of these people lends, by the topics of their last posts for the viewer."""
    if not ids.size or not lent:
        return np.zeros(len(world.posts.topic_ids))
    rows = world.posts.by_author.newest(world.people.find_many(ids), policy.topics.posts_each)
    rows = rows[(world.posts.topics.view[rows, 0] >= 0) & ~world.posts.removed.view[rows]]
    author_ids = world.person_ids(world.posts.author.view[rows])
    rows = rows[may_see(viewer, world.posts.audience.view[rows], author_ids)]
    author = world.posts.author.view[rows]
    written = np.bincount(author) if author.size else np.zeros(0)
    return _spread(world, rows, lent / written[author])


def _spread(world: World, rows: Rows, weights: Floats) -> Floats:
    """Each post's weight divided over its topics, summed per topic."""
    held = world.posts.topics.view[rows]
    used = held >= 0
    many = used.sum(axis=1)
    share = np.repeat(weights / np.maximum(many, 1), many)
    counts = np.bincount(held[used], share, minlength=len(world.posts.topic_ids))
    return np.asarray(counts, dtype=np.float64)
