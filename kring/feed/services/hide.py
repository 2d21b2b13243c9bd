"""Keep one post out of one's feed and timelines."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kring.core import events
from kring.feed.events import PostHidden, PostUnhidden
from kring.feed.models import Hidden
from kring.feed.services.limits import HIDDEN, room_for_one_more
from kring.members.models import Identity
from kring.posts.models import Post
from kring.posts.services.access import lock, visible_post


@transaction.atomic
def hide(*, by: Identity, post_id: int, now: datetime) -> None:
    """Keep this post out of one's feed and timelines; a second time changes nothing.

    Raises NotFound, and Conflict when one hid as many as there may be.
    """
    lock(by)
    post = visible_post(by, post_id)
    if Hidden.objects.filter(by=by, post_id=post.pk).exists():
        return
    room_for_one_more(Hidden.objects.filter(by=by), HIDDEN)
    Hidden.objects.create(by=by, post_id=post.pk, since=now)
    events.record(PostHidden(post_id=post.pk, by=by.pk, author_id=post.author_id), now=now)


@transaction.atomic
def unhide(*, by: Identity, post_id: int, now: datetime) -> None:
    """Undo `hide`; works for a post that has become invisible since."""
    if Hidden.objects.filter(by=by, post_id=post_id).delete()[0]:
        author_id = Post.objects.values_list("author_id", flat=True).get(pk=post_id)
        events.record(PostUnhidden(post_id=post_id, by=by.pk, author_id=author_id), now=now)
