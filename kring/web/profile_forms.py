"""A section of a profile as a form: what it asks, what was typed, and rows that come and go.

A form travels whole with each button, so that adding, removing and moving rows works without a
script and keeps nothing on the server. A removed row stays in the form, folded, until it is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.members.models import Identity, Kind, Section, ShownTo
from kring.members.queries import Profile
from kring.members.sections import TABLES
from kring.web.language_names import code_of, name_of

Row = dict[str, str]
REMOVED = "removed"
PAGES_OFFERED = 200


@dataclass(frozen=True, slots=True)
class Ask:
    """One field. `kind`: of the input; `offers`: the list of words it completes from."""

    name: str
    label: str
    most: int
    kind: str = "text"
    hint: str = ""
    offers: str = ""
    complete: str = "off"


@dataclass(slots=True)
class Draft:
    """What the form says at this moment. `focus`: the field or button to go on with."""

    values: Row = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    shown_to: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    focus: str = ""


def texts_asked(section: Section) -> list[Ask]:
    """The fields of a section that is no list."""
    asks: dict[Section, Callable[[], list[Ask]]] = {
        Section.CARD: lambda: [
            Ask("name", _("Name"), 100, complete="name"),
            Ask("headline", _("Headline"), 160, hint=_("What you do, in one line.")),
        ],
        Section.PERSONAL: lambda: [
            Ask("city", _("City"), 100, complete="address-level2"),
            Ask("pronouns", _("Pronouns"), 40, hint=_("Only if you want to say.")),
        ],
        Section.ABOUT: lambda: [
            Ask("about", _("About you"), 4000, "area", hint=_("At most 4,000 characters."))
        ],
        Section.USE: lambda: [
            Ask(
                "uses_network_for", _("What you use the network for"), 200, "area",
                hint=_("What you look for, what you offer, and what you are not here for."),
            )
        ],
    }  # fmt: skip
    return asks[section]() if section in asks else []


def columns_asked(section: Section) -> list[Ask]:
    """The fields of each row of a section that is a list."""
    asks: dict[Section, Callable[[], list[Ask]]] = {
        Section.POSITIONS: lambda: [
            Ask("title", _("What you did"), 120),
            Ask("organisation_name", _("Where"), 150, offers="organisations"),
            Ask("from_year", _("From (year)"), 4, "year"),
            Ask("to_year", _("Until (year), or empty"), 4, "year"),
        ],
        Section.EDUCATION: lambda: [
            Ask("degree", _("What you learned"), 120),
            Ask("school_name", _("Where"), 150, offers="organisations"),
            Ask("year", _("Finished (year)"), 4, "year"),
        ],
        Section.SKILLS: lambda: [Ask("name", _("Skill"), 60)],
        Section.LANGUAGES: lambda: [
            Ask("code", _("Language"), 60, offers="languages"),
            Ask("level", _("How well, in your own words"), 60),
        ],
        Section.LINKS: lambda: [
            Ask("label", _("What it is"), 60),
            Ask("url", _("Address"), 300, "url"),
        ],
    }
    return asks[section]() if section in asks else []


def stored(section: Section, identity: Identity, profile: Profile, shown_to: ShownTo) -> Draft:
    """The form as it is first shown."""
    draft = Draft(shown_to=shown_to)
    draft.values = {ask.name: getattr(identity, ask.name) for ask in texts_asked(section)}
    columns = columns_asked(section)
    if columns:
        rows = getattr(profile, section.value)
        draft.rows = [{ask.name: _as_typed(row, ask.name) for ask in columns} for row in rows]
        if not draft.rows:
            draft.rows = [{}]
    draft.focus = columns[0].name + "-0" if columns else texts_asked(section)[0].name
    return draft


def typed(section: Section, form: Mapping[str, str]) -> Draft:
    """The form as it was sent; of rows, one more than there may be, so that it is refused."""
    draft = Draft(shown_to=form.get("shown_to", ""))
    draft.values = {ask.name: form.get(ask.name, "") for ask in texts_asked(section)}
    columns = columns_asked(section)
    names = [*(ask.name for ask in columns), REMOVED]
    for number in range(TABLES[section].most + 1 if columns else 0):
        row = {name: form[key] for name in names if (key := f"{name}-{number}") in form}
        if not row:
            break
        draft.rows.append(row)
    return draft


def after(draft: Draft, section: Section, act: str) -> None:
    """Add, remove, put back or move a row, and say where to go on. Raises Invalid for another act.

    act: "add", or "remove-3", "restore-3", "up-3", "down-3"
    """
    verb, _dash, number = act.partition("-")
    at = int(number) if number.isdecimal() and len(number) < 4 else -1
    first = columns_asked(section)[0].name if columns_asked(section) else ""
    if verb == "add" and first:
        if len(draft.rows) >= TABLES[section].most:
            said = _("That is more than %(most)d. Remove some first.")
            draft.errors = {section.value: said % {"most": TABLES[section].most}}
            return
        draft.rows.append({})
        draft.focus = f"{first}-{len(draft.rows) - 1}"
    elif verb in ("remove", "restore") and 0 <= at < len(draft.rows):
        draft.rows[at][REMOVED] = "1" if verb == "remove" else ""
        draft.focus = f"restore-{at}" if verb == "remove" else f"{first}-{at}"
    elif verb in ("up", "down") and 0 <= at < len(draft.rows):
        to = min(max(at + (1 if verb == "down" else -1), 0), len(draft.rows) - 1)
        draft.rows.insert(to, draft.rows.pop(at))
        last = (verb == "up" and to == 0) or (verb == "down" and to == len(draft.rows) - 1)
        draft.focus = f"{('down' if verb == 'up' else 'up') if last else verb}-{to}"
    else:
        raise Invalid(_("The form has no such button."), code="act")


def entries(draft: Draft, section: Section, profile: Profile) -> tuple[list[Any], list[int]]:
    """The rows as `members.sections` takes them, and which row of the form each is.

    Rows that were removed or say nothing are left out. A name that is a page's own becomes that
    page, if it is the only one, or the one that stood there. 1 query at most.
    """
    kept = [
        (number, {name: row.get(name, "") for name in TABLES[section].columns if name in row})
        for number, row in enumerate(draft.rows)
        if not row.get(REMOVED) and any(value.strip() for value in row.values())
    ]
    if page := TABLES[section].page:
        known = _pages(page, [row for _n, row in kept], getattr(profile, section.value))
        for _number, row in kept:
            id_ = known.get(row.get(f"{page}_name", "").strip().lower())
            row |= {f"{page}_id": id_} if id_ is not None else {}  # type: ignore[dict-item]
    elif section == Section.LANGUAGES:
        kept = [(number, {**row, "code": code_of(row.get("code", ""))}) for number, row in kept]
    numbers = [number for number, _row in kept]
    if section == Section.SKILLS:
        return [row.get("name", "") for _n, row in kept], numbers
    return [row for _n, row in kept], numbers


def by_input(errors: Mapping[str, str], numbers: list[int]) -> Iterator[tuple[str, str]]:
    """Sentences by the names of the form's inputs; `numbers` as `entries` gave them."""
    for name, sentence in errors.items():
        row, dot, column = name.partition(".")
        yield (f"{column.replace('_id', '_name')}-{numbers[int(row)]}" if dot else name), sentence


def organisations_offered() -> list[str]:
    """Names of pages to complete from. 1 query."""
    pages = Identity.objects.living().filter(kind=Kind.PAGE)
    return list(pages.order_by("name").values_list("name", flat=True)[:PAGES_OFFERED])


def _pages(page: str, rows: list[Row], stood: Any) -> dict[str, int]:
    """The page of each name, in lower case, where it is clear which is meant."""
    names = {row.get(f"{page}_name", "").strip().lower() for row in rows} - {""}
    found: dict[str, list[int]] = {}
    pages = Identity.objects.living().filter(kind=Kind.PAGE).annotate(lower=Lower("name"))
    for one in pages.filter(lower__in=names) if names else ():
        found.setdefault(one.name.lower(), []).append(one.pk)
    clear = {name: ids[0] for name, ids in found.items() if len(ids) == 1}
    before = {
        getattr(row, f"{page}_name").lower(): id_
        for row in stood
        if (id_ := getattr(row, f"{page}_id")) is not None
    }
    return clear | {name: id_ for name, id_ in before.items() if id_ in found.get(name, [id_])}


def _as_typed(row: Any, name: str) -> str:
    if name == "code":
        return name_of(row.code)
    if name in ("organisation_name", "school_name"):
        page = getattr(row, name.removesuffix("_name"))
        return str(page.name if page is not None else getattr(row, name))
    value = getattr(row, name)
    return "" if value is None else str(value)
