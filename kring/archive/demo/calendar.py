"""When people in the Netherlands are about: office hours, quiet weekends, holidays, summer.

Times are drawn in *busy hours* instead of hours of the clock: an hour on a Tuesday morning counts
as one, a night as next to nothing. A delay of one busy hour after ten in the evening so ends the
next morning, and what must have happened before now happened while people were awake. Pure.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ZONE = ZoneInfo("Europe/Amsterdam")
HOUR = timedelta(hours=1)
# How many people are about, for each hour of the clock; a busy office hour is 1.
OFFICE_DAY = (
    .004, .002, .001, .001, .002, .015, .12, .50, .95, 1., .95, .80, .62, .72, .82, .85, .80, .58,
    .34, .42, .50, .42, .18, .04,
)  # fmt: skip
DAY_OFF = (
    .006, .003, .001, .001, .002, .008, .03, .08, .15, .22, .25, .22, .16, .14, .16, .16, .16, .13,
    .11, .17, .22, .18, .08, .03,
)  # fmt: skip
WEEK = (1.0, 1.05, 0.9, 1.05, 0.75)
# Somebody with an hour of their own is mostly about then.
OWN_HOUR_WEIGHT, OWN_HOUR_WIDTH = 2.5, 1.3


def easter(year: int) -> date:
    """Easter Sunday (the Gregorian computus of Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * i) // 451
    month, day = divmod(h + i - 7 * m + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    """The public holidays of a Dutch year."""
    sunday = easter(year)
    kings_day = date(year, 4, 27)
    if kings_day.weekday() == 6:
        kings_day -= timedelta(days=1)
    moving = (sunday + timedelta(days=days) for days in (0, 1, 39, 49, 50))
    fixed = [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)]
    liberation = [date(year, 5, 5)] if year % 5 == 0 else []
    return frozenset([*moving, *fixed, *liberation, kings_day])


def works(day: date) -> bool:
    return day.weekday() < 5 and day not in holidays(day.year)


def activity(day: date) -> Floats:
    """How many people are about in each hour of this day, 1 for a busy office hour."""
    if not works(day):
        return np.array(DAY_OFF)
    season = 1.0
    if (day.month, day.day) >= (12, 22) or (day.month, day.day) <= (1, 2):
        season = 0.4
    elif (7, 15) <= (day.month, day.day) <= (8, 25):
        season = 0.65
    return np.array(OFFICE_DAY) * (season * WEEK[day.weekday()])


class Moments(NamedTuple):
    """A stretch of time by the hour: seconds since 1970, and the busy hours passed until then."""

    seconds: Floats
    busy: Floats


class Calendar:
    """The busy hours between `start` and `end`, for people in general and by own hour."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start, self.end = start, end
        whole = start.replace(minute=0, second=0, microsecond=0)
        self._hours = [whole + HOUR * n for n in range(int((end - whole) / HOUR) + 2)]
        self._made: dict[int | None, Moments] = {}

    def after(self, moment: datetime, hours: float, own_hour: int | None = None) -> datetime:
        """The moment when so many busy hours have passed; before `end` in any case."""
        passed = self.busy(moment, own_hour) + hours
        return self.at(min(passed, self.busy(self.end, own_hour)), own_hour)

    def busy(self, moment: datetime, own_hour: int | None = None) -> float:
        """The busy hours between `start` and this moment."""
        seconds, busy = self._moments(own_hour)
        return float(np.interp(moment.timestamp(), seconds, busy))

    def at(self, busy: float, own_hour: int | None = None) -> datetime:
        """The moment until which so many busy hours have passed, in whole milliseconds."""
        seconds, known = self._moments(own_hour)
        found = float(np.interp(busy, known, seconds))
        offset = found - self.start.timestamp()
        return self.start + timedelta(milliseconds=int(offset * 1_000))

    def _moments(self, own_hour: int | None) -> Moments:
        if own_hour not in self._made:
            self._made[own_hour] = self._tabulated(own_hour)
        return self._made[own_hour]

    def _tabulated(self, own_hour: int | None) -> Moments:
        local = [hour.astimezone(ZONE) for hour in self._hours]
        days = {moment.date(): activity(moment.date()) for moment in local}
        about = np.array([days[moment.date()][moment.hour] for moment in local])
        if own_hour is not None:
            usual = np.array([days[moment.date()].max() for moment in local])
            clock = np.array([moment.hour for moment in local])
            apart = np.abs((clock - own_hour + 12) % 24 - 12) / OWN_HOUR_WIDTH
            about = (about + OWN_HOUR_WEIGHT * usual * np.exp(-0.5 * apart**2)) / 1.9
        seconds = np.array([hour.timestamp() for hour in self._hours])
        return Moments(seconds, np.concatenate([[0.0], np.cumsum(about[:-1])]))
