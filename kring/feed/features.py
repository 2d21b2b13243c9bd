"""What is measured about a candidate, as numbers that the ranker's curves turn into log-odds.

Each feature belongs to one of six groups, in which reasons are told. Scales are chosen so that a
curve of a few knots fits: logs of sums, ratios and ages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kring.feed.affinity import reciprocity
from kring.feed.batch import Batch, SourceTag, finite
from kring.feed.policy import Policy
from kring.feed.stages import Context
from kring.feed.world import AuthorKind, PostFlag, World
from kring.feed.world.columns import Bools, Floats, Ints, Rows, contains, lookup
from kring.feed.world.posts import DAY_MS
from kring.network.graph import distinct

HOUR_MS = 3_600_000
GROUPS = ("person", "topic", "conversation", "response", "freshness", "discovery")


@dataclass(frozen=True)
class Feature:
    name: str
    group: str
    compute: Callable[[Context, Batch], Floats]


def signed_log(values: Floats) -> Floats:
    """log(1 + x), mirrored for x < 0: hidden posts push affinity below zero."""
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def affinity_week(context: Context, batch: Batch) -> Floats:
    return signed_log(context.profile.forth.short_of(batch.author))


def affinity_season(context: Context, batch: Batch) -> Floats:
    return signed_log(context.profile.forth.long_of(batch.author))


def both_ways(context: Context, batch: Batch) -> Floats:
    profile = context.profile
    return reciprocity(profile.forth.long_of(batch.author), profile.back.long_of(batch.author))


def tie(context: Context, batch: Batch) -> Floats:
    """0 none, 1 follow or membership, 2 connection, 3 colleague (same company now)."""
    viewer = context.viewer
    followed = contains(batch.author_id, viewer.followed_ids)
    followed |= contains(batch.author_id, viewer.membership_ids)
    classes = np.where(contains(batch.author_id, viewer.connection_ids), 2.0, followed * 1.0)
    if viewer.company_id:
        colleague = context.world.companies(batch.author) == viewer.company_id
        classes[colleague & (batch["author_kind"] == AuthorKind.PERSON)] = 3.0
    return classes


def topic_interest(context: Context, batch: Batch) -> Floats:
    """Mean over the post's topics, so that adding tags cannot raise it."""
    topics = context.world.posts.topics.view[batch["content_row"]]
    used = topics >= 0
    if not used.any():
        return np.zeros(len(batch))
    interest = np.where(used, context.profile.interest[np.where(used, topics, 0)], 0.0)
    return np.asarray(interest.sum(axis=1) / np.maximum(used.sum(axis=1), 1))


def words(context: Context, batch: Batch) -> Floats:
    return np.asarray(np.log1p(np.maximum(batch["words"], 0)), dtype=np.float64)


def link_only(context: Context, batch: Batch) -> Floats:
    few = batch["words"] < context.policy.multipliers.bare_words
    return np.asarray(((batch["flags"] & PostFlag.LINK) != 0) & few, dtype=np.float64)


def commenters(context: Context, batch: Batch) -> Floats:
    count = context.world.posts.commenters.view[batch["thread_row"]]
    return np.asarray(np.log1p(count), dtype=np.float64)


def author_answers(context: Context, batch: Batch) -> Floats:
    answers = context.world.posts.author_answers.view[batch["thread_row"]]
    return np.asarray(np.log1p(answers), dtype=np.float64)


def ties_in_thread(context: Context, batch: Batch) -> Floats:
    """Strong ties who took part, the author not counted."""
    acts, posts = context.profile.strong_acts, context.world.posts
    others = acts.actor != posts.author.view[acts.post_row]
    pairs = distinct(acts.post_row[others].astype(np.int64) << 32 | acts.actor[others])
    threads = pairs >> 32
    starts = np.flatnonzero(np.concatenate([[True], threads[1:] != threads[:-1]])[: threads.size])
    counts = np.diff(np.append(starts, threads.size)).astype(np.float64)
    return np.log1p(lookup(batch["thread_row"], threads[starts], counts))


def question(context: Context, batch: Batch) -> Floats:
    return np.asarray((batch["flags"] & PostFlag.QUESTION) != 0, dtype=np.float64)


def response(context: Context, batch: Batch) -> Floats:
    ratio = response_ratio(
        context.world, batch["thread_row"], context.viewer.now_ms, context.policy
    )
    return np.asarray(np.log(ratio))


def age(context: Context, batch: Batch) -> Floats:
    hours = (context.viewer.now_ms - batch["created_ms"]) / HOUR_MS
    return np.asarray(np.log1p(np.maximum(hours, 0.0)), dtype=np.float64)


def new_author(context: Context, batch: Batch) -> Floats:
    """1 for someone never shown and never acted upon, falling to 0 as they become familiar."""
    viewer, world = context.viewer, context.world
    rows = world.posts.index.find_many(viewer.seen_ids)
    shown = np.zeros(len(batch))
    if (rows >= 0).any():
        authors = world.posts.author.view[rows[rows >= 0]]
        times = np.bincount(authors, viewer.seen_times[rows >= 0])
        within = batch.author < times.size
        shown[within] = times[batch.author[within]]
    untouched = ~contains(batch.author, context.profile.forth.people)
    newness = np.maximum(1.0 - shown / context.policy.discovery.familiar_after, 0.0)
    return np.asarray(untouched * newness, dtype=np.float64)


def second_degree(context: Context, batch: Batch) -> Floats:
    """Reached through a strong tie, without a tie of one's own."""
    return np.asarray(batch.sources == 1 << SourceTag.STRONG_TIES, dtype=np.float64)


FEATURES = (
    Feature("affinity_week", "person", affinity_week),
    Feature("affinity_season", "person", affinity_season),
    Feature("reciprocity", "person", both_ways),
    Feature("tie", "person", tie),
    Feature("topic_interest", "topic", topic_interest),
    Feature("words", "topic", words),
    Feature("link_only", "topic", link_only),
    Feature("commenters", "conversation", commenters),
    Feature("author_answers", "conversation", author_answers),
    Feature("ties_in_thread", "conversation", ties_in_thread),
    Feature("question", "conversation", question),
    Feature("response", "response", response),
    Feature("age", "freshness", age),
    Feature("new_author", "discovery", new_author),
    Feature("second_degree", "discovery", second_degree),
)
NAMES = tuple(feature.name for feature in FEATURES)
# Where each group starts: features stand in the order of their groups.
GROUP_STARTS = [[feature.group for feature in FEATURES].index(group) for group in GROUPS]


def expected_responses(world: World, rows: Rows, now_ms: int, policy: Policy) -> Floats:
    """People expected to have responded to a post of that age here, whoever wrote it.

    The community's mean over the posts of the window, without the post's own responses (it would
    explain itself), times the share that arrives within its age.
    """
    rules, posts = policy.response, world.posts
    today = now_ms // DAY_MS
    window = slice(max(today - rules.window_days, 0), today + 1)
    known = posts.originals_on_day.view[window].sum()
    responses = posts.responses_on_day.view[window].sum()
    created = posts.created_ms.view[rows]
    inside: Bools = (created // DAY_MS >= window.start) & (posts.origin_id.view[rows] == 0)
    inside &= ~posts.removed.view[rows] & (created // DAY_MS <= today)
    others: Ints = known - inside
    received = responses - posts.responders.view[rows] * inside
    mean = (received + rules.prior_posts * rules.prior_mean) / (others + rules.prior_posts)
    hours = np.maximum(now_ms - created, 0) / HOUR_MS
    return np.asarray(mean * (1.0 - np.exp2(-hours / rules.half_life_hours)))


def response_ratio(world: World, rows: Rows, now_ms: int, policy: Policy) -> Floats:
    """(O + κ) / (E + κ): 1 is what one would expect, and so is no evidence at all."""
    kappa = policy.response.kappa
    observed = world.posts.responders.view[rows]
    return np.asarray(
        (observed + kappa) / (expected_responses(world, rows, now_ms, policy) + kappa)
    )


class Features:
    """Scorer: fills `features`, one column per entry of FEATURES."""

    name = "features"

    def score(self, context: Context, batch: Batch) -> None:
        matrix = np.empty((len(batch), len(FEATURES)), dtype=np.float32, order="F")
        for at, feature in enumerate(FEATURES):
            matrix[:, at] = feature.compute(context, batch)
        batch.features = finite("features", matrix)
