"""What the demo's members did, as rows: the same that the product writes when somebody does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec

from kring.archive import store
from kring.archive.demo.behaviour import Did, Doings, Visit
from kring.archive.demo.people import Cast
from kring.archive.demo.writing import Published
from kring.core.clock import to_ms
from kring.feed.attention import PAGES_KEPT, READS_KEPT, Report
from kring.feed.events import PostHidden, PostRead, PostsSeen
from kring.feed.log import ActRow, append_acts, pseudonyms
from kring.feed.models import Hidden, LoggedAct, ReadPost, SeenPage
from kring.posts.models import Bookmark, Reaction

Tell = Callable[[str, int], None]
SURFACE = "home"
BATCH = 2_000


def write_doings(
    cast: Cast, published: Published, doings: Doings, *, now: datetime, tell: Tell
) -> None:
    """Store everything, in bulk; tells (what, how many)."""
    _write_reactions(cast, doings.reactions)
    tell("reactions", len(doings.reactions))
    _write_bookmarks(cast, doings.bookmarks)
    tell("bookmarks", len(doings.bookmarks))
    Hidden.objects.bulk_create(
        Hidden(by_id=cast.ids[did.by], post_id=did.on, since=did.at) for did in doings.hides
    )
    tell("hides", len(doings.hides))
    author = {piece.id: cast.ids[piece.author] for piece in published.pieces}
    acts = [(did, PostRead.__name__) for did in doings.reads]
    acts += [(did, PostHidden.__name__) for did in doings.hides]
    # All acts share one table, so their ids are chosen together.
    visited = [visit.at for visit in doings.visits]
    ids = store.backdated(LoggedAct, [*(did.at for did, _kind in acts), *visited])
    append_acts(_acts(cast, acts, ids, author))
    append_acts(_looks(cast, doings.visits, ids[len(acts) :]))
    tell("reads", len(doings.reads))
    tell("visits", len(visited))
    viewer = pseudonyms(cast.ids)
    _write_pages(cast, doings.visits, ids[len(acts) :], viewer, now)
    _write_reads(cast, doings.reads, ids, viewer, now)


def _write_reactions(cast: Cast, reactions: Sequence[Did]) -> None:
    ids = store.backdated(Reaction, [did.at for did in reactions])
    rows = (
        Reaction(
            id=id_,
            post_id=did.on,
            by_id=cast.ids[did.by],
            kind=did.kind,
            via_id=did.via,
            created_at=did.at,
        )
        for id_, did in zip(ids, reactions, strict=True)
    )
    Reaction.objects.bulk_create(rows, batch_size=BATCH)


def _write_bookmarks(cast: Cast, bookmarks: Sequence[Did]) -> None:
    ids = store.backdated(Bookmark, [did.at for did in bookmarks])
    Bookmark.objects.bulk_create(
        Bookmark(id=id_, post_id=did.on, by_id=cast.ids[did.by], created_at=did.at)
        for id_, did in zip(ids, bookmarks, strict=True)
    )


def _acts(
    cast: Cast, acts: Sequence[tuple[Did, str]], ids: Sequence[int], author: dict[int, int]
) -> Iterator[ActRow]:
    for id_, (did, kind) in zip(ids, acts, strict=False):
        yield ActRow(id_, cast.ids[did.by], kind, did.on, author[did.on])


def _looks(cast: Cast, visits: Sequence[Visit], ids: Sequence[int]) -> Iterator[ActRow]:
    for id_, visit in zip(ids, visits, strict=True):
        detail = {
            "post_ids": visit.seen,
            "expected": visit.expected,
            "surface": SURFACE,
            "page_id": id_,
        }
        yield ActRow(id_, cast.ids[visit.by], PostsSeen.__name__, detail=detail)


def _write_pages(
    cast: Cast,
    visits: Sequence[Visit],
    ids: Sequence[int],
    viewer: dict[int, int],
    now: datetime,
) -> None:
    """What the pages of the last weeks reported, as far back as the product keeps it."""
    rows = (
        SeenPage(
            page_id=id_,
            viewer=viewer[cast.ids[visit.by]],
            changed_ms=to_ms(visit.at) + sum(visit.dwell_ms),
            record=msgspec.msgpack.encode(
                Report(SURFACE, dict(zip(visit.seen, visit.dwell_ms, strict=True)))
            ),
        )
        for id_, visit in zip(ids, visits, strict=True)
        if visit.at > now - PAGES_KEPT
    )
    SeenPage.objects.bulk_create(rows, batch_size=BATCH)


def _write_reads(
    cast: Cast, reads: Sequence[Did], ids: Sequence[int], viewer: dict[int, int], now: datetime
) -> None:
    rows = (
        ReadPost(id=id_, viewer=viewer[cast.ids[did.by]], post_id=did.on)
        for id_, did in zip(ids, reads, strict=False)
        if did.at > now - READS_KEPT
    )
    ReadPost.objects.bulk_create(rows, batch_size=BATCH)
