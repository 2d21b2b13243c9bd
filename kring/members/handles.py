"""Handles: the short ASCII names after the @, how they are given, and how one changes one's own.

A handle that somebody leaves goes on leading to them and is given to nobody else: what was said
to it, and links that stand elsewhere, must not reach a stranger.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from kring.core.errors import Conflict, Invalid, TooMany
from kring.core.events import record
from kring.members.blocklist import blocked_handles
from kring.members.events import ProfileChanged
from kring.members.models import FormerHandle, Identity
from kring.members.tombstones import buried

MAX_HANDLE = 30
# Each new handle keeps one more from everybody else, so nobody takes many.
CHANGE_EVERY = timedelta(days=30)
PATTERN = re.compile(r"[a-z0-9_]{2,30}")
# Words that would speak for the house, or be taken for one of its addresses.
RESERVED = frozenset({
    "about", "abuse", "accounts", "admin", "administrator", "api", "bookmarks", "demo", "help",
    "kring", "language", "media", "moderator", "owner", "people", "postmaster", "posts", "root",
    "security", "settings", "static", "support", "system", "topics", "webmaster",
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
    """Whether a handle in its stored form is or was somebody's, or is reserved or on the
    community's block list. 4 queries at most.

    Asked in this order: a handle that is left meanwhile is found where it went.
    """
    return (
        handle in RESERVED
        or Identity.objects.filter(handle__iexact=handle, domain="").exists()
        or FormerHandle.objects.filter(handle=handle).exists()
        or bool(blocked_handles([handle]))
        or bool(buried([handle]))
    )


@transaction.atomic
def change_handle(*, identity: Identity, handle: str, now: datetime) -> None:
    """Be found under another handle; the one before leads there, and stays theirs.

    Going back to an earlier one of one's own is always possible. Raises Invalid for what is no
    handle, Conflict for one that somebody else has or had, TooMany for a new one too soon.
    """
    chosen = parse_handle(handle)
    held = Identity.objects.select_for_update().get(pk=identity.pk)
    if chosen == held.handle:
        return
    taken = Conflict(_("That handle is taken."), code="handle_taken", field="handle")
    came_back, _rows = held.former_handles.filter(handle=chosen).delete()
    if not came_back:
        if is_taken(chosen):
            raise taken
        _require_patience(held, now)
    FormerHandle.objects.create(identity=held, handle=held.handle.lower(), left_at=now)
    try:
        with transaction.atomic():
            Identity.objects.filter(pk=held.pk).update(handle=chosen)
    except IntegrityError:
        raise taken from None
    identity.handle = chosen
    record(ProfileChanged(identity_id=identity.pk), now=now)


def next_change_at(identity: Identity) -> datetime | None:
    """From when on they may choose a new handle; None if they never changed it. 1 query."""
    left = identity.former_handles.order_by("-left_at").values_list("left_at", flat=True).first()
    return None if left is None else left + CHANGE_EVERY


def _require_patience(identity: Identity, now: datetime) -> None:
    from_when = next_change_at(identity)
    if from_when is not None and now < from_when:
        raise TooMany(
            _("A new handle can be chosen once in %(days)d days.") % {"days": CHANGE_EVERY.days},
            retry_after=int((from_when - now).total_seconds()) + 1,
            code="handle_soon",
            field="handle",
        )


def free_handles(names: Sequence[str], *, also_taken: Iterable[str] = ()) -> list[str]:
    """One free local handle per name, in order, all different.

    4 queries for a hundred names or fewer, 3 more per further hundred, 3 and 1 more a try for
    numbered variants.
    """
    wanted = [handle_from(name) for name in names]
    taken = _stored(set(wanted)) | set(also_taken) | RESERVED | _refused(wanted)
    result: list[str] = []
    for base in wanted:
        handle = base if base not in taken else _numbered(base, taken)
        taken.add(handle)
        result.append(handle)
    return result


def _refused(handles: Sequence[str]) -> set[str]:
    """Those on the block list; of whole data sets that are imported, nobody asks."""
    return blocked_handles(handles) if len(handles) <= 100 else set()


def _numbered(base: str, taken: set[str]) -> str:
    number, known = 2, False
    while True:
        handle = f"{base[: MAX_HANDLE - len(str(number))]}{number}"
        if handle not in taken:
            if known and not buried([handle]):
                return handle
            if known:
                taken.add(handle)
                continue
            taken |= _stored_with_prefix(base[: MAX_HANDLE - 6])
            known = True
        else:
            number += 1


def _stored(handles: set[str]) -> set[str]:
    ordered = sorted(handles)
    found: set[str] = set()
    for start in range(0, len(ordered), 100):
        found |= _given(folded__in=ordered[start : start + 100])
        found |= buried(ordered[start : start + 100])
    return found


def _stored_with_prefix(prefix: str) -> set[str]:
    return _given(folded__startswith=prefix)


def _given(**condition: object) -> set[str]:
    """Local handles, in lower case, that are or were somebody's. 2 queries."""
    now = Identity.objects.filter(domain="").annotate(folded=Lower("handle"))
    before = FormerHandle.objects.annotate(folded=Lower("handle"))
    return {
        handle
        for rows in (now, before)
        for handle in rows.filter(**condition).values_list("folded", flat=True)
    }
