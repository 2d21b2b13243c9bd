"""More of an author and of the topics of one of their posts: an act like any other."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core import events
from kring.core.errors import Invalid
from kring.core.ids import MAX_ID
from kring.feed.events import MoreLikeThisAsked, MoreLikeThisUndone
from kring.feed.models import MoreLikeThis
from kring.feed.services.limits import WISHES, room_for_one_more
from kring.members.models import Identity
from kring.posts.models import Post
from kring.posts.services.access import lock, visible_post


@transaction.atomic
def more(*, by: Identity, post_id: int, now: datetime) -> None:
    """Show more of this author and these topics; of a repost, of the original.

    Raises NotFound, Invalid for one's own post, and Conflict when one asked as often as one may.
    """
    lock(by)
    post = visible_post(by, post_id)
    subject = post.origin or post
    if MoreLikeThis.objects.filter(by=by, post_id=subject.pk).exists():
        return
    if subject.author_id == by.pk:
        raise Invalid(_("This is your own post; your feed is for what others write."))
    room_for_one_more(MoreLikeThis.objects.filter(by=by), WISHES)
    MoreLikeThis.objects.create(by=by, post_id=subject.pk, author_id=subject.author_id, since=now)
    events.record(
        MoreLikeThisAsked(post_id=subject.pk, by=by.pk, author_id=subject.author_id), now=now
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
