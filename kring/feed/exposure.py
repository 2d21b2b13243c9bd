"""What counts as seen and as read, in numbers. Pure.

Served, seen and read are three things: served is what we sent, seen is what was on the screen long
enough to be looked at, read is what somebody stayed with for as long as the text asks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from kring.feed.policy import Attention


def chances_seen(places: int, numbers: Attention) -> tuple[float, ...]:
    """η: the probability that each place of a page was seen, where the page cannot tell.

    Returns one number in [0, 1] per place, the first place first.
    """
    return tuple(
        numbers.eta[bisect_right(numbers.eta_from, place) - 1] for place in range(1, places + 1)
    )


def read_after_ms(words: int, numbers: Attention) -> int:
    """How long somebody must stay with a text of so many words to have read it, in milliseconds.

    The larger of a least time and a share of what reading every word takes (FEED.md: 3 s, and 0.4
    of the words at 4 a second).
    """
    seconds = max(numbers.read_seconds, numbers.read_share * words / numbers.words_per_second)
    return round(seconds * 1000)


def added_up(pages: Sequence[dict[int, int]], post_ids: Sequence[int]) -> dict[int, int]:
    """Milliseconds spent on each of these posts over several pages."""
    return {post_id: sum(page.get(post_id, 0) for page in pages) for post_id in post_ids}
