"""The tables of limits in docs/operations.md are the limits of the code."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from kring.archive.export import requests as exports
from kring.feed.policy import default_policy
from kring.media import policy as media
from kring.members.handles import CHANGE_EVERY
from kring.moderation import policy as moderation
from kring.posts import policy as posts
from kring.web import limits, uploads
from kring.web.views import compose, live, search
from kring.web.views import media as pictures

DOC = Path(settings.BASE).parent / "docs" / "operations.md"
SECONDS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}
BY = {"ip": "visitor's address", "key": "the address typed", "user": "account"}
# Keyed by account, though the library calls that a key.
BY_ACCOUNT = {"second_step"}


def rows() -> dict[str, tuple[str, str]]:
    """(how often, counted by or in) of each limit that the page has."""
    text = DOC.read_text().partition("## Limits\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    return {name: (most, by) for name, most, by in found}


def spelled(rate: str) -> tuple[str, str]:
    """ "50/300s/key" as the page says it."""
    count, span, by = rate.split("/")
    number, unit = int(span[:-1] or 1), SECONDS[span[-1]]
    if unit == "second":
        number, unit = number // 60, "minute"
    an = "an" if unit == "hour" else "a"
    return (f"{count} {an} {unit}" if number == 1 else f"{count} in {number} {unit}s"), BY[by]


def test_the_limits_on_the_way_in():
    rates = {**settings.ACCOUNT_RATE_LIMITS, **settings.MFA_RATE_LIMITS}
    told = {}
    for name, several in rates.items():
        spans, by = zip(*map(spelled, several.split(",")), strict=True)
        told[name] = (
            ", ".join(spans), "account" if name in BY_ACCOUNT else ", ".join(dict.fromkeys(by))
        )  # fmt: skip
    assert {name: row for name, row in rows().items() if name in told} == told


def test_the_limits_once_in():
    minutes = {
        "acts": limits.ACTS_A_MINUTE, "uploads": uploads.UPLOADS_A_MINUTE,
        "previews": pictures.PREVIEWS_A_MINUTE, "advice": compose.ADVICE_A_MINUTE,
        "search": search.SEARCHES_A_MINUTE, "suggest": search.SUGGESTIONS_A_MINUTE,
        "reports": default_policy().attention.reports_a_minute, "news": live.pace._most,
        "reactions": posts.REACTIONS.count,
    }  # fmt: skip
    told = {name: f"{most} a minute" for name, most in minutes.items()} | {
        "posts": f"{posts.POSTS.count} an hour",
        "comments": f"{posts.COMMENTS.count} in {posts.COMMENTS.window.seconds // 60} minutes",
        "new_posts_hour": f"{posts.NEW_POSTS.count} an hour",
        "new_comments": f"{posts.NEW_COMMENTS.count} an hour",
        "new_links": f"{posts.NEW_LINKS.count} an hour",
        "new_mentions": f"{posts.NEW_MENTIONS.count} an hour",
        "notices": f"{moderation.REPORTS.count} an hour",
        "visitors_notices": f"{moderation.VISITORS_REPORTS.count} an hour",
        "appeals": f"{moderation.APPEALS.count} a day",
        "images_a_day": f"{media.IMAGES_A_DAY} and {media.BYTES_A_DAY // media.MIB} MB a day",
        "exports_a_day": f"{exports.EXPORTS_A_DAY} a day, 1 at a time",
        "handle_soon": f"1 in {CHANGE_EVERY.days} days",
    }
    ways_in = {*settings.ACCOUNT_RATE_LIMITS, *settings.MFA_RATE_LIMITS}
    assert {name: row[0] for name, row in rows().items() if name not in ways_in} == told
