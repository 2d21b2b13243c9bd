"""The viewer as the caller describes them: what hydrating the query brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kring.feed.world.columns import Bools, Ints, contains
from kring.feed.world.kinds import Audience
from kring.network.graph import distinct

ID_SETS = (
    "connection_ids",
    "followed_ids",
    "membership_ids",
    "blocked_ids",
    "muted_author_ids",
    "muted_thread_ids",
    "hidden_post_ids",
    "read_post_ids",
    "followed_topic_ids",
    "muted_topic_ids",
    "only_topic_ids",
)
# How much each group of reasons counts, in the order of features.GROUPS: 1 is as the policy has it.
Factors = tuple[float, ...]
AS_THE_POLICY_HAS_IT: Factors = (1.0,) * 6


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class LessLikeThis:
    """A wish for less of an author (0: of nobody in particular) or of some topics."""

    at_ms: int
    author_id: int = 0
    topic_ids: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Viewer:
    """Who looks, when, and what they told us. Any collection of ids will do; kept ascending.

    now_ms: unix milliseconds; nothing later than this counts
    membership_ids: pages and groups one belongs to
    blocked_ids: in either direction
    seen: post id → times it was passed over, at most once per visit
    seen_at: post id → when it was last passed over, in unix milliseconds
    muted_topic_ids: posts about one of these are not for this viewer
    only_topic_ids: when there are any, posts about one of these and nothing else
    interest_set: topic id → log ratio to the community, as the viewer set it by hand
    group_factors: 0–2 per group of reasons, in the order of `features.GROUPS`
    outside_share: largest share of a page from outside the network; None: as the policy has it
    profiling: False when nothing may be concluded from what the viewer did
    languages: what the viewer reads, as ISO 639-1 codes; none given: any
    """

    id: int
    now_ms: int
    connection_ids: Ints = field(default_factory=_none)
    followed_ids: Ints = field(default_factory=_none)
    membership_ids: Ints = field(default_factory=_none)
    blocked_ids: Ints = field(default_factory=_none)
    muted_author_ids: Ints = field(default_factory=_none)
    muted_thread_ids: Ints = field(default_factory=_none)
    hidden_post_ids: Ints = field(default_factory=_none)
    read_post_ids: Ints = field(default_factory=_none)
    followed_topic_ids: Ints = field(default_factory=_none)
    less: tuple[LessLikeThis, ...] = ()
    seen: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    seen_at: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    interest_set: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    muted_topic_ids: Ints = field(default_factory=_none)
    only_topic_ids: Ints = field(default_factory=_none)
    group_factors: Factors = AS_THE_POLICY_HAS_IT
    outside_share: float | None = None
    profiling: bool = True
    company_id: int = 0
    languages: tuple[str, ...] = ()
    seen_ids: Ints = field(init=False, default_factory=_none)
    seen_times: Ints = field(init=False, default_factory=_none)

    def __post_init__(self) -> None:
        for name in ID_SETS:
            self._set(name, _ascending(getattr(self, name)))
        if not self.seen:
            return
        ids = np.fromiter(self.seen.keys(), dtype=np.int64, count=len(self.seen))
        times = np.fromiter(self.seen.values(), dtype=np.int64, count=len(self.seen))
        order = np.argsort(ids)
        self._set("seen_ids", ids[order])
        self._set("seen_times", times[order])

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


def may_see(viewer: Viewer, audience: NDArray[np.uint8], author_ids: Ints) -> Bools:
    """Whether each post of these audiences and authors is for this viewer, mentions left aside."""
    shown = audience <= Audience.MEMBERS
    if shown.all():
        return shown
    shown |= (audience == Audience.CONNECTIONS) & contains(author_ids, viewer.connection_ids)
    shown |= (audience == Audience.GROUP) & contains(author_ids, viewer.membership_ids)
    return np.asarray(shown)


def _ascending(ids: Any) -> Ints:
    values = ids if isinstance(ids, np.ndarray) else list(ids)
    if not len(values):
        return _none()
    return distinct(np.asarray(values, dtype=np.int64))
