"""How often a viewer has looked at each post, counted by visit.

A page that reports counts for what it reported to have been seen. One that cannot, or did not
(no JavaScript, gone at once), counts for all that was served on it. A post's own page is no passing
by and does not count.

Looks within `visit` of each other are one visit: a reload, a step back or an act that re-renders
the page is not another look. The present visit never counts, so a page stays where it is while
someone uses it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import F, QuerySet, Value

from kring.core.clock import to_ms
from kring.core.ids import TIME_SHIFT, first_id_at, ms_of
from kring.core.prepared import Prepared
from kring.feed.attention import Report
from kring.feed.log import ServedPage, pages
from kring.feed.models import LoggedPage, SeenPage
from kring.feed.policy import default_policy

REMEMBERED_DAYS = 30
# Another process may commit a row a little after a younger one of ours; a report may have waited
# for its turn to write.
LATE_MS, REPORT_LATE_MS = 5_000, 30_000
VIEWERS_KEPT = 2_000
# Enough for a month of several visits a day; older pages of a busier viewer are forgotten.
ROWS_READ = 1_000
NO_PASSING_BY = frozenset({"post"})
_SERVED, _REPORTED = 0, 1

# post id -> (visits in which it was looked at, when the last of them began, in ms since 1970)
Looks = Mapping[int, tuple[int, int]]


@dataclass(slots=True)
class _Viewer:
    newest_page: int = 0
    newest_report_ms: int = 0
    # Pages that may still report, by id: the posts on them that count, and whether it did report.
    open: dict[int, tuple[tuple[int, ...], bool]] = field(default_factory=dict)
    # What all pages up to this id came to.
    closed: int = 0
    shown: dict[int, tuple[int, int]] = field(default_factory=dict)


class SeenLedger:
    """Per-process memory over the page log and the reports; 1 query per look, for what is new."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._viewers: OrderedDict[int, _Viewer] = OrderedDict()

    def counts(self, viewer: int, *, now: datetime, visit: timedelta) -> dict[int, int]:
        """post id -> earlier visits in which this pseudonym looked at it (≥ 1)."""
        return earlier(self.looks(viewer, now=now, visit=visit), now=now, visit=visit)

    def looks(self, viewer: int, *, now: datetime, visit: timedelta) -> Looks:
        """post id -> (visits, when the last began in ms), the present visit included. 1 query."""
        with self._lock:
            known = self._viewers.setdefault(viewer, _Viewer())
            self._viewers.move_to_end(viewer)
            if len(self._viewers) > VIEWERS_KEPT:
                self._viewers.popitem(last=False)
            visit_ms = int(visit.total_seconds() * 1000)
            _read_on(known, viewer, now)
            _close(known, now, visit_ms)
            looks = {page: posts for page, (posts, _reported) in known.open.items()}
        # Pages of this process that are not written yet: counted for this look alone, because
        # they will come back from the table.
        for row in pages.waiting_for(viewer):
            looks.setdefault(row.id, _decoded(row.record, ServedPage).posts)
        shown = dict(known.shown)
        _count(shown, looks, visit_ms)
        return shown


def earlier(looks: Looks, *, now: datetime, visit: timedelta) -> dict[int, int]:
    """The visits before the present one, of posts that have any."""
    started = to_ms(now) - int(visit.total_seconds() * 1000)
    return {
        post: visits - (last > started)
        for post, (visits, last) in looks.items()
        if visits > (last > started)
    }


def _build_rows(viewer: int, page: int, changed_ms: int) -> QuerySet[Any, Any]:
    served = LoggedPage.objects.filter(viewer=viewer, id__gt=page).order_by()
    reported = SeenPage.objects.filter(viewer=viewer, changed_ms__gte=changed_ms).order_by()
    columns = ("kind", "id", "changed", "record")
    both = (
        served.annotate(kind=Value(_SERVED), changed=Value(0))
        .values_list(*columns)
        .union(
            reported.annotate(
                kind=Value(_REPORTED), id=F("page_id"), changed=F("changed_ms")
            ).values_list(*columns),
            all=True,
        )
    )
    return both.order_by("-id")[:ROWS_READ]


_ROWS = Prepared(_build_rows)


def _read_on(known: _Viewer, viewer: int, now: datetime) -> None:
    """Take in what was written since the last look: pages, and what open ones have reported."""
    oldest = now - timedelta(days=REMEMBERED_DAYS)
    since_page = max(known.newest_page - (LATE_MS << TIME_SHIFT), first_id_at(oldest))
    since_ms = max(known.newest_report_ms - REPORT_LATE_MS, to_ms(oldest))
    for kind, page, changed, record in _ROWS.rows(viewer, since_page, since_ms):
        known.newest_report_ms = max(known.newest_report_ms, changed)
        if page <= known.closed:
            continue
        if kind == _REPORTED:
            report = _decoded(record, Report)
            posts = () if report.surface in NO_PASSING_BY else tuple(report.dwell)
            known.open[page] = (posts, True)
        elif page not in known.open:
            known.open[page] = (tuple(_decoded(record, ServedPage).posts), False)
        if kind == _SERVED:
            known.newest_page = max(known.newest_page, page)


def _close(known: _Viewer, now: datetime, visit_ms: int) -> None:
    """Add up the pages that are too old to report any more, in order, once and for all."""
    longest = timedelta(hours=default_policy().attention.page_hours)
    until = first_id_at(now - longest) - (LATE_MS << TIME_SHIFT)
    ended = {page: known.open.pop(page)[0] for page in [*known.open] if page <= until}
    if ended:
        _count(known.shown, ended, visit_ms)
        forgotten = to_ms(now - timedelta(days=REMEMBERED_DAYS))
        known.shown = {post: seen for post, seen in known.shown.items() if seen[1] >= forgotten}
    known.closed = max(known.closed, until)


def _count(
    shown: dict[int, tuple[int, int]], looks: Mapping[int, Iterable[int]], visit_ms: int
) -> None:
    """Add these pages to what earlier ones came to, in the order in which they were served."""
    for page in sorted(looks):
        at = ms_of(page)
        for post in looks[page]:
            visits, last = shown.get(post, (0, -visit_ms - 1))
            if at - last > visit_ms:
                shown[post] = (visits + 1, at)


def _decoded(record: Any, kind: Any) -> Any:
    return msgspec.msgpack.decode(bytes(record), type=kind)
