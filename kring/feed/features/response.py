"""What the community does with a post, against what was to be expected of it."""

from __future__ import annotations

import numpy as np

from kring.feed.batch import Batch
from kring.feed.features.base import Columns, how_many_exceed
from kring.feed.policy import Policy
from kring.feed.response import response_ratio
from kring.feed.stages import Context
from kring.feed.world import World
from kring.feed.world.columns import Floats, Rows

HEAT_NAMES = ("heat_hour", "heat_morning", "heat_day", "heat_week")


def response(context: Context, batch: Batch) -> Columns:
    """Relative engagement, what is opened right now and how that compares with the page.

    Counts are of people the viewer knows; of everybody, for a viewer who knows nobody.
    """
    world, rows, now = context.world, batch["thread_row"], context.viewer.now_ms
    crowd, near = world.posts.crowd, context.profile.drawn(rows).near
    if near is None:
        openers, engaged = crowd.openers.view[rows], crowd.engaged.view[rows]
        heat = crowd.heat_at(rows, now)
    else:
        openers, engaged, heat = near.openers, near.engaged, near.heat
    columns: Columns = dict(zip(HEAT_NAMES, np.log1p(heat).T, strict=True))
    author = world.posts.author.view[rows]
    return {
        "response": np.log(response_ratio(world, rows, now, context.policy)),
        **columns,
        "hotter_on_page": np.log1p(how_many_exceed(heat[:, 1])),
        "opened_on_page": np.log1p(how_many_exceed(heat[:, 3])),
        "engagement": engagement(world, openers, engaged, context.policy),
        "author_record": author_record(world, rows, author, context.policy),
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


def rejection(world: World, rows: Rows, policy: Policy) -> Floats:
    """Share of those who met a post that hid it or asked for less, shrunk."""
    crowd, kappa = world.posts.crowd, policy.record.kappa
    rejected = crowd.rejecters.view[rows].astype(np.float64)
    return np.asarray(rejected / (rejected + crowd.openers.view[rows] + kappa))
