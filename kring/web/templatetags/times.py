"""When something was: how long ago, on which day, at which moment, in the reader's language."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from html import escape

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from kring.core import clock
from kring.web.words import gettext, spoken

register = template.Library()

DAYS_AS_AGE = 7
CACHED = 4096


@lru_cache(maxsize=16)
def babel_locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """How long ago, with the exact time for whoever points at it."""
    if moment is None:
        return mark_safe("")
    zone, language = timezone.get_current_timezone(), spoken() or "en"
    local, opening = _opening(moment, zone, language)
    ago = _ago(local, clock.utc_now(), language)
    return mark_safe(f"{opening}{escape(ago)}</time>")


@lru_cache(maxsize=CACHED)
def _opening(moment: datetime, zone: tzinfo, language: str) -> tuple[datetime, SafeString]:
    """The moment where the reader is, and what of its element stays as time goes on."""
    local = moment.astimezone(zone)
    title = _full(local.replace(second=0, microsecond=0), language)
    opening = '<time datetime="{}" title="{}">'
    return local, format_html(opening, local.isoformat(timespec="seconds"), title)


def _ago(local: datetime, now: datetime, language: str) -> str:
    here = now.astimezone(local.tzinfo)
    age, days = now - local, (here.date() - local.date()).days
    if age < timedelta(0) or days >= DAYS_AS_AGE:
        return day_text(local.date().isoformat(), local.year != here.year, language)
    if age < timedelta(minutes=1):
        return gettext("just now")
    if days == 1 and age > timedelta(hours=6):
        return gettext("yesterday")
    if days > 1:
        return _delta("day", days, language)
    minutes = int(age.total_seconds() // 60)
    return (
        _delta("hour", minutes // 60, language)
        if minutes >= 60
        else _delta("minute", minutes, language)
    )


@lru_cache(maxsize=512)
def _delta(unit: str, number: int, language: str) -> str:
    span = timedelta(**{f"{unit}s": number})
    return format_timedelta(span, granularity=unit, threshold=1e9, locale=babel_locale(language))  # type: ignore[arg-type]


@lru_cache(maxsize=CACHED)
def day_text(iso: str, with_year: bool, language: str) -> str:
    form = "d MMMM y" if with_year else "d MMMM"
    return format_date(datetime.fromisoformat(iso), form, locale=babel_locale(language))


@register.filter
def full(moment: datetime | None) -> str:
    """The whole date and the time, in the reader's words."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return _full(local.replace(second=0, microsecond=0), spoken() or "en")


@lru_cache(maxsize=CACHED)
def _full(local: datetime, language: str) -> str:
    return format_datetime(local, "d MMMM y HH:mm", locale=babel_locale(language))


@register.filter
def weekday(moment: datetime | None) -> str:
    """ "Thursday" within a week, else the date."""
    if moment is None:
        return ""
    local, here = timezone.localtime(moment), timezone.localtime(clock.utc_now())
    language = spoken() or "en"
    days = (here.date() - local.date()).days
    if days == 0:
        return gettext("this morning") if here.hour >= 12 > local.hour else gettext("earlier today")
    if days == 1:
        return gettext("yesterday")
    if days < DAYS_AS_AGE:
        return format_date(local, "EEEE", locale=babel_locale(language))
    return day_text(local.date().isoformat(), local.year != here.year, language)
