"""Which handler hears which event, and what runs by the clock: the one place to look."""

from __future__ import annotations

from datetime import timedelta


def wire() -> None:
    """Subscribe every handler and task. Called once per process, when the apps are loaded."""
    from kring.core.events import subscribe
    from kring.feed import handlers as feed
    from kring.feed import partitions
    from kring.jobs import schedule

    subscribe(feed.LOGGED_EVENTS, "feed.log_act", feed.log_act)
    schedule.register("feed.partitions", timedelta(hours=6), partitions.make_ready)
