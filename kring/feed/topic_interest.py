"""What a viewer cares about, topic by topic: from their acts, their ties and their own word."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kring.feed.affinity import act_weights, decay
from kring.feed.circle import Circle
from kring.feed.policy import Policy
from kring.feed.viewer import may_see
from kring.feed.world import ActView, World
from kring.feed.world.columns import Floats, Rows
from kring.network.graph import distinct


class Pull(NamedTuple):
    """Posts to which a viewer turned, one entry per act, oldest first, and how much each says."""

    rows: Rows
    weights: Floats


def pull_of(acts: ActView, now_ms: int, policy: Policy) -> Pull:
    weights = act_weights(acts, policy) * decay(acts.at_ms, now_ms, policy.topics.half_life_days)
    chosen = np.flatnonzero((acts.post_row >= 0) & (weights > 0))
    return Pull(acts.post_row[chosen], weights[chosen])


def interest_of(circle: Circle, pull: Pull, policy: Policy) -> Floats:
    """log(θ_uk / π_k) with θ_uk = (e_uk + κ·π_k) / (n_uk + κ), capped (FEED.md).

    What the viewer set by hand stands as it was set.
    """
    rules, posts, viewer = policy.topics, circle.world.posts, circle.viewer
    if not len(posts.topic_ids):
        return np.zeros(0)
    # A topic that nobody's post is about any more is as if it had never been.
    alive = posts.posts_on_topic.view > 0
    supply = np.where(alive, posts.posts_on_topic.view + 1.0, 0.0)
    common = supply / max(supply.sum(), 1.0)
    acted = acted_topics(circle.world, pull)
    lent = declared_topics(circle, policy) * alive
    most = rules.declared_share * (acted.sum() + rules.kappa)
    lent *= min(1.0, most / max(lent.sum(), 1e-12))
    counts = acted + lent
    theta = (counts + rules.kappa * common) / (counts.sum() + rules.kappa)
    ratio = np.where(alive, theta, 1.0) / np.where(alive, common, 1.0)
    interest = np.log(ratio).clip(rules.lowest, rules.highest)
    if viewer.interest_set:
        chosen = posts.topic_ids.find_many(np.array([*viewer.interest_set], dtype=np.int64))
        values = np.array([*viewer.interest_set.values()], dtype=np.float64)
        interest[chosen[chosen >= 0]] = values[chosen >= 0]
    return np.asarray(np.where(alive, interest, 0.0))


def acted_topics(world: World, pull: Pull) -> Floats:
    """e_uk: weight of the viewer's acts per topic, decayed.

    An act on a post with several topics is shared among them, so that e sums to n.
    """
    there = ~world.posts.removed.view[pull.rows]
    return _spread(world, world.posts.topics.view[pull.rows[there]], pull.weights[there])


def declared_topics(circle: Circle, policy: Policy) -> Floats:
    """Pseudo-counts per topic: followed ones, and what ties write about.

    A connection lends `link`, whoever is followed `follow_person`, a group or page `group`, each
    divided over the topics of their last posts; together capped (R5), so that a hundred new
    connections cannot drift a feed.
    """
    rules, topic_ids = policy.topics, circle.world.posts.topic_ids
    counts, followed = np.zeros(len(topic_ids)), circle.viewer.followed_topic_ids
    if followed.size:
        known = topic_ids.find_many(followed)
        counts[known[known >= 0]] += rules.follow
    for people, lent in (
        (circle.connections, rules.link),
        (circle.followed, rules.follow_person),
        (circle.memberships, rules.group),
    ):
        if people.size and lent:
            counts += _of_ties(circle, people, lent, policy)
    return counts


def _of_ties(circle: Circle, people: Rows, lent: float, policy: Policy) -> Floats:
    """What each of these people lends, by the topics of their last posts for the viewer."""
    posts = circle.world.posts
    rows = posts.by_author.newest(people, policy.topics.posts_each)
    topics, author = posts.topics.view.take(rows, axis=0), posts.author.view.take(rows)
    audience, about = posts.audience.view.take(rows), topics[:, 0] >= 0
    if audience.any():
        about &= may_see(circle.viewer, audience, circle.world.person_ids(author))
    if not about.all():
        topics, author = topics[about], author[about]
    place = np.searchsorted(authors := distinct(author), author)
    written = np.bincount(place, minlength=authors.size)
    return _spread(circle.world, topics, lent / written.take(place))


def _spread(world: World, topics: Rows, weights: Floats) -> Floats:
    """Each post's weight divided over its topics, summed per topic. topics: shape (n, ≤ 8)"""
    used = np.flatnonzero(topics >= 0)
    post = used // topics.shape[1]
    share = weights / np.maximum(np.bincount(post, minlength=len(topics)), 1)
    return np.bincount(
        topics.ravel().take(used), share.take(post), minlength=len(world.posts.topic_ids)
    ).astype(np.float64, copy=False)
