"""What a viewer's own acts say about them, computed once per request from the world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kring.feed.affinity import Ties, act_weights, decay, ties
from kring.feed.policy import Policy
from kring.feed.viewer import Viewer
from kring.feed.world import ActView, World
from kring.feed.world.columns import Floats, Rows, contains
from kring.feed.world.kinds import PUBLIC_ACTS


@dataclass(frozen=True)
class Profile:
    """People are dense numbers of the world.

    strong: the viewer's closest connections, closest first
    strong_acts: what those did in public on posts, newest acts only
    interest: per topic number, log of the viewer's interest over the community's
    """

    acts: ActView
    acts_back: ActView
    forth: Ties
    back: Ties
    strong: Rows
    strong_acts: ActView
    interest: Floats


def profile_of(world: World, viewer: Viewer, policy: Policy) -> Profile:
    most = policy.affinity.acts_read
    acts = world.acts_by(viewer.id, newest=most)
    acts_back = world.acts_towards(viewer.id, newest=most)
    me = world.people.find(viewer.id)
    forth = ties(acts, _not(me, acts.target), viewer.now_ms, policy)
    back = ties(acts_back, _not(me, acts_back.actor), viewer.now_ms, policy)
    unwanted = contains(viewer.connection_ids, viewer.muted_author_ids)
    unwanted |= contains(viewer.connection_ids, viewer.blocked_ids)
    connections = world.people.find_many(viewer.connection_ids[~unwanted])
    strong = _strong(connections, forth, policy)
    return Profile(
        acts=acts,
        acts_back=acts_back,
        forth=forth,
        back=back,
        strong=strong,
        strong_acts=_public_acts(world, strong, viewer.now_ms, policy),
        interest=_interest(world, viewer, acts, policy),
    )


def _not(me: int, people: Rows) -> Rows:
    return np.where(people == me, -1, people).astype(np.int32)


def _strong(connections: Rows, forth: Ties, policy: Policy) -> Rows:
    strength = forth.short_of(connections) + forth.long_of(connections)
    close = np.flatnonzero(strength >= policy.strong_ties.minimum)
    order = np.lexsort((connections[close], -strength[close]))
    return np.asarray(connections[close[order[: policy.strong_ties.count]]])


def _public_acts(world: World, people: Rows, now_ms: int, policy: Policy) -> ActView:
    table = world.acts
    rows = table.by_actor.newest(people, policy.strong_ties.acts_each)
    shown = PUBLIC_ACTS[table.kind.view[rows]] & (table.post_row.view[rows] >= 0)
    return table.select(rows[shown & (table.at_ms.view[rows] <= now_ms)])


def _interest(world: World, viewer: Viewer, acts: ActView, policy: Policy) -> Floats:
    """log(θ_uk / π_k) with θ_uk = (e_uk + κ·π_k) / (n_uk + κ), capped (FEED.md).

    An act on a post with several topics is shared among them, so that e sums to n.
    """
    rules, topics = policy.topics, len(world.posts.topic_ids)
    if not topics:
        return np.zeros(0)
    supply = world.posts.posts_on_topic.view + 1.0
    common = supply / supply.sum()
    weights = np.maximum(act_weights(acts, policy), 0.0)
    weights = weights * decay(acts.at_ms, viewer.now_ms, rules.half_life_days)
    on_post = np.flatnonzero((acts.post_row >= 0) & (weights > 0))
    held = world.posts.topics.view[acts.post_row[on_post]]
    used = held >= 0
    share = weights[on_post] / np.maximum(used.sum(axis=1), 1)
    acted = np.bincount(held[used], np.repeat(share, used.sum(axis=1)), minlength=topics)
    declared = _declared(world, viewer, rules.follow)
    most = rules.declared_share * (acted.sum() + rules.kappa)
    declared *= min(1.0, most / max(declared.sum(), 1e-12))
    evidence = acted + declared
    theta = (evidence + rules.kappa * common) / (evidence.sum() + rules.kappa)
    return np.asarray(np.clip(np.log(theta / common), rules.lowest, rules.highest))


def _declared(world: World, viewer: Viewer, per_follow: float) -> Floats:
    """Followed topics and chosen interests, as if they were a few acts."""
    counts = np.zeros(len(world.posts.topic_ids))
    followed = world.posts.topic_ids.find_many(viewer.followed_topic_ids)
    counts[followed[followed >= 0]] += per_follow
    for topic_id, weight in viewer.interests.items():
        topic = world.posts.topic_ids.find(topic_id)
        if topic >= 0:
            counts[topic] += per_follow * max(weight, 0.0)
    return counts
