"""Handles: the short ASCII names after the @."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.members.models import Identity

MAX_HANDLE = 30
PATTERN = re.compile(r"[a-z0-9_]{2,30}")
# Words that would speak for the house, or be taken for one of its addresses.
RESERVED = frozenset({
    "about", "abuse", "accounts", "admin", "administrator", "api", "bookmarks", "demo", "help",
    "kring", "language", "media", "moderator", "owner", "postmaster", "posts", "root", "security",
    "settings", "static", "support", "system", "topics", "webmaster",
})  # fmt: skip
# Letters that NFKD does not take apart.
_FOLD = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)


def parse_handle(text: str) -> str:
    """The handle in its stored form; raises Invalid with what a handle may be."""
    handle = text.strip().removeprefix("@").lower()
    if not PATTERN.fullmatch(handle):
        raise Invalid(
            _("A handle has 2 to 30 characters: a-z, 0-9 and the underscore."),
            code="handle",
            field="handle",
        )
    return handle


def handle_from(name: str) -> str:
    """`name` folded to a possible handle: "Zoë van 't Hof" gives zoe_van_t_hof."""
    folded = unicodedata.normalize("NFKD", name.lower().translate(_FOLD))
    ascii_only = folded.encode("ascii", "ignore").decode()
    handle = "_".join(re.findall(r"[a-z0-9]+", ascii_only))[:MAX_HANDLE].strip("_")
    return handle if len(handle) >= 2 else "member"


def is_taken(handle: str) -> bool:
    """Whether a handle in its stored form is somebody's, or reserved. 1 query at most."""
    return handle in RESERVED or Identity.objects.filter(handle__iexact=handle, domain="").exists()


def free_handles(names: Sequence[str], *, also_taken: Iterable[str] = ()) -> list[str]:
    """One free local handle per name, in order, all different.

    1 query for a hundred names or fewer, 1 more per further hundred, 1 for all numbered variants.
    """
    wanted = [handle_from(name) for name in names]
    taken = _stored(set(wanted)) | set(also_taken) | RESERVED
    result: list[str] = []
    for base in wanted:
        handle = base if base not in taken else _numbered(base, taken)
        taken.add(handle)
        result.append(handle)
    return result


def _numbered(base: str, taken: set[str]) -> str:
    number, known = 2, False
    while True:
        handle = f"{base[: MAX_HANDLE - len(str(number))]}{number}"
        if handle not in taken:
            if known:
                return handle
            taken |= _stored_with_prefix(base[: MAX_HANDLE - 6])
            known = True
        else:
            number += 1


def _stored(handles: set[str]) -> set[str]:
    ordered = sorted(handles)
    found: set[str] = set()
    for start in range(0, len(ordered), 100):
        found.update(
            Identity.objects.filter(domain="")
            .annotate(folded=Lower("handle"))
            .filter(folded__in=ordered[start : start + 100])
            .values_list("folded", flat=True)
        )
    return found


def _stored_with_prefix(prefix: str) -> set[str]:
    return set(
        Identity.objects.filter(domain="")
        .annotate(folded=Lower("handle"))
        .filter(folded__startswith=prefix)
        .values_list("folded", flat=True)
    )
