"""What was concluded from posts' words, from its table to the feed's index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kring.feed.policy import default_policy
from kring.feed.text import PostText
from kring.feed.text.encode import from_bytes
from kring.feed.text_jobs import encoder_name
from kring.feed.text_models import PostText as Row

FIELDS = ("post_id", "encoder", "vector", "language", "bait", "duplicate_of", "topics")
CHUNK = 20_000


def load_text(post_id: int) -> PostText | None:
    """What is concluded from one post; None when nothing was yet. 1 query."""
    row = Row.objects.filter(pk=post_id).values_list(*FIELDS).first()
    return None if row is None else _text(row)


def load_texts(*, since_id: int = 0) -> Iterator[tuple[int, PostText]]:
    """(post, conclusions), oldest first, from `since_id` on. 1 query, streamed."""
    rows = Row.objects.filter(pk__gte=since_id, post__deleted_at=None).order_by("pk")
    for row in rows.values_list(*FIELDS).iterator(CHUNK):
        yield row[0], _text(row)


def _text(row: tuple[Any, ...]) -> PostText:
    _, encoder, vector, language, bait, duplicate_of, topics = row
    # Vectors of two encoders lie in two spaces: one that is not (yet) today's counts as none.
    usable = vector is not None and encoder == encoder_name()
    return PostText(
        vector=from_bytes(vector) if usable else None,
        language=language,
        bait=bait >= default_policy().text.bait_probability,
        duplicate_of=duplicate_of or 0,
        topics=tuple(topics),
    )
