"""What is measured about a candidate, as numbers that the ranker's curves turn into log-odds.

Each feature belongs to one of six groups, in which reasons are told; a group computes its columns
together. Scales are chosen so that a curve of a few knots fits: logs of sums, ratios and ages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kring.feed.batch import Batch, finite
from kring.feed.features.base import GROUPS, Columns
from kring.feed.features.conversation import conversation
from kring.feed.features.discovery import discovery
from kring.feed.features.freshness import freshness
from kring.feed.features.person import person
from kring.feed.features.response import response
from kring.feed.features.topic import topic
from kring.feed.stages import Context

__all__ = ["FEATURES", "GROUPS", "GROUP_STARTS", "NAMES", "Feature", "Features"]

# Names stand as the log stores them: new ones go to the end of their group with a new ranker.
BY_GROUP: dict[str, tuple[Callable[[Context, Batch], Columns], tuple[str, ...]]] = {
    "person": (person, ("affinity_week", "affinity_season", "reciprocity", "tie", "tie_rate")),
    "topic": (
        topic,
        ("topic_interest", "subject_match", "alike", "alike_lately", "leads", "alike_engaged",
         "foreign_language", "words", "link_only", "media", "bait", "copied"),
    ),
    "conversation": (
        conversation,
        ("commenters", "author_answers", "ties_in_thread", "social_proof", "mentions_me",
         "question"),
    ),
    "response": (
        response,
        ("response", "heat_hour", "heat_morning", "heat_day", "heat_week", "hotter_on_page",
         "opened_on_page", "engagement", "author_record", "rejection"),
    ),
    "freshness": (freshness, ("age", "newer_on_page", "since_visit")),
    "discovery": (discovery, ("new_author", "second_degree", "new_subject")),
}  # fmt: skip


@dataclass(frozen=True)
class Feature:
    name: str
    group: str


FEATURES = tuple(Feature(name, group) for group in GROUPS for name in BY_GROUP[group][1])
NAMES = tuple(feature.name for feature in FEATURES)
# Where each group starts: features stand in the order of their groups.
GROUP_STARTS = [[feature.group for feature in FEATURES].index(group) for group in GROUPS]
GROUP_OF = np.array([GROUPS.index(feature.group) for feature in FEATURES])


class Features:
    """Scorer: fills `features`, one column per entry of FEATURES."""

    name = "features"

    def score(self, context: Context, batch: Batch) -> None:
        matrix = np.empty((len(batch), len(FEATURES)), dtype=np.float32, order="F")
        at = 0
        for group in GROUPS:
            compute, names = BY_GROUP[group]
            columns = compute(context, batch)
            for name in names:
                matrix[:, at] = columns[name]
                at += 1
        batch.features = finite("features", matrix)
