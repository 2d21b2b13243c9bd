"""Take one's words back, and change one's mind about that."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import NotAllowed, NotFound
from kring.core.events import record
from kring.core.ids import MAX_ID
from kring.members.models import Identity
from kring.posts import policy
from kring.posts.events import PostDeleted, PostRestored
from kring.posts.models import Mention, Post, PostTopic, PostVersion, RecentDeletion
from kring.posts.services.access import gone, lock, visible_post
from kring.posts.services.images import remove_images

EVERY = timedelta(seconds=30)
_PORTION = 200
EMPTY = {
    "text": "",
    "html": "",
    "words": 0,
    "link_url": "",
    "link_title": "",
    "image_missing": "",
    "image_alt": "",
    "image_count": 0,
    "link_preview": None,
}


@transaction.atomic
def delete(*, by: Identity, post_id: int, now: datetime) -> None:
    """Take a post out of everybody's sight, at once; its words follow after `UNDO_WITHIN`.

    Comments stay under it; reposts of it disappear with it. Raises NotFound for a post one may
    not see or that was deleted before, NotAllowed for somebody else's.
    """
    post = visible_post(by, post_id)
    if post.author_id != by.pk:
        raise NotAllowed(_("Only its author may delete a post."))
    if not Post.objects.filter(pk=post.pk, deleted_at=None).update(deleted_at=now):
        return
    RecentDeletion.objects.create(post=post, deleted_at=now)
    record(PostDeleted(post_id=post.pk, author_id=post.author_id), now=now)


@transaction.atomic
def undo_delete(*, by: Identity, post_id: int, now: datetime) -> Post:
    """Bring back a post that one deleted less than `UNDO_WITHIN` ago, as it was.

    Raises NotFound for anything but a deleted post of one's own, and when its words are gone.
    """
    lock(by)
    possible = 0 < post_id <= MAX_ID
    post = (
        Post.objects.select_for_update(of=("self",))
        .filter(pk=post_id, author_id=by.pk, deleted_at__isnull=False)
        .first()
        if possible
        else None
    )
    if post is None:
        raise gone()
    recent = RecentDeletion.objects.filter(post=post, deleted_at__gt=now - policy.UNDO_WITHIN)
    if not recent.delete()[0]:
        raise NotFound(
            _("That was too long ago: the words are gone, and cannot be brought back."),
            code="too_late",
        )
    post.deleted_at = None
    post.save(update_fields=["deleted_at"])
    record(PostRestored(post_id=post.pk, author_id=post.author_id), now=now)
    return post


def wipe_deleted(now: datetime) -> int:
    """Leave a tombstone of what was deleted long enough ago; returns how many posts.

    No words, link, picture, mention, topic or earlier version stays.
    """
    due = RecentDeletion.objects.filter(deleted_at__lte=now - policy.UNDO_WITHIN)
    ids = list(due.values_list("post_id", flat=True)[:_PORTION])
    return sum(_wipe(post_id) for post_id in ids)


@transaction.atomic
def _wipe(post_id: int) -> bool:
    # Whoever takes the row away decides: this, or its author who changes their mind.
    if not RecentDeletion.objects.filter(post_id=post_id).delete()[0]:
        return False
    Post.objects.filter(pk=post_id).update(**EMPTY)
    for words in (Mention, PostTopic, PostVersion):
        words._default_manager.filter(post_id=post_id).delete()
    remove_images(post_id)
    return True
