"""What the community does with a post, against what was to be expected of it."""

from __future__ import annotations

import numpy as np

from kring.feed.batch import Batch
from kring.feed.features.base import Columns, how_many_exceed
from kring.feed.policy import Policy
from kring.feed.response import response_ratio
from kring.feed.stages import Context
from kring.feed.world import World
from kring.feed.world.columns import Floats, Rows, contains
from kring.network.graph import distinct

HEAT_NAMES = ("heat_hour", "heat_morning", "heat_day", "heat_week")


def response(context: Context, batch: Batch) -> Columns:
    """Relative engagement, what is opened right now and how that compares with the page.

    Counts are of people the viewer knows; of everybody, for a viewer who knows nobody.
    """
    world, rows, now = context.world, batch["thread_row"], context.viewer.now_ms
    author = world.posts.author.view[rows]
    crowd, near = world.posts.crowd, context.profile.drawn(rows).near
    if near is None:
        openers, engaged = crowd.openers.view[rows], crowd.engaged.view[rows]
        heat = crowd.heat_at(rows, now)
        ratio = np.log(response_ratio(world, rows, now, context.policy))
        record = author_record(world, rows, author, context.policy)
    else:
        openers, engaged, heat = near.openers, near.engaged, near.heat
        ratio, record = author_response(world, rows, author, now, context.policy)
    columns: Columns = dict(zip(HEAT_NAMES, np.log1p(heat).T, strict=True))
    return {
        "response": ratio,
        **columns,
        "hotter_on_page": np.log1p(how_many_exceed(heat[:, 1])),
        "opened_on_page": np.log1p(how_many_exceed(heat[:, 3])),
        "engagement": engagement(world, openers, engaged, context.policy),
        "author_record": record,
        "rejection": rejection(world, rows, context.policy),
    }


def engagement(
    world: World, openers: Floats | Rows, engaged: Floats | Rows, policy: Policy
) -> Floats:
    """log of the share of a post's openers who did more, over the community's share; shrunk."""
    crowd, kappa = world.posts.crowd, policy.record.kappa
    common = (crowd.all_engaged + 1.0) / (crowd.all_openers + 10.0)
    return np.asarray(np.log((engaged + kappa * common) / ((openers + kappa) * common)))


def author_record(world: World, rows: Rows, authors: Rows, policy: Policy) -> Floats:
    """log of the openers an author's posts had on average, this one left out, over the mean here.

    Shrunk by `record.posts` average posts and clipped: a name opens a door, it carries nobody.
    """
    crowd, posts, rules = world.posts.crowd, world.posts, policy.record
    living = np.maximum(posts.originals_by.view.sum(), 1)
    mean = max(crowd.all_openers / living, 1e-3)
    counted = ~posts.removed.view[rows] & (posts.origin_id.view[rows] == 0)
    others = posts.originals_by.view[authors] - counted
    opened = crowd.author_openers.view[authors] - crowd.openers.view[rows] * counted
    ratio = (opened / mean + rules.posts) / (others + rules.posts)
    return np.asarray(np.clip(np.log(np.maximum(ratio, 1e-3)), rules.lowest, rules.highest))


def author_response(
    world: World, rows: Rows, authors: Rows, now_ms: int, policy: Policy
) -> tuple[Floats, Floats]:
    """log ρ of each post, and the mean of its author's last posts without it, shrunk and clipped.

    Against expectation, not by openers: many followers, or a few who open everything, are no merit.
    """
    posts, rules, wanted = world.posts, policy.record, distinct(authors)
    last = posts.by_author.newest(wanted, rules.last)
    last = last[~posts.removed.view.take(last) & (posts.origin_id.view.take(last) == 0)]
    ratio = np.log(response_ratio(world, np.concatenate([rows, last]), now_ms, policy))
    own, ratio = ratio[: len(rows)], ratio[len(rows) :]
    at = np.searchsorted(wanted, posts.author.view.take(last))
    place, there = np.searchsorted(wanted, authors), contains(rows, np.sort(last))
    total = np.bincount(at, ratio, minlength=wanted.size)[place]
    count = np.bincount(at, minlength=wanted.size)[place]
    mean = (total - own * there) / (count - there + rules.posts)
    return own, np.asarray(np.clip(mean, rules.lowest, rules.highest))


def rejection(world: World, rows: Rows, policy: Policy) -> Floats:
    """Share of those who met a post that hid it or asked for less, shrunk; 0 where they are few."""
    crowd, kappa = world.posts.crowd, policy.record.kappa
    rejected = crowd.rejecters.view[rows].astype(np.float64)
    rejected[rejected < policy.company.fewest] = 0.0
    return np.asarray(rejected / (rejected + crowd.openers.view[rows] + kappa))
