"""How often each post was shown to a viewer, counted by visit.

Pages within `visit` of each other are one visit: a reload, a step back or an act that re-renders
the page is not another look. The present visit never counts, so a page stays where it is while
someone uses it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kring.core.clock import to_ms
from kring.core.ids import TIME_SHIFT, first_id_at, ms_of
from kring.feed.log import decode_page, pages
from kring.feed.models import LoggedPage

REMEMBERED_DAYS = 30
LATE_MS = 5_000
VIEWERS_KEPT = 2_000
# Enough for a month of several visits a day; older pages of a busier viewer are forgotten.
PAGES_READ = 500


@dataclass(slots=True)
class _Viewer:
    newest_page: int = 0
    # Pages counted lately: another process may write a page a little after a younger one of ours.
    recent: set[int] = field(default_factory=set)
    # post id -> (visits in which it was shown, when it was last counted, in ms since 1970)
    shown: dict[int, tuple[int, int]] = field(default_factory=dict)


class SeenLedger:
    """Per-process memory over the page log; 1 query per look, only for what is new."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._viewers: OrderedDict[int, _Viewer] = OrderedDict()

    def counts(self, viewer: int, *, now: datetime, visit: timedelta) -> dict[int, int]:
        """post id -> earlier visits in which this pseudonym was shown it (≥ 1)."""
        with self._lock:
            return self._counts(viewer, now, visit)

    def _counts(self, viewer: int, now: datetime, visit: timedelta) -> dict[int, int]:
        known = self._viewers.setdefault(viewer, _Viewer())
        self._viewers.move_to_end(viewer)
        if len(self._viewers) > VIEWERS_KEPT:
            self._viewers.popitem(last=False)
        visit_ms = int(visit.total_seconds() * 1000)
        late = known.newest_page - (LATE_MS << TIME_SHIFT)
        since = max(late, first_id_at(now - timedelta(days=REMEMBERED_DAYS)))
        newest = LoggedPage.objects.filter(viewer=viewer, id__gt=since).order_by("-id")
        fresh = [row for row in newest[:PAGES_READ] if row.id not in known.recent][::-1]
        for row in fresh:
            _count(known.shown, row, visit_ms)
        known.newest_page = max([known.newest_page, *(row.id for row in fresh)])
        late = known.newest_page - (LATE_MS << TIME_SHIFT)
        known.recent = {id_ for id_ in known.recent.union(r.id for r in fresh) if id_ > late}
        # Pages of this process that are not written yet: counted for this look alone, because
        # they will come back from the table.
        shown = dict(known.shown)
        for row in pages.waiting_for(viewer):
            if row.id not in known.recent:
                _count(shown, row, visit_ms)
        started = to_ms(now) - visit_ms
        return {
            post: visits - (last > started)
            for post, (visits, last) in shown.items()
            if visits - (last > started) > 0
        }


def _count(shown: dict[int, tuple[int, int]], row: LoggedPage, visit_ms: int) -> None:
    at = ms_of(row.id)
    for post in decode_page(row).posts:
        visits, last = shown.get(post, (0, -visit_ms - 1))
        if at - last > visit_ms:
            shown[post] = (visits + 1, at)
