"""The sections of a profile that are lists, checked and replaced as a whole.

A profile form sends a section as it should stand; there is nothing to merge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from kring.members.fields import (
    Check,
    Misfit,
    Refused,
    language_code,
    line,
    page_id,
    web_address,
    year,
)
from kring.members.models import (
    Education,
    Identity,
    Position,
    ProfileLink,
    Skill,
    SpokenLanguage,
)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a section: how many at most, and what each column may say.

    page: the column that names an identity with a page here, beside `<page>_name`
    once: the column of which no value stands twice, whatever its case
    """

    model: type[Model]
    most: int
    columns: Mapping[str, Check]
    page: str = ""
    once: str = ""


TABLES: dict[str, Table] = {
    "positions": Table(
        Position,
        30,
        {
            "title": line(120, required=False),
            "organisation_name": line(150),
            "organisation_id": page_id,
            "from_year": year,
            "to_year": year,
        },
        page="organisation",
    ),
    "education": Table(
        Education,
        20,
        {
            "school_name": line(150),
            "school_id": page_id,
            "degree": line(120, required=False),
            "year": year,
        },
        page="school",
    ),
    "skills": Table(Skill, 50, {"name": line(60)}, once="name"),
    "languages": Table(
        SpokenLanguage, 20, {"code": language_code, "level": line(60, required=False)}, once="code"
    ),
    "links": Table(ProfileLink, 10, {"label": line(60), "url": web_address}),
}
SECTIONS = frozenset(TABLES)


def replace_section(identity: Identity, section: str, entries: object) -> None:
    """Make the section what `entries` say. At most 3 queries.

    skills: names; languages: (BCP 47 code, level) pairs; links: (label, address) pairs;
    positions and education: mappings of the columns' names, with `organisation_id` or
    `school_id` for one that has a page here, whose name is then used.

    Raises Misfit, naming the section, for anything that does not fit.
    """
    table = TABLES[section]
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise _unreadable(section)
    if len(entries) > table.most:
        said = _("That is more than %(most)d. Remove some first.") % {"most": table.most}
        raise Misfit(section, {section: said})
    rows = _checked(section, table, [_columns_of(section, table, entry) for entry in entries])
    if table.page:
        _name_pages(section, table.page, rows)
    manager = getattr(identity, section)
    manager.all().delete()
    # The database may fold case a little differently than Python: its answer counts.
    table.model._default_manager.bulk_create(
        [table.model(identity=identity, **row) for row in _unique(table, rows)],
        ignore_conflicts=True,
    )


def _columns_of(section: str, table: Table, entry: Any) -> dict[str, Any]:
    """The entry as a mapping of columns; those that are missing are None."""
    names = list(table.columns)
    if section == "skills":
        entry = {"name": entry}
    elif isinstance(entry, list | tuple) and len(entry) == len(names) and not table.page:
        entry = dict(zip(names, entry, strict=True))
    if not isinstance(entry, Mapping) or not set(entry) <= set(names):
        raise _unreadable(section)
    return {name: entry.get(name) for name in names}


def _checked(section: str, table: Table, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    errors: dict[str, str] = {}
    for number, entry in enumerate(entries):
        row: dict[str, Any] = {}
        for name, check in table.columns.items():
            if name == f"{table.page}_name" and entry[f"{table.page}_id"] is not None:
                continue
            try:
                row[name] = check(entry[name])
            except Refused as refused:
                errors[f"{number}.{name}"] = str(refused)
        if (row.get("from_year") or 0) > (row.get("to_year") or 9999):
            errors[f"{number}.to_year"] = _("It cannot end before it begins.")
        rows.append(row)
    if errors:
        raise Misfit(section, errors)
    return rows


def _name_pages(section: str, page: str, rows: list[dict[str, Any]]) -> None:
    """Use the pages' own names; refuse a page that is not there. 1 query at most."""
    wanted = {row[f"{page}_id"] for row in rows} - {None}
    if not wanted:
        return
    names = dict(Identity.objects.living().filter(pk__in=wanted).values_list("pk", "name"))
    for number, row in enumerate(rows):
        if (id_ := row[f"{page}_id"]) is not None:
            if id_ not in names:
                said = _("That organisation is not here.")
                raise Misfit(section, {f"{number}.{page}_name": said})
            row[f"{page}_name"] = names[id_]


def _unique(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the second of two that are the same but for case."""
    if not table.once:
        return rows
    first: dict[str, dict[str, Any]] = {}
    for row in rows:
        first.setdefault(row[table.once].lower(), row)
    return list(first.values())


def _unreadable(section: str) -> Misfit:
    return Misfit(section, {section: _("This part of the profile cannot be read.")})
