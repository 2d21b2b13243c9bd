"""When things happen in the demo: the content's order, over the last weeks before now.

The content spreads its posts over about 190 days. A feed looks back 14 days, so they are drawn
together to fewer weeks; order, and the hour at which somebody writes, stay.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from kring.archive.demo.calendar import ZONE, Calendar, works
from kring.archive.demo.content import Content, Entry, Remark, Sharing

# Busy hours between the newest post and now, and room between the newest act and now.
NEWEST = 0.25
MARGIN = timedelta(minutes=1)
BREATH = timedelta(seconds=20)
# Before the first post: people join.
OPENING = timedelta(days=35)
# What was done this morning is told later that day, and was done on a working day.
THIS_MORNING = re.compile(r"\b(this morning|vanochtend|vanmorgen)\b", re.IGNORECASE)
TOLD_FROM = 11
# Of comments, in busy hours: the median time after what they answer, and the spread of its log.
COMMENT_AFTER, COMMENT_SPREAD = 0.9, 1.1
USUAL_THREAD = 4


@dataclass(frozen=True)
class Schedule:
    """The moment of each post and comment, by its name in the content, and of each repost.

    first: midnight before the first post; yesterday: in the afternoon
    """

    calendar: Calendar
    first: datetime
    yesterday: datetime
    entries: dict[str, datetime]
    remarks: dict[str, datetime]
    sharings: list[datetime]


def schedule(content: Content, *, weeks: int, now: datetime, rng: np.random.Generator) -> Schedule:
    """Everything that is written, spread over the last `weeks`."""
    today = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    first = (today - timedelta(days=7 * weeks - 1)).astimezone(now.tzinfo)
    calendar = Calendar(first - OPENING, now - MARGIN)
    hours = {member.id: member.posting_style.hour for member in content.members}
    entries = _of_entries(content.entries, calendar, first, rng)
    remarks = _of_remarks(content, entries, hours, calendar, rng)
    sharings = _of_sharings(content.sharings, entries, hours, calendar, rng)
    yesterday = (today - timedelta(hours=8)).astimezone(now.tzinfo)
    return Schedule(calendar, first, yesterday, entries, remarks, sharings)


def _of_entries(
    entries: Sequence[Entry], calendar: Calendar, first: datetime, rng: np.random.Generator
) -> dict[str, datetime]:
    """A day for each post by its place in the order, then its own hour of that day."""
    ordered = sorted(entries, key=lambda entry: (entry.day, entry.hour))
    begin, end = calendar.busy(first), calendar.busy(calendar.end) - NEWEST
    places = begin + (end - begin) * (np.arange(len(ordered)) + 1) / len(ordered)
    minutes = rng.integers(0, 60, len(ordered)).tolist()
    times: dict[str, datetime] = {}
    for entry, place, minute in zip(ordered, places.tolist(), minutes, strict=True):
        due = calendar.at(place)
        times[entry.id] = due
        if place < end:
            own = due.astimezone(ZONE).replace(hour=entry.hour, minute=minute)
            own = _told(own) if THIS_MORNING.search(entry.text) else own
            # What is due today at an hour that has not come was written when people were about.
            if first < own < calendar.at(end):
                times[entry.id] = own.astimezone(due.tzinfo)
    for entry in ordered:
        before = entry.after or entry.copy_of
        if entry.after is not None:
            times[entry.id] = calendar.after(times[entry.after], 0.9)
        elif before is not None and times[entry.id] <= times[before]:
            times[entry.id] = calendar.after(times[before], 4.0)
    return {key: whole_ms(moment) for key, moment in times.items()}


def _told(moment: datetime) -> datetime:
    """The next time from this moment when something of that morning can be told."""
    moment = moment.replace(hour=max(moment.hour, TOLD_FROM))
    while not works(moment.date()):
        moment += timedelta(days=1)
    return moment


def _of_remarks(
    content: Content,
    posts: dict[str, datetime],
    hours: dict[str, int],
    calendar: Calendar,
    rng: np.random.Generator,
) -> dict[str, datetime]:
    """A moment for each comment: after its post and those before it, when its author is about.

    Where the post is too young for that, the delays are drawn together.
    """
    since = content.since
    threads: dict[str, list[Remark]] = defaultdict(list)
    for remark in content.remarks:
        threads[remark.post].append(remark)
    times: dict[str, datetime] = {}
    for post, thread in threads.items():
        # Where many talk they answer sooner.
        pace = COMMENT_AFTER * min(1.0, (USUAL_THREAD / len(thread)) ** 0.7)
        delays = 0.03 + pace * rng.lognormal(0.0, COMMENT_SPREAD, len(thread))
        last = posts[post]
        for remark, delay in zip(thread, delays.tolist(), strict=True):
            # Some tell of what they did since: no answer before it could be done.
            last += timedelta(days=since.get(remark.id, 0))
            last = calendar.after(last, delay, hours[remark.author]) + BREATH
            times[remark.id] = last
        if last > calendar.end:
            room = calendar.busy(calendar.end) - calendar.busy(posts[post])
            shares = 0.95 * np.cumsum(delays) / delays.sum()
            for remark, share in zip(thread, shares.tolist(), strict=True):
                times[remark.id] = calendar.after(posts[post], room * share)
    return times


def _of_sharings(
    sharings: Sequence[Sharing],
    posts: dict[str, datetime],
    hours: dict[str, int],
    calendar: Calendar,
    rng: np.random.Generator,
) -> list[datetime]:
    """A moment for each repost, about the content's number of days after its post."""
    times = []
    for sharing in sharings:
        origin = posts[sharing.post]
        own_hour = hours[sharing.author]
        room = calendar.busy(calendar.end, own_hour) - calendar.busy(origin, own_hour)
        delay = 8.0 * sharing.day_offset * float(rng.uniform(0.6, 1.2)) + 0.5
        if delay > 0.9 * room:
            delay = room * float(rng.uniform(0.3, 0.9))
        times.append(calendar.after(origin, delay, own_hour))
    return times


def whole_ms(moment: datetime) -> datetime:
    """Rounded down to what an id can carry."""
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)
