"""Take one's words back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import NotAllowed
from kring.core.events import record
from kring.members.models import Identity
from kring.posts.events import PostDeleted
from kring.posts.models import Mention, Post, PostTopic, PostVersion
from kring.posts.services.access import visible_post

_EMPTY = {
    "text": "",
    "html": "",
    "words": 0,
    "link_url": "",
    "link_title": "",
    "image_missing": "",
    "image_alt": "",
}


@transaction.atomic
def delete(*, by: Identity, post_id: int, now: datetime) -> None:
    """Leave a tombstone: no words, link, picture, mention, topic or earlier version stays.

    Comments stay under it; reposts of it disappear with it. Raises NotFound for a post one may
    not see or that was deleted before, NotAllowed for somebody else's.
    """
    post = visible_post(by, post_id)
    if post.author_id != by.pk:
        raise NotAllowed(_("Only its author may delete a post."))
    if not Post.objects.filter(pk=post.pk, deleted_at=None).update(deleted_at=now, **_EMPTY):
        return
    for words in (Mention, PostTopic, PostVersion):
        words._default_manager.filter(post_id=post.pk).delete()
    record(PostDeleted(post_id=post.pk, author_id=post.author_id), now=now)
