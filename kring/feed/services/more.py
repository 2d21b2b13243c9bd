"""More of an author and of the topics of one of their posts: an act like any other."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core import events
from kring.core.errors import Invalid
from kring.feed.events import MoreLikeThisAsked
from kring.feed.models import MoreLikeThis
from kring.feed.services.limits import WISHES, room_for_one_more
from kring.feed.services.take_back import undo_less
from kring.members.models import Identity
from kring.posts.services.access import lock, visible_post


@transaction.atomic
def more(*, by: Identity, post_id: int, now: datetime) -> None:
    """Show more of this author and these topics; of a repost, of the original.

    The last word holds: less, asked of the same post before, is taken back.

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
    undo_less(by=by, post_id=subject.pk, now=now)
    MoreLikeThis.objects.create(by=by, post_id=subject.pk, author_id=subject.author_id, since=now)
    events.record(
        MoreLikeThisAsked(post_id=subject.pk, by=by.pk, author_id=subject.author_id), now=now
    )
