"""The sections of a profile, checked and replaced as a whole.

A profile form sends a section as it should stand; there is nothing to merge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Model
from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.core.html import clean_text
from kring.members.models import (
    Education,
    Identity,
    Position,
    ProfileLink,
    Skill,
    SpokenLanguage,
)

MAX_ROWS = 100
_YEARS = range(1900, 2101)


def replace_section(identity: Identity, section: str, entries: object) -> None:
    """Make the section what `entries` say. At most 3 queries.

    skills: names; languages: (BCP 47 code, level) pairs; links: (label, address) pairs;
    positions and education: mappings of the columns' names, with `organisation_id` or
    `school_id` for one that has a page here, whose name is then used.

    Raises Invalid, naming the section, for anything that does not fit.
    """
    if not isinstance(entries, Sequence) or isinstance(entries, str) or len(entries) > MAX_ROWS:
        raise _misfit(section)
    rows = [_BUILDERS[section](entry) for entry in entries]
    if section in ("positions", "education"):
        _name_pages(section, rows)
    manager = getattr(identity, section)
    manager.all().delete()
    model: type[Model] = manager.model
    for row in rows:
        row.identity = identity
    # The database may fold case a little differently than Python: its answer counts.
    model._default_manager.bulk_create(_unique(section, rows), ignore_conflicts=True)


def _skill(entry: Any) -> Skill:
    return Skill(name=_line(entry, 60, "skills"))


def _language(entry: Any) -> SpokenLanguage:
    code, level = _pair(entry, "languages")
    code = _line(code, 12, "languages")
    if not (code.isascii() and code.replace("-", "").isalnum()):
        raise _misfit("languages")
    return SpokenLanguage(code=code, level=_line(level, 60, "languages", required=False))


def _profile_link(entry: Any) -> ProfileLink:
    label, url = _pair(entry, "links")
    url = _line(url, 300, "links")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url
    except ValueError:
        usable = False
    if not usable:
        raise _misfit("links")
    return ProfileLink(label=_line(label, 60, "links"), url=url)


def _position(entry: Any) -> Position:
    values = _mapping(
        entry,
        "positions",
        {"title", "organisation_name", "organisation_id", "from_year", "to_year"},
    )
    begun, ended = (_year(values.get(key), "positions") for key in ("from_year", "to_year"))
    if begun is not None and ended is not None and ended < begun:
        raise _misfit("positions")
    page_id = values.get("organisation_id")
    return Position(
        title=_line(values.get("title", ""), 120, "positions", required=False),
        organisation_id=page_id,
        organisation_name=_line(
            values.get("organisation_name", ""), 150, "positions", required=page_id is None
        ),
        from_year=begun,
        to_year=ended,
    )


def _education(entry: Any) -> Education:
    values = _mapping(entry, "education", {"school_name", "school_id", "degree", "year"})
    page_id = values.get("school_id")
    return Education(
        school_id=page_id,
        school_name=_line(
            values.get("school_name", ""), 150, "education", required=page_id is None
        ),
        degree=_line(values.get("degree", ""), 120, "education", required=False),
        year=_year(values.get("year"), "education"),
    )


_BUILDERS: dict[str, Callable[[Any], Any]] = {
    "skills": _skill,
    "languages": _language,
    "links": _profile_link,
    "positions": _position,
    "education": _education,
}
SECTIONS = frozenset(_BUILDERS)


def _name_pages(section: str, rows: list[Any]) -> None:
    """Use the pages' own names; refuse a page that is not there. 1 query at most."""
    column = "organisation" if section == "positions" else "school"
    wanted = {page_id for row in rows if (page_id := getattr(row, f"{column}_id")) is not None}
    if not wanted:
        return
    if not all(isinstance(page_id, int) and 0 < page_id < 1 << 63 for page_id in wanted):
        raise _misfit(section)
    names = dict(Identity.objects.living().filter(pk__in=wanted).values_list("pk", "name"))
    for row in rows:
        page_id = getattr(row, f"{column}_id")
        if page_id is not None:
            if page_id not in names:
                raise _misfit(section)
            setattr(row, f"{column}_name", names[page_id])


def _unique(section: str, rows: list[Any]) -> list[Any]:
    """Without the second of two skills or languages that are the same but for case."""
    if section not in ("skills", "languages"):
        return rows
    column = "name" if section == "skills" else "code"
    first: dict[str, Any] = {}
    for row in rows:
        first.setdefault(getattr(row, column).lower(), row)
    return list(first.values())


def _line(value: Any, limit: int, section: str, *, required: bool = True) -> str:
    if not isinstance(value, str):
        raise _misfit(section)
    text = " ".join(clean_text(value).split())
    if len(text) > limit or (required and not text):
        raise _misfit(section)
    return text


def _year(value: Any, section: str) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or value not in _YEARS:
        raise _misfit(section)
    return value


def _pair(entry: Any, section: str) -> tuple[Any, Any]:
    if not isinstance(entry, list | tuple) or len(entry) != 2:
        raise _misfit(section)
    return entry[0], entry[1]


def _mapping(entry: Any, section: str, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(entry, Mapping) or not set(entry) <= known:
        raise _misfit(section)
    return entry


def _misfit(section: str) -> Invalid:
    return Invalid(
        _("This part of the profile is incomplete, or longer than it may be."),
        code="section",
        field=section,
    )
