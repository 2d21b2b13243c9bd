"""Steering: what a reader tells the feed. Nobody else is told; everything can be undone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core import events
from kring.core.errors import NotFound
from kring.core.ids import MAX_ID
from kring.feed.events import (
    LessLikeThisAsked,
    LessLikeThisUndone,
    PostHidden,
    PostUnhidden,
)
from kring.feed.models import Hidden, LessLikeThis
from kring.members.models import Identity
from kring.posts.models import Post
from kring.posts.visibility import may_see


def _seen_by(by: Identity, post_id: int) -> Post:
    post = Post.objects.select_related("author", "origin__author").filter(pk=post_id).first()
    if post is None or not may_see(by.pk, post):
        raise NotFound(_("This post is not there, or not for you."))
    return post


@transaction.atomic
def hide(*, by: Identity, post_id: int, now: datetime) -> None:
    """Keep this post out of one's feed and timelines; a second time changes nothing."""
    post = _seen_by(by, post_id)
    _hidden, fresh = Hidden.objects.get_or_create(by=by, post_id=post.pk, defaults={"since": now})
    if fresh:
        events.record(PostHidden(post_id=post.pk, by=by.pk, author_id=post.author_id), now=now)


@transaction.atomic
def unhide(*, by: Identity, post_id: int, now: datetime) -> None:
    """Undo `hide`; works for a post that has become invisible since."""
    if Hidden.objects.filter(by=by, post_id=post_id).delete()[0]:
        author_id = Post.objects.values_list("author_id", flat=True).get(pk=post_id)
        events.record(PostUnhidden(post_id=post_id, by=by.pk, author_id=author_id), now=now)


@transaction.atomic
def less(*, by: Identity, post_id: int, now: datetime) -> None:
    """Show less of this author, on this post's topics; of a repost, of the original."""
    post = _seen_by(by, post_id)
    subject = post.origin or post
    _record, fresh = LessLikeThis.objects.get_or_create(
        by=by, post_id=subject.pk, defaults={"author_id": subject.author_id, "since": now}
    )
    if fresh:
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
