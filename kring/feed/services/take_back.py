"""Taking back what one asked more or less of."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kring.core import events
from kring.core.ids import MAX_ID
from kring.feed.events import LessLikeThisUndone, MoreLikeThisUndone
from kring.feed.models import LessLikeThis, MoreLikeThis
from kring.members.models import Identity
from kring.posts.models import Post


@transaction.atomic
def undo_less(*, by: Identity, post_id: int, now: datetime) -> None:
    """Undo `less`, given the post it was asked on or the original behind it."""
    if not 0 < post_id <= MAX_ID:
        return
    origin = Post.objects.filter(pk=post_id).values_list("origin_id", flat=True).first()
    record = LessLikeThis.objects.filter(by=by, post_id__in=[post_id, origin or post_id]).first()
    if record is not None:
        record.delete()
        events.record(
            LessLikeThisUndone(post_id=record.post_id, by=by.pk, author_id=record.author_id),
            now=now,
        )


@transaction.atomic
def undo_more(*, by: Identity, post_id: int, now: datetime) -> None:
    """Undo `more`, given the post it was asked on or the original behind it."""
    if not 0 < post_id <= MAX_ID:
        return
    origin = Post.objects.filter(pk=post_id).values_list("origin_id", flat=True).first()
    record = MoreLikeThis.objects.filter(by=by, post_id__in=[post_id, origin or post_id]).first()
    if record is not None:
        record.delete()
        events.record(
            MoreLikeThisUndone(post_id=record.post_id, by=by.pk, author_id=record.author_id),
            now=now,
        )
