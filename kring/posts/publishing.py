"""Publishing what was written for later, by the clock.

A post goes out in the transaction that takes it off the list, and the acts of one identity wait
for each other: of several workers one publishes it, and a worker that dies half-way published
nothing. What is due after a pause goes out at the next run, once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import translation

from kring.core.errors import KringError, NotFound, TooMany
from kring.posts import policy
from kring.posts.models import ScheduledPost
from kring.posts.services.access import lock
from kring.posts.services.schedule import forget_scheduled, publish_scheduled, waiting_post

EVERY = timedelta(seconds=5)
_PORTION = 100

log = structlog.get_logger(__name__)


def publish_due(now: datetime) -> int:
    """Publish what is due, the longest due first; returns how many posts.

    What cannot be published (the author is suspended, has left the group, …) waits for its author
    with the reason; what is over the hourly limit waits until there is room.
    """
    due = ScheduledPost.objects.filter(publish_at__lte=now, cancelled_at=None, refused="")
    rows = due.select_related("author__account").order_by("publish_at", "pk")[:_PORTION]
    return sum(_publish(row, now) for row in rows)


def forget_cancelled(now: datetime) -> int:
    """Drop what was taken back long enough ago; returns how many."""
    old = ScheduledPost.objects.filter(cancelled_at__lte=now - policy.UNDO_WITHIN)
    rows = list(old[:_PORTION])
    forget_scheduled(rows)
    return len(rows)


def _publish(row: ScheduledPost, now: datetime) -> bool:
    account = row.author.account
    language = (account.language if account else "") or settings.LANGUAGE_CODE
    with translation.override(language):
        try:
            with transaction.atomic():
                lock(row.author)
                standing = waiting_post(row.author, row.pk)
                if standing.publish_at > now or standing.refused:
                    return False  # changed since it was looked up
                publish_scheduled(author=row.author, scheduled_id=row.pk, now=now)
                return True
        except NotFound as error:
            if error.code == "scheduled":
                return False  # another worker published it, or its author took it back
            _put_off(row, error, now)
        except KringError as error:
            _put_off(row, error, now)
    return False


def _put_off(row: ScheduledPost, error: KringError, now: datetime) -> None:
    unchanged = ScheduledPost.objects.filter(pk=row.pk, publish_at=row.publish_at)
    if isinstance(error, TooMany):
        unchanged.update(publish_at=now + timedelta(seconds=error.retry_after + 1))
    else:
        unchanged.update(refused=error.message[:300])
    log.info("scheduled post put off", code=error.code)
