"""What moderators do to posts: take down, put back, narrow and widen whom they are for.

Who may, and why, is said in `kring.moderation`; nothing here asks. A post that was taken down
keeps its words out of everybody's sight, so that an appeal can bring it back.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import Conflict, Invalid
from kring.core.events import record
from kring.posts.events import AudienceChanged, PostDeleted, PostRestored
from kring.posts.models import Audience, Post, RecentDeletion

# A narrower audience than connections cannot be narrowed by showing it to connections.
WIDE = (Audience.PUBLIC, Audience.UNLISTED, Audience.MEMBERS)


@transaction.atomic
def take_down(*, post: Post, now: datetime) -> None:
    """Take a post or comment out of everybody's sight. Raises Conflict when it is gone already."""
    if not Post.objects.filter(pk=post.pk, deleted_at=None).update(deleted_at=now):
        raise Conflict(_("Its author has deleted this already."), code="gone")
    record(PostDeleted(post_id=post.pk, author_id=post.author_id), now=now)


@transaction.atomic
def put_back(*, post: Post, now: datetime) -> None:
    """Bring back what was taken down, unless its words are gone."""
    down = Post.objects.filter(pk=post.pk, deleted_at__isnull=False)
    down = down.exclude(recent_deletion__isnull=False)
    if down.exclude(text="", origin=None).update(deleted_at=None):
        record(PostRestored(post_id=post.pk, author_id=post.author_id), now=now)


@transaction.atomic
def let_go(*, post_id: int, now: datetime) -> None:
    """Let the words of what was taken down be wiped: nobody can bring it back any more."""
    if Post.objects.filter(pk=post_id, deleted_at__isnull=False).exists():
        RecentDeletion.objects.get_or_create(post_id=post_id, defaults={"deleted_at": now})


@transaction.atomic
def narrow(*, post: Post, now: datetime) -> str:
    """Show a post to its author's connections alone; returns the audience it had.

    Reposts of it and the talk under it follow. Raises Invalid for a comment, and for a post that is
    for as few already.
    """
    row = Post.objects.select_for_update().get(pk=post.pk)
    if row.is_comment or row.audience not in WIDE:
        raise Invalid(_("This is shown to so few already. It cannot be limited further."))
    Post.objects.filter(pk=row.pk).update(audience=Audience.CONNECTIONS)
    record(AudienceChanged(post_id=row.pk, author_id=row.author_id), now=now)
    return row.audience


@transaction.atomic
def widen(*, post: Post, audience: str, now: datetime) -> None:
    """Give a narrowed post back the audience it had."""
    narrowed = Post.objects.filter(pk=post.pk, audience=Audience.CONNECTIONS)
    if narrowed.update(audience=audience):
        record(AudienceChanged(post_id=post.pk, author_id=post.author_id), now=now)
