"""Less of an author, on the topics of one of their posts; recovers by itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kring.core import events
from kring.feed.events import LessLikeThisAsked
from kring.feed.models import LessLikeThis
from kring.feed.services.limits import WISHES, room_for_one_more
from kring.feed.services.take_back import undo_more
from kring.members.models import Identity
from kring.posts.services.access import lock, visible_post


@transaction.atomic
def less(*, by: Identity, post_id: int, now: datetime) -> None:
    """Show less of this author; of a repost, of the original's.

    The last word holds: more, asked of the same post before, is taken back.

    Raises NotFound, and Conflict when one asked as often as one may.
    """
    lock(by)
    post = visible_post(by, post_id)
    subject = post.origin or post
    if LessLikeThis.objects.filter(by=by, post_id=subject.pk).exists():
        return
    room_for_one_more(LessLikeThis.objects.filter(by=by), WISHES)
    undo_more(by=by, post_id=subject.pk, now=now)
    LessLikeThis.objects.create(by=by, post_id=subject.pk, author_id=subject.author_id, since=now)
    events.record(
        LessLikeThisAsked(post_id=subject.pk, by=by.pk, author_id=subject.author_id), now=now
    )
