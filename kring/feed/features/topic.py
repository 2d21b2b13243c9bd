"""What a post is about and how it is made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch
from kring.feed.features.base import Columns
from kring.feed.stages import Context
from kring.feed.world import PostFlag
from kring.feed.world.columns import Bools, Floats, Rows
from kring.feed.world.texts import NO_LANGUAGE, language_code


def topic(context: Context, batch: Batch) -> Columns:
    """Interest in its topics and subject, the reader's taste, language, and how it is made."""
    texts, row, flags = context.world.posts.texts, batch["content_row"], batch["flags"]
    few = batch["words"] < context.policy.multipliers.bare_words
    taste = context.profile.drawn(batch["thread_row"])
    return {
        "topic_interest": _interest(context, batch),
        "subject_match": _match(context, row),
        "alike": np.log1p(10.0 * taste.alike),
        "alike_lately": np.log1p(10.0 * taste.alike_lately),
        "leads": np.log1p(taste.leads),
        "alike_engaged": np.log1p(10.0 * taste.alike_engaged),
        "foreign_language": _foreign(context, texts.language.view[row]) * 1.0,
        "words": np.log1p(np.maximum(batch["words"], 0)),
        "link_only": ((flags & PostFlag.LINK) != 0) & few,
        "media": (flags & PostFlag.MEDIA) != 0,
        "bait": texts.bait.view[row] * 1.0,
        "copied": batch["copied"] * 1.0,
    }


def _interest(context: Context, batch: Batch) -> Floats:
    """Mean over the post's topics, so that adding tags cannot raise it."""
    topics = context.world.posts.topics.view.take(batch["content_row"], axis=0)
    # Last, where -1 points: of no topic, no interest.
    interest = np.append(context.profile.interest, 0.0)
    many = (topics >= 0).sum(axis=1)
    return np.asarray(interest.take(topics).sum(axis=1) / np.maximum(many, 1))


def _match(context: Context, rows: Rows) -> Floats:
    """How near a post's words are to what the viewer opens."""
    subject = context.profile.subject
    if not subject.any():
        return np.zeros(len(rows))
    return np.asarray(context.world.posts.texts.vectors_of(rows) @ subject)


def _foreign(context: Context, languages: NDArray[np.uint16]) -> Bools:
    """Written in a language that the viewer did not name; nothing is foreign to who named none."""
    known = [language_code(language) for language in context.viewer.languages]
    if not known:
        return np.zeros(len(languages), dtype=np.bool_)
    foreign: Bools = languages != NO_LANGUAGE
    for language in known:
        foreign &= languages != language
    return foreign
