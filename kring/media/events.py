"""What becomes known of linked pages."""

from __future__ import annotations

from kring.core.events import Event


class PreviewFetched(Event, frozen=True, kw_only=True):
    """A linked page was asked what it says of itself, for all posts that link to it."""

    preview_id: int
