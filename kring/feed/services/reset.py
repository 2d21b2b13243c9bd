"""Take back everything one told the feed, at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from kring.core.errors import NotFound
from kring.feed.models import Hidden, LessLikeThis, MoreLikeThis, TopicMute, TopicWish
from kring.feed.queries import AS_LEARNED
from kring.feed.services.hide import unhide
from kring.feed.services.prefer import reset_preferences
from kring.feed.services.take_back import undo_less, undo_more
from kring.feed.services.topics import set_interests
from kring.members.models import Identity
from kring.network.models import Mute
from kring.network.services import unmute
from kring.posts.models import ThreadMute
from kring.posts.services import unmute_thread

# Each taking back is an event of its own, so that every process hears of it.
AT_ONCE = 300


@transaction.atomic
def reset_everything(*, by: Identity, now: datetime) -> bool:
    """Undo hides, wishes, mutes, interests set by hand and preferences; blocks stay.

    At most `AT_ONCE` of each kind; False when some are left for another time.
    """
    reset_preferences(by=by, now=now)
    topics = {
        topic_id
        for rows in (TopicMute.objects.filter(by=by), TopicWish.objects.filter(by=by))
        for topic_id in rows.values_list("topic_id", flat=True)[:AT_ONCE]
    }
    for some in _parts(sorted(topics), AT_ONCE):
        set_interests(by=by, choices=dict.fromkeys(some, AS_LEARNED), now=now)
    whole = True
    undone: tuple[tuple[Callable[..., None], QuerySet[Any, int]], ...] = (
        (unhide, Hidden.objects.filter(by=by).values_list("post_id", flat=True)),
        (undo_less, LessLikeThis.objects.filter(by=by).values_list("post_id", flat=True)),
        (undo_more, MoreLikeThis.objects.filter(by=by).values_list("post_id", flat=True)),
        (_hear, ThreadMute.objects.filter(by=by).values_list("thread_id", flat=True)),
    )
    for undo, told in undone:
        post_ids = list(told[: AT_ONCE + 1])
        whole &= len(post_ids) <= AT_ONCE
        for post_id in post_ids[:AT_ONCE]:
            undo(by=by, post_id=post_id, now=now)
    muted = list(Mute.objects.filter(muter=by).select_related("muted")[: AT_ONCE + 1])
    for mute in muted[:AT_ONCE]:
        unmute(muter=by, muted=mute.muted, now=now)
    return whole and len(muted) <= AT_ONCE


def _hear(*, by: Identity, post_id: int, now: datetime) -> None:
    try:
        unmute_thread(by=by, post_id=post_id, now=now)
    except NotFound:
        # A conversation one can no longer see needs no mute; there is nothing to bring back.
        ThreadMute.objects.filter(by=by, thread_id=post_id).delete()


def _parts(ids: list[int], most: int) -> Iterable[list[int]]:
    return (ids[at : at + most] for at in range(0, len(ids), most))
