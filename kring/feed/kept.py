"""Slates that are kept for half a minute, for whoever reloads, comes back or asks for JSON next.

Kept in the process that made them and never handed to another: each process hears of everything
from the outbox before it serves a page, so each knows by itself whether a slate still holds (why:
docs/decisions/0015-slates-are-kept-by-what-concerns-them.md).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from kring.feed.news import News
from kring.feed.pipeline import Slate
from kring.feed.viewer import Viewer
from kring.feed.world import World
from kring.feed.world.columns import Ints, contains
from kring.network.graph import distinct

T = TypeVar("T")
# A slate so old is as good as new: what was two hours old is half a minute older.
KEPT_MS = 30_000
# About 200 kB each, with the reasons in words; those that are over go when another comes.
SLATES = 500


@dataclass(slots=True)
class _Kept(Generic[T]):
    """concerns: ascending arrays of the ids whose being named ends it."""

    page: T
    question: Hashable
    made_ms: int
    position: int
    concerns: tuple[Ints, ...]


def concerns_of(world: World, viewer: Viewer, slate: Slate) -> tuple[Ints, ...]:
    """Whom and what a slate was made of: the viewer, their ties, what is on it and by whom."""
    rows = world.posts.index.find_many(slate.post_id)
    origins = world.posts.origin_id.view[rows]
    shown = [slate.post_id, slate.author_id, origins[origins > 0]]
    return (
        np.array([viewer.id]),
        viewer.connection_ids,
        viewer.followed_ids,
        viewer.membership_ids,
        distinct(np.concatenate(shown)),
    )


def _any_of(named: Ints, concerns: tuple[Ints, ...]) -> bool:
    return named.size > 0 and any(contains(named, ids).any() for ids in concerns)


class KeptSlates(Generic[T]):
    """At most one page for each viewer, the latest. Not for several threads at once."""

    def __init__(self, news: News) -> None:
        self._news = news
        self._kept: OrderedDict[int, _Kept[T]] = OrderedDict()

    def find(self, viewer_id: int, question: Hashable, now_ms: int) -> T | None:
        """The page that was made for this question, if it still holds."""
        kept = self._kept.get(viewer_id)
        if kept is None or kept.question != question:
            return None
        named = self._news.since(kept.position)
        young = 0 <= now_ms - kept.made_ms < KEPT_MS
        if not young or named is None or _any_of(named, kept.concerns):
            del self._kept[viewer_id]
            return None
        kept.position = self._news.position
        self._kept.move_to_end(viewer_id)
        return kept.page

    def keep(
        self, viewer_id: int, question: Hashable, page: T, made: tuple[int, int],
        concerns: tuple[Ints, ...],
    ) -> None:  # fmt: skip
        """made: the moment in ms and the position of the news before the viewer was hydrated."""
        made_ms, position = made
        self._kept[viewer_id] = _Kept(page, question, made_ms, position, concerns)
        self._kept.move_to_end(viewer_id)
        # The first is the one that was not asked for longest, so it was not made later either.
        while len(self._kept) > SLATES or self._first_is_over(made_ms):
            self._kept.popitem(last=False)

    def _first_is_over(self, now_ms: int) -> bool:
        return now_ms - next(iter(self._kept.values())).made_ms >= KEPT_MS

    def forget_all(self) -> None:
        self._kept.clear()
