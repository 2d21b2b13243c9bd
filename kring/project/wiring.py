"""Which handler hears which event, what runs by the clock, by which numbers: one place to look."""

from __future__ import annotations

from datetime import timedelta


def wire() -> None:
    """Subscribe every handler and task, and take the community's policy.

    Called once per process, when the apps are loaded.
    """
    from django.conf import settings

    from kring.archive.events import DataImported
    from kring.core import events
    from kring.feed import attention, partitions, snapshot_job, text_jobs
    from kring.feed import handlers as feed
    from kring.feed.policy import choose_file
    from kring.jobs import schedule
    from kring.members.events import IdentityDeleted

    choose_file(settings.ENV.policy)
    events.subscribe(feed.LOGGED_EVENTS, "feed.log_act", feed.log_act)
    events.subscribe([IdentityDeleted], "feed.forget", feed.forget)
    events.subscribe(text_jobs.ANALYSED_EVENTS, "feed.analyse_text", text_jobs.hear_post)
    events.subscribe(text_jobs.FORGOTTEN_EVENTS, "feed.forget_text", text_jobs.hear_end)
    events.subscribe([DataImported], "feed.walk_texts", text_jobs.hear_import)
    schedule.register("feed.texts", text_jobs.EVERY, text_jobs.run)
    schedule.register("feed.topics", timedelta(hours=1), text_jobs.refresh)
    schedule.register("feed.attention", timedelta(hours=6), attention.trim)
    schedule.register("feed.partitions", timedelta(hours=6), partitions.make_ready)
    schedule.register("feed.snapshot", snapshot_job.EVERY, snapshot_job.writer.start)
    schedule.register("core.trim_events", timedelta(hours=1), events.trim)
