"""When things happen in the demo: the content's order of days, ending just before now.

The content spreads 260 posts over about 190 days. A feed looks back 14 days, so the days are
drawn together to `SPAN_DAYS`; order and hours of the day stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from kring.archive.demo.content import Entry, Remark, Sharing

SPAN_DAYS = 63
NEWEST = timedelta(minutes=15)
# Room between the newest act and `now`.
MARGIN = timedelta(minutes=1)


def first_day(now: datetime) -> datetime:
    """Midnight at which the demo's first day begins."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=SPAN_DAYS - 1)


def of_entries(
    entries: Sequence[Entry], *, now: datetime, rng: np.random.Generator
) -> dict[str, datetime]:
    """A moment for each post: in order of day and hour, the newest `NEWEST` before `now`."""
    ordered = sorted(entries, key=lambda entry: (entry.day, entry.hour))
    days = max(entry.day for entry in entries) + 1
    by_day: dict[int, list[Entry]] = defaultdict(list)
    for entry in ordered:
        by_day[entry.day * SPAN_DAYS // days].append(entry)
    times: dict[str, datetime] = {}
    for day, group in sorted(by_day.items()):
        # Posts that were days apart share a day now: their hours are dealt out in their order.
        minutes = np.sort([entry.hour * 60 for entry in group] + rng.integers(0, 60, len(group)))
        for entry, minute in zip(group, minutes.tolist(), strict=True):
            times[entry.id] = first_day(now) + timedelta(days=day, minutes=minute)
    for entry in ordered:
        if entry.after is not None:
            times[entry.id] = times[entry.after] + timedelta(hours=1)
    return _before(times, now - NEWEST)


def _before(times: dict[str, datetime], newest: datetime) -> dict[str, datetime]:
    """Today's posts of later hours are spread evenly between the last one before and `newest`."""
    early = [moment for moment in times.values() if moment < newest]
    late = sorted((key for key in times if times[key] >= newest), key=lambda key: times[key])
    if not late:
        # Nothing is due today after this hour: the last one has just been written.
        late = [max(times, key=lambda key: times[key])]
        early = [moment for key, moment in times.items() if key != late[0]]
    start = max(early)
    for number, key in enumerate(late, start=1):
        times[key] = whole_ms(start + (newest - start) * number / len(late))
    return times


def of_remarks(
    remarks: Sequence[Remark],
    posts: dict[str, datetime],
    *,
    now: datetime,
    rng: np.random.Generator,
) -> dict[str, datetime]:
    """A moment for each comment: after its post and after those before it in the file.

    Delays are log-normal (median 50 minutes), drawn together where the post is too young.
    """
    threads: dict[str, list[Remark]] = defaultdict(list)
    for remark in remarks:
        threads[remark.post].append(remark)
    times: dict[str, datetime] = {}
    for post, thread in threads.items():
        delays = np.cumsum(60 + 3_000 * rng.lognormal(0.0, 1.1, len(thread)))
        room = (now - MARGIN - posts[post]).total_seconds()
        delays *= min(1.0, room / float(delays[-1]))
        for remark, delay in zip(thread, delays.tolist(), strict=True):
            times[remark.id] = posts[post] + _whole(delay)
    return times


def of_sharings(
    sharings: Sequence[Sharing],
    posts: dict[str, datetime],
    *,
    now: datetime,
    rng: np.random.Generator,
) -> list[datetime]:
    """A moment for each repost, the content's number of days after its post but before `now`."""
    times = []
    for sharing in sharings:
        room = (now - MARGIN - posts[sharing.post]).total_seconds()
        delay = sharing.day_offset * 86_400 + float(rng.uniform(-6, 6)) * 3_600
        if not 600 < delay < room:
            delay = room * float(rng.uniform(0.3, 0.9))
        times.append(posts[sharing.post] + _whole(delay))
    return times


def whole_ms(moment: datetime) -> datetime:
    """Rounded down to what an id can carry."""
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)


def _whole(seconds: float) -> timedelta:
    return timedelta(milliseconds=int(seconds * 1_000))
