"""Dutch is complete: every message of the code and the templates has a translation that fits.

Reads the sources with Babel's extractor and Django's templatize, so that no gettext tools are
needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import template

from kring.feed.policy import public_numbers
from kring.web.templatetags.policy import SECTIONS, spelled_out

CODE = Path(settings.BASE)
PO = CODE / "locale" / "nl" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def sources() -> Iterator[tuple[Path, bytes]]:
    for path in sorted(CODE.rglob("*.py")):
        yield path, path.read_bytes()
    for path in sorted((CODE / "web" / "templates").rglob("*.*")):
        code = template.templatize(path.read_text(), origin=str(path))
        # What was not a tag is filler; without its indentation the lines read as Python.
        yield path, "\n".join(line.strip() for line in code.splitlines()).encode()


def messages() -> dict[tuple[str | None, str], tuple[str, str | None]]:
    """(context, message): where it is said, and its plural."""
    found: dict[tuple[str | None, str], tuple[str, str | None]] = {}
    for path, code in sources():
        for line, text, _comments, context in extract("python", BytesIO(code), KEYWORDS):
            texts = text if isinstance(text, tuple) else (text,)
            if texts[0]:
                place = f"{path.relative_to(CODE.parent)}:{line}"
                plural = texts[1] if len(texts) > 1 else None
                found[(context, texts[0])] = (place, plural)
    return found | {(None, text): ("kring/feed/policy.toml:0", None) for text in policy_words()}


def policy_words() -> set[str]:
    """What the page of the feed's rules says, beside the titles of its sections."""
    rows = [row for _name, rows in public_numbers() for row in rows]
    return {word for row in rows for word in (row["why"], row["unit"], spelled_out(row["name"]))}


@pytest.fixture(scope="session")
def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="nl", domain="django")


@pytest.fixture(scope="session")
def said() -> dict[tuple[str | None, str], tuple[str, str | None]]:
    return messages()


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def _compiled(compiled: GNUTranslations, message: Message) -> tuple[str, ...]:
    if isinstance(message.id, str):
        if message.context:
            return (compiled.pgettext(message.context, message.id),)
        return (compiled.gettext(message.id),)
    return tuple(compiled.ngettext(*message.id, count) for count in (1, 2))


def _find(catalogue: Catalog, key: tuple[str | None, str]) -> Message | None:
    context, text = key
    return catalogue.get(text, context=context)


def test_the_sources_were_read(said):
    places = {place.partition(":")[0].rpartition(".")[2] for place, _plural in said.values()}
    assert {"py", "html", "txt"} <= places
    assert len(said) > 200


def test_nothing_is_missing(said, catalogue):
    missing = []
    for key, (place, plural) in said.items():
        message = _find(catalogue, key)
        forms = _forms(message) if message is not None else ()
        if not forms or not all(forms) or (plural is not None and len(forms) != 2):
            missing.append(f"{place}: {key[1]}")
    assert missing == []


def test_the_feeds_rules_are_told_in_dutch(said, catalogue):
    assert {name for name, _rows in public_numbers()} == set(SECTIONS)
    words = policy_words() | set(SECTIONS.values())
    assert len(words) > 150
    told = {text: _find(catalogue, (None, text)) for text in words}
    assert [text for text, message in told.items() if not (message and message.string)] == []
    assert [text for text, message in told.items() if message.fuzzy] == []
    assert {(None, text) for text in words} <= set(said)


def test_nothing_is_fuzzy(catalogue):
    assert [str(message.id) for message in catalogue if message.id and message.fuzzy] == []


def test_nothing_is_left_over(said, catalogue):
    known = set(said)
    left = []
    for message in catalogue:
        if message.id:
            text = message.id if isinstance(message.id, str) else message.id[0]
            if (message.context, text) not in known:
                left.append(text)
    assert left == []


def test_what_is_filled_in_is_filled_in_everywhere(said, catalogue):
    wrong = []
    for key, (_place, plural) in said.items():
        message = _find(catalogue, key)
        wanted = set(PLACEHOLDER.findall(plural or key[1]))
        if message is not None and set(PLACEHOLDER.findall(_forms(message)[-1])) != wanted:
            wrong.append(key[1])
    assert wrong == []


def test_the_compiled_catalogue_is_of_this_source(catalogue):
    if not MO.exists():
        with MO.open("wb") as file:
            write_mo(file, catalogue)
    with MO.open("rb") as file:
        compiled = GNUTranslations(file)
    stale = [
        message.id
        for message in catalogue
        if message.id and _compiled(compiled, message) != _forms(message)
    ]
    assert stale == [], "run scripts/setup to compile the translations"
