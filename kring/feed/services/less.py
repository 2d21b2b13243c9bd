"""Less of an author, on the topics of one of their posts; recovers by itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kring.core import events
from kring.core.ids import MAX_ID
from kring.feed.events import LessLikeThisAsked, LessLikeThisUndone
from kring.feed.models import LessLikeThis
from kring.feed.services.limits import WISHES, room_for_one_more
from kring.members.models import Identity
from kring.posts.models import Post
from kring.posts.services.access import lock, visible_post


@transaction.atomic
def less(*, by: Identity, post_id: int, now: datetime) -> None:
    """Show less of this author, on this post's topics; of a repost, of the original.

    Raises NotFound, and Conflict when one asked as often as one may.
    """
    lock(by)
    post = visible_post(by, post_id)
    subject = post.origin or post
    if LessLikeThis.objects.filter(by=by, post_id=subject.pk).exists():
        return
    room_for_one_more(LessLikeThis.objects.filter(by=by), WISHES)
    LessLikeThis.objects.create(by=by, post_id=subject.pk, author_id=subject.author_id, since=now)
    events.record(
        LessLikeThisAsked(post_id=subject.pk, by=by.pk, author_id=subject.author_id), now=now
    )


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
