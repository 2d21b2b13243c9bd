"""Keep one conversation out of one's timelines. Nobody else is told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kring.core.events import record
from kring.members.models import Identity
from kring.posts.events import ThreadMuted, ThreadUnmuted
from kring.posts.models import ThreadMute
from kring.posts.services.access import lock, visible_post


@transaction.atomic
def mute_thread(*, by: Identity, post_id: int, now: datetime) -> None:
    """Mute the thread this post or comment stands in; a second time changes nothing.

    Raises NotFound for a post one may not see.
    """
    lock(by)
    thread_id = visible_post(by, post_id).thread_id
    _mute, made = ThreadMute.objects.get_or_create(
        by=by, thread_id=thread_id, defaults={"since": now}
    )
    if made:
        record(ThreadMuted(thread_id=thread_id, by=by.pk), now=now)


@transaction.atomic
def unmute_thread(*, by: Identity, post_id: int, now: datetime) -> None:
    """Hear this thread again. Raises NotFound for a post one may not see."""
    thread_id = visible_post(by, post_id).thread_id
    if ThreadMute.objects.filter(by=by, thread_id=thread_id).delete()[0]:
        record(ThreadUnmuted(thread_id=thread_id, by=by.pk), now=now)
