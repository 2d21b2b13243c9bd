"""Keyset paging: pages stay stable while new rows arrive, and page 1,000 costs what page 1 does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from kring.core.errors import Invalid
from kring.core.ids import MAX_ID

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`items` in order, and the cursor of the next page (None when this is the last)."""

    items: Sequence[T]
    next_before: int | None


def possible_id(text: str) -> int:
    """An id from what somebody sent; 0 for anything that cannot be one."""
    # The length first: int() refuses thousands of digits with an error of its own.
    digits = len(text) < 20 and text.isascii() and text.isdigit()
    return int(text) if digits and int(text) <= MAX_ID else 0


def parse_cursor(text: str | None) -> int | None:
    """A cursor from a URL; raises Invalid for anything that is not a possible id."""
    if text is None or text == "":
        return None
    if possible_id(text) == 0:
        raise Invalid("That page link is damaged. Start again from the first page.", code="cursor")
    return int(text)


def page_of(rows: Sequence[T], *, limit: int, key: Callable[[T], int]) -> Page[T]:
    """Cut `limit + 1` fetched rows into a page; the extra row only tells that there is more."""
    items = rows[:limit]
    return Page(items=items, next_before=key(items[-1]) if len(rows) > limit else None)
