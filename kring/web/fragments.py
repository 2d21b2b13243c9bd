"""HTML that is the same for all readers but for a few places: made once, then filled in.

Kept by the stamp of the card it was made of (`posts/kept.py`), so it is never out of date: a card
that changed has another stamp. What is a reader's own stands in the places, and is never kept.
"""

from __future__ import annotations

import re
import secrets
import sys
from collections.abc import Callable, Hashable, Mapping

from django.utils.safestring import SafeString, mark_safe

from kring.core.lru import Lru
from kring.posts.cards import PostCard
from kring.web.words import spoken

FRAGMENTS, BYTES = 40_000, 64 << 20
# Nobody can write what marks a place: it is another one in each process.
_SECRET = secrets.token_hex(8)
_PLACE = re.compile(f"\x1a{_SECRET}([a-z_]+)\x1a")


def place(name: str) -> SafeString:
    """Where something comes to stand that differs from reader to reader, or with time."""
    return mark_safe(f"\x1a{_SECRET}{name}\x1a")


class Fragment:
    """HTML with places."""

    __slots__ = ("_names", "_parts", "size")

    def __init__(self, html: str) -> None:
        parts = _PLACE.split(html)
        self._parts, self._names = parts, parts[1::2]
        self.size = sum(map(sys.getsizeof, parts))

    def filled(self, words: Mapping[str, SafeString]) -> SafeString:
        """The HTML with what stands in its places; words that have no place are left out."""
        parts = self._parts.copy()
        parts[1::2] = [words[name] for name in self._names]
        return mark_safe("".join(parts))


_kept: Lru[Hashable, Fragment] = Lru(things=FRAGMENTS, bytes_=BYTES)


def fragment_of(card: PostCard, kind: Hashable, make: Callable[[], str]) -> Fragment:
    """The fragment of this kind that was made of the card in the reader's language.

    kind: everything `make` depends on besides what all readers of the card share
    """
    if not card.stamp:
        return Fragment(make())
    key = card.stamp, spoken(), kind
    kept = _kept.get(key)
    if kept is None:
        kept = Fragment(make())
        _kept.put(key, kept, size=kept.size)
    return kept
