"""What somebody can be found by: their visible fields, as terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kring.members.models import Kind as IdentityKind
from kring.search.fields import Fields
from kring.search.folding import whole, words
from kring.search.models import Field, Kind
from kring.search.names import PARTICLES, name_words, whole_name

# A change of what is taken from a profile has everybody's read again.
VERSION = 4


class Found(NamedTuple):
    """A term of somebody: what kind it is, and the most telling field in which it stands."""

    kind: int
    key: str
    field: int


def terms_of(fields: Fields) -> dict[Found, str]:
    """Every term of these fields once, with the label of those that are whole values."""
    found: dict[tuple[int, str], tuple[int, str]] = {}
    for kind, key, field in _words(fields):
        # The most telling fields come first.
        found.setdefault((kind, key), (field, ""))
    for kind, text in _values(fields):
        if key := whole(text):
            found.setdefault((kind, key), (Field.VALUE, text[:160]))
    if key := whole_name(fields.name):
        found[Kind.NAME, key] = Field.NAME, ""
    if fields.kind == IdentityKind.PAGE:
        found[Kind.ORGANISATION, fields.kind] = Field.VALUE, ""
    return {Found(kind, key, field): label for (kind, key), (field, label) in found.items()}


def language_key(code: str) -> str:
    """The language of a code without its region: "nl-BE" gives "nl"."""
    return code.split("-")[0].lower()


def texts(fields: Fields) -> Iterator[tuple[int, str]]:
    """(field, text) of everything in which words are looked for, the most telling first."""
    yield Field.NAME, fields.name
    yield Field.HANDLE, fields.handle
    for skill in fields.skills:
        yield Field.SKILL, skill
    yield Field.HEADLINE, fields.headline
    for job in fields.jobs:
        yield Field.POSITION, job.title
        yield Field.POSITION, job.company
    yield Field.CITY, fields.city


def telling(found: Iterable[str]) -> Iterator[str]:
    """Without words that say nothing about anybody: particles, articles, single letters."""
    return (word for word in found if len(word) > 1 and word not in PARTICLES)


def _words(fields: Fields) -> Iterator[Found]:
    for field, text in texts(fields):
        if field == Field.NAME:
            of_text: Iterable[str] = name_words(text)
        elif field == Field.HANDLE:
            of_text = {text.lower()}
        else:
            of_text = telling(words(text))
        for word in of_text:
            yield Found(Kind.WORD, word, field)


def _values(fields: Fields) -> Iterator[tuple[int, str]]:
    for skill in fields.skills:
        yield Kind.SKILL, skill
    for job in fields.jobs:
        if job.current:
            yield Kind.COMPANY, job.company
    yield Kind.CITY, fields.city
    for code in fields.languages:
        yield Kind.LANGUAGE, language_key(code)
