"""Why each post of a page stood where it stood: kept as it was served, for the one it was for.

The numbers of a panel are those by which the page was made, whatever has happened since; nothing is
computed again. Not for learning, and apart from the log: a reason names people (why:
docs/decisions/0024-reasons-are-kept-as-served.md).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import repeat, starmap
from typing import NamedTuple

import msgspec
from django.utils.translation import gettext as _

from kring.core.errors import NotFound
from kring.core.ids import moment_of
from kring.feed.attention import trim_rows
from kring.feed.facts import Fact
from kring.feed.features import GROUPS
from kring.feed.log import pages
from kring.feed.models import PageReasons, Pseudonym
from kring.feed.pipeline import Slate
from kring.feed.reasons import Reason
from kring.feed.stages import Move

KEPT = timedelta(days=31)
# Another process writes what it served within a second, and a busy database a little later.
WRITTEN_WITHIN = timedelta(seconds=5)
FASTEST = 1


class Group(NamedTuple):
    group: str
    contribution: float
    facts: tuple[Fact, ...]


class ServedReason(msgspec.Struct, frozen=True, array_like=True):
    """One item's `reasons.Reason`, but for what only the ranking needs.

    Rows outlive a release: a new field comes last and has a default.
    contributions, facts: one for each of the groups of features, in their order
    """

    post_id: int
    rank: int
    prior: float
    contributions: tuple[float, ...]
    facts: tuple[tuple[Fact, ...], ...]
    held_back: dict[str, float]
    top_group: str | None
    rank_without_top: int | None
    rank_by_time: int
    moved: Move

    @property
    def groups(self) -> Iterator[Group]:
        return map(Group, GROUPS, self.contributions, self.facts)


def as_served(slate: Slate) -> Iterator[ServedReason]:
    """One for each item that has a reason."""
    without_top = slate.what_ifs.ranks if slate.what_ifs else repeat(None)
    told = zip(
        slate.post_id.tolist(), slate.rank.tolist(), slate.reasons, without_top, strict=False
    )
    return starmap(_as_served, told)


def _as_served(
    post_id: int, rank: int, reason: Reason, rank_without_top: int | None
) -> ServedReason:
    return ServedReason(
        post_id=post_id,
        rank=rank,
        prior=reason.prior,
        contributions=tuple([group.contribution for group in reason.groups]),
        facts=tuple([group.facts for group in reason.groups]),
        held_back=reason.held_back,
        top_group=reason.top_group,
        rank_without_top=rank_without_top,
        rank_by_time=reason.rank_by_time,
        moved=reason.moved,
    )


def keep(viewer: int, slate: Slate) -> int:
    """Keep them for this pseudonym, written within a second; returns the id to ask for them by.

    0 when writing lags far and they are not kept.
    """
    return pages.add_reasons(viewer=viewer, pack=lambda: packed([*as_served(slate)]))


def packed(reasons: Sequence[ServedReason]) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(reasons), FASTEST)


def find(*, viewer_id: int, page_id: int, post_id: int, now: datetime) -> ServedReason | None:
    """Why this post stood on this page of this viewer; None while it may not be written yet.

    Raises NotFound alike for what was never shown to them, and for what is no longer kept. At most
    2 queries.
    """
    row = pages.reasons_waiting(page_id) or PageReasons.objects.filter(pk=page_id).first()
    if row is None and timedelta(0) <= now - moment_of(page_id) < WRITTEN_WITHIN:
        return None
    if row is not None and _is_for(viewer_id, row):
        for reason in _decoded(row.record):
            if reason.post_id == post_id:
                return reason
    raise NotFound(
        _("Why it was shown is kept for a month, for nobody but the one it was shown to.")
    )


def _is_for(viewer_id: int, row: PageReasons) -> bool:
    return Pseudonym.objects.filter(identity_id=viewer_id, pseudonym=row.viewer).exists()


def _decoded(record: bytes | memoryview) -> list[ServedReason]:
    return msgspec.msgpack.decode(zlib.decompress(record), type=list[ServedReason])


def decode(row: PageReasons) -> list[ServedReason]:
    """All that was kept of one page, for whom it was served to."""
    return _decoded(row.record)


def trim(now: datetime) -> int:
    """Forget what is older than a month; returns how many pages."""
    return trim_rows(PageReasons, now - KEPT)
