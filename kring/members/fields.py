"""What a single field of a profile may say, with a sentence for each thing it may not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.core.html import clean_text

_YEARS = range(1900, 2101)
Check = Callable[[Any], Any]


class Misfit(Invalid):
    """A form of which some fields do not fit.

    errors: a sentence for each by name; of a row, by its number and column ("2.title")
    """

    def __init__(self, field: str, errors: Mapping[str, str]) -> None:
        super().__init__(next(iter(errors.values())), code="misfit", field=field)
        self.errors = dict(errors)


class Refused(ValueError):
    """One value does not fit; its message is the sentence."""


def line(limit: int, *, required: bool = True) -> Check:
    """Text on one line of at most `limit` characters."""

    def check(value: Any) -> str:
        if value is None and not required:
            return ""
        if not isinstance(value, str):
            raise Refused(_("This cannot be read. Type it again."))
        text = " ".join(clean_text(value).split())
        if len(text) > limit:
            raise Refused(_("That is longer than %(limit)d characters.") % {"limit": limit})
        if required and not text:
            raise Refused(_("Fill this in, or remove the row."))
        return text

    return check


def year(value: Any) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20:
        value = int(value)
    if not isinstance(value, int) or value not in _YEARS:
        raise Refused(_("Type a year in four digits, like 2019."))
    return value


def language_code(value: Any) -> str:
    code: str = line(12)(value)
    if not (code.isascii() and code.replace("-", "").isalnum()):
        raise Refused(_("Choose a language."))
    return code


def web_address(value: Any) -> str:
    url: str = line(300)(value)
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url
    except ValueError:
        usable = False
    if not usable:
        raise Refused(_("Type a whole address, beginning with https://."))
    return url


def page_id(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or not 0 < value < 1 << 63:
        raise Refused(_("That organisation is not here."))
    return value
