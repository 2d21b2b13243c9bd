"""Which handler hears which event: the one place to look."""

from __future__ import annotations


def wire() -> None:
    """Subscribe every handler. Called once per process, when the apps are loaded."""
    from kring.core.events import subscribe
    from kring.feed import handlers as feed

    subscribe(feed.LOGGED_EVENTS, "feed.log_act", feed.log_act)
