"""Which handler hears which event, what runs by the clock, by which numbers: one place to look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta


def wire() -> None:
    """Subscribe every handler and task, and take the community's policy.

    Called once per process, when the apps are loaded.
    """
    from django.conf import settings

    from kring.archive.events import DataImported
    from kring.core import events
    from kring.feed import attention, expiry, partitions, served_reasons, snapshot_job, text_jobs
    from kring.feed import handlers as feed
    from kring.feed.policy import choose_file
    from kring.jobs import deliveries, retention, schedule
    from kring.media import previews
    from kring.media import services as media
    from kring.members import former
    from kring.members.events import IdentityDeleted
    from kring.posts import media_jobs, publishing
    from kring.posts.services.delete import EVERY as WIPE_EVERY
    from kring.posts.services.delete import wipe_deleted
    from kring.search import handlers as search
    from kring.search import indexing
    from kring.web import devices, unconfirmed

    choose_file(settings.ENV.policy)
    events.subscribe(feed.LOGGED_EVENTS, "feed.log_act", feed.log_act)
    events.subscribe([IdentityDeleted], "feed.forget", feed.forget)
    events.subscribe(text_jobs.ANALYSED_EVENTS, "feed.analyse_text", text_jobs.hear_post)
    events.subscribe(text_jobs.FORGOTTEN_EVENTS, "feed.forget_text", text_jobs.hear_end)
    events.subscribe([DataImported], "feed.walk_texts", text_jobs.hear_import)
    events.subscribe(search.INDEXED_EVENTS, search.INDEX, search.hear_change)
    events.subscribe([DataImported], "search.read_all", search.hear_import)
    schedule.register("search.catch_up", indexing.EVERY, indexing.catch_up)
    events.subscribe(media_jobs.LINKED_EVENTS, "posts.link", media_jobs.hear_post)
    events.subscribe([IdentityDeleted], "posts.remove_images", media_jobs.hear_end)
    schedule.register("posts.publish_due", publishing.EVERY, publishing.publish_due)
    schedule.register("posts.forget_cancelled", timedelta(minutes=1), publishing.forget_cancelled)
    schedule.register("posts.wipe_deleted", WIPE_EVERY, wipe_deleted)
    schedule.register("members.wipe_former", former.EVERY, former.wipe_former)
    _moderation()
    schedule.register("media.previews", previews.EVERY, previews.fetcher.start)
    schedule.register("feed.texts", text_jobs.EVERY, text_jobs.run)
    schedule.register("feed.topics", timedelta(hours=1), text_jobs.refresh)
    schedule.register("feed.snapshot", snapshot_job.EVERY, snapshot_job.writer.start)
    schedule.register("jobs.pull_back", timedelta(minutes=1), deliveries.pull_back)
    for name, trim in (
        ("feed.attention", attention.trim),
        ("feed.reasons", served_reasons.trim),
        ("feed.partitions", partitions.make_ready),
        ("web.sessions", devices.forget_ended),
        ("feed.expire", expiry.expire),
        ("jobs.trim", retention.trim),
        ("web.unconfirmed", unconfirmed.trim),
    ):
        schedule.register(name, timedelta(hours=6), trim)
    _wire_own_data()
    for name, tidy in (
        ("media.forget_previews", previews.clean_up),
        ("media.clean_up", media.clean_up),
        ("core.trim_events", events.trim),
    ):
        schedule.register(name, timedelta(hours=1), tidy)
    _wire_desk()


def _wire_own_data() -> None:
    """Copies of one's data, and being erased."""
    from kring.archive.erasure import requests as erasure
    from kring.archive.events import ErasureAsked, ExportReady
    from kring.archive.export import requests as exports
    from kring.core import events
    from kring.jobs import schedule
    from kring.web import data_mail

    events.subscribe([ExportReady], "web.tell_export", data_mail.hear_export)
    events.subscribe([ErasureAsked], "web.tell_erasure", data_mail.hear_erasure)
    schedule.register("archive.erase_due", erasure.EVERY, erasure.erase_due)
    schedule.register("archive.exports", exports.EVERY, exports.maker.start)
    schedule.register("archive.clean_up", timedelta(hours=1), exports.clean_up)


def after_restore() -> list[Callable[[datetime, datetime], object]]:
    """What a restored database needs before anybody is served by it, in this order.

    Each is called with the moment the database is of, and now. It runs after all migrations, in a
    process that serves nobody, and may be called again: whoever erases people does here again what
    was erased since that moment.
    """
    from kring.archive.erasure import requests as erasure
    from kring.project.restored import forget_shared_state
    from kring.web.devices import end_all

    return [forget_shared_state, end_all, erasure.after_restore]


def _moderation() -> None:
    from kring.core import events
    from kring.jobs import schedule
    from kring.moderation import policy, services, tasks
    from kring.web import decision_mail

    events.subscribe(decision_mail.MAILED_EVENTS, "web.tell_decision", decision_mail.hear_decision)
    schedule.register("moderation.expire", policy.EVERY, services.expire)
    schedule.register("moderation.wipe_evidence", timedelta(hours=1), tasks.wipe_evidence)


def _wire_desk() -> None:
    from kring.desk import joining, links
    from kring.jobs import schedule
    from kring.mail import queue, sending

    schedule.register("mail.send", sending.EVERY, sending.sender.start)
    schedule.register("mail.trim", timedelta(hours=6), queue.trim)
    schedule.register("desk.settle", joining.SETTLE_EVERY, joining.settle)
    schedule.register("desk.forget_links", timedelta(hours=6), links.forget_links)
