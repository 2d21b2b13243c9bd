"""One point in time for everything a fetch does."""

import time

from kring.core.http.errors import TooSlow


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, always more than zero. Raises TooSlow when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TooSlow("out of time")
        return left
