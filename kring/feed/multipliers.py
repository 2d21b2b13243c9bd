"""Rules about manners, as named factors on what speaks for a candidate.

They are not learned: they hold whatever the model thinks, and each is shown with the reasons.
"""

from __future__ import annotations

import numpy as np

from kring.feed.batch import Batch
from kring.feed.response import HOUR_MS, response_ratio
from kring.feed.stages import Context, LessLikeThis
from kring.feed.world import AuthorKind
from kring.feed.world.columns import Bools, Floats
from kring.feed.world.kinds import RESPONSES
from kring.feed.world.posts import DAY_MS


class Frequency:
    """1 − depth · 2^(−gap/h), gap to the author's previous post.

    Waived when that one was well received, and for sources, whose business is to publish.
    """

    name = "frequency"

    def factors(self, context: Context, batch: Batch) -> Floats:
        rules, posts = context.policy.multipliers, context.world.posts
        previous = posts.previous.view[batch.row]
        factors = np.ones(len(batch))
        held = np.flatnonzero((previous >= 0) & (batch["author_kind"] != AuthorKind.SOURCE))
        before = previous[held]
        gap_hours = (batch["created_ms"][held] - posts.created_ms.view[before]) / HOUR_MS
        damping = rules.frequency_depth * np.exp2(
            -np.maximum(gap_hours, 0.0) / rules.frequency_half_life_hours
        )
        ratio = response_ratio(context.world, before, context.viewer.now_ms, context.policy)
        factors[held] = np.where(ratio > rules.strong_response, 1.0, 1.0 - damping)
        return factors


class BareRepost:
    """A repost that adds no words gives way to originals."""

    name = "bare_repost"

    def factors(self, context: Context, batch: Batch) -> Floats:
        return np.where(batch["bare"], context.policy.multipliers.bare, 1.0)


class ManyMentions:
    """Tagging a crowd is a megaphone, unless the tagged take part (R7)."""

    name = "many_mentions"

    def factors(self, context: Context, batch: Batch) -> Floats:
        rules, world = context.policy.multipliers, context.world
        factors = np.ones(len(batch))
        row, person = world.posts.mentions.pairs_of(batch.row)
        posts, named = np.unique(row, return_counts=True) if row.size else (row, row)
        for post in posts[named > rules.most_mentions].tolist():
            acts = world.acts.select(world.acts.by_post.rows(post))
            took_part = acts.actor[RESPONSES[acts.kind]]
            if not np.isin(person[row == post], took_part).any():
                factors[batch.row == post] = rules.mentions
        return factors


class Bait:
    """Asking for applause in so many words (R11)."""

    name = "bait"

    def factors(self, context: Context, batch: Batch) -> Floats:
        bait = context.world.posts.texts.bait.view[batch["content_row"]]
        return np.where(bait, context.policy.multipliers.bait, 1.0)


class NearDuplicate:
    """What says nearly the same as an earlier post gives way to it (R9, R12)."""

    name = "near_duplicate"

    def factors(self, context: Context, batch: Batch) -> Floats:
        return np.where(batch["copied"], context.policy.multipliers.near_duplicate, 1.0)


class Seen:
    """(1 + n)^(−exponent) for n times passed over."""

    name = "seen"

    def factors(self, context: Context, batch: Batch) -> Floats:
        times: Floats = 1.0 + batch["seen"]
        return np.asarray(times**-context.policy.multipliers.seen_exponent)


class Less:
    """ "Less like this": full effect for a while, then a linear recovery. The strongest counts."""

    name = "less"

    def factors(self, context: Context, batch: Batch) -> Floats:
        factors = np.ones(len(batch))
        for wish in context.viewer.less:
            factor = less_factor(context, wish)
            if factor < 1.0:
                meant = _meant(context, batch, wish)
                factors[meant] = np.minimum(factors[meant], factor)
        return factors


def less_factor(context: Context, wish: LessLikeThis) -> float:
    """What is left of a candidate that a wish is about, at this moment."""
    rules = context.policy.multipliers
    days = (context.viewer.now_ms - wish.at_ms) / DAY_MS
    if days < 0:
        return 1.0
    recovered = (days - rules.less_days) / (rules.less_end_days - rules.less_days)
    return rules.less_factor + (1.0 - rules.less_factor) * min(max(recovered, 0.0), 1.0)


def _meant(context: Context, batch: Batch, wish: LessLikeThis) -> Bools:
    """By that author, or about one of the topics that were named."""
    meant = np.zeros(len(batch), dtype=np.bool_)
    if wish.author_id:
        meant |= (batch.author_id == wish.author_id) | (
            batch["bare"] & (batch["origin_author_id"] == wish.author_id)
        )
    topic_ids = context.world.posts.topic_ids
    for topic_id in wish.topic_ids:
        number = topic_ids.find(topic_id)
        if number >= 0:
            meant |= (context.world.posts.topics.view[batch["content_row"]] == number).any(axis=1)
    return meant
