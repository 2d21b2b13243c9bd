"""Which handler hears which event, and what runs by the clock: the one place to look."""

from __future__ import annotations

from datetime import timedelta


def wire() -> None:
    """Subscribe every handler and task. Called once per process, when the apps are loaded."""
    from kring.core import events
    from kring.feed import handlers as feed
    from kring.feed import partitions
    from kring.jobs import schedule
    from kring.members.events import IdentityDeleted

    events.subscribe(feed.LOGGED_EVENTS, "feed.log_act", feed.log_act)
    events.subscribe([IdentityDeleted], "feed.forget", feed.forget)
    schedule.register("feed.partitions", timedelta(hours=6), partitions.make_ready)
    schedule.register("core.trim_events", timedelta(hours=1), events.trim)
