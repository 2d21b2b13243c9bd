"""What the latest events named, so that whatever is kept for a moment knows whether it still holds.

An event names rows by their ids: who acted, whose post it was, who is blocked. Something that was
made of certain people and posts holds for as long as no event names one of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import chain

import msgspec
import numpy as np

from kring.core.events import Event
from kring.feed.world.columns import Ints

KEPT = 4_096


class News:
    """The ids that the last events named. position: how many events were taken in so far.

    quiet: kinds of event after which everything holds
    """

    def __init__(self, quiet: tuple[type[Event], ...] = ()) -> None:
        self.position = 0
        self._quiet = quiet
        self._named: deque[tuple[int, ...]] = deque(maxlen=KEPT)
        self._whole_from = 0

    def take(self, event: Event, also: Iterable[int] = ()) -> None:
        """also: ids that it names by what it tells of, as a post does whom it mentions"""
        if not isinstance(event, self._quiet):
            self.position += 1
            named = (v for v in msgspec.structs.astuple(event) if type(v) is int)
            self._named.append((*named, *also))

    def start_again(self) -> None:
        """Everything may have changed: nothing made before holds any more."""
        self.position += 1
        self._whole_from = self.position
        self._named.clear()

    def since(self, position: int) -> Ints | None:
        """The ids named after that position, in any order; None when that is too long ago."""
        behind = self.position - position
        if position < self._whole_from or behind > len(self._named):
            return None
        latest = [self._named[-at] for at in range(1, behind + 1)]
        return np.fromiter(chain.from_iterable(latest), dtype=np.int64)
