"""Keep a post for later. Nobody else is told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kring.core.dating import id_at
from kring.core.events import record
from kring.members.models import Identity
from kring.posts.events import Bookmarked, Unbookmarked
from kring.posts.models import Bookmark
from kring.posts.services.access import lock, visible_post


@transaction.atomic
def bookmark(*, by: Identity, post_id: int, now: datetime) -> None:
    """Keep a post; a second time changes nothing. Raises NotFound for one that one may not see."""
    lock(by)
    post = visible_post(by, post_id)
    if Bookmark.objects.filter(by=by, post=post).exists():
        return
    Bookmark.objects.create(id=id_at(now, Bookmark), by=by, post=post, created_at=now)
    record(Bookmarked(post_id=post.pk, by=by.pk, author_id=post.author_id), now=now)


@transaction.atomic
def unbookmark(*, by: Identity, post_id: int, now: datetime) -> None:
    """Let a kept post go, if it was kept. Raises NotFound for one that one may not see."""
    post = visible_post(by, post_id)
    if Bookmark.objects.filter(by=by, post=post).delete()[0]:
        record(Unbookmarked(post_id=post.pk, by=by.pk, author_id=post.author_id), now=now)
