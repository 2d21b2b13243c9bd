"""End a conversation under one's own post, and open it again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import Invalid, NotAllowed
from kring.core.events import record
from kring.members.models import Identity
from kring.posts.events import CommentsClosed, CommentsOpened
from kring.posts.models import Post
from kring.posts.services.access import lock, visible_post


@transaction.atomic
def close_comments(*, by: Identity, post_id: int, now: datetime) -> Post:
    """Let nobody answer in this thread any more; what was said stays. Twice is once.

    Raises NotFound for a post one may not see, NotAllowed for somebody else's, Invalid for a
    comment.
    """
    post = _own_top(by, post_id)
    if Post.objects.filter(pk=post.pk, comments_closed_at=None).update(comments_closed_at=now):
        record(CommentsClosed(thread_id=post.pk, by=by.pk), now=now)
    return post


@transaction.atomic
def open_comments(*, by: Identity, post_id: int, now: datetime) -> Post:
    """Let people answer again. Raises as `close_comments`."""
    post = _own_top(by, post_id)
    closed = Post.objects.filter(pk=post.pk, comments_closed_at__isnull=False)
    if closed.update(comments_closed_at=None):
        record(CommentsOpened(thread_id=post.pk, by=by.pk), now=now)
    return post


def _own_top(by: Identity, post_id: int) -> Post:
    lock(by)
    post = visible_post(by, post_id)
    if post.author_id != by.pk:
        raise NotAllowed(_("Only its author closes the comments of a post."))
    if post.is_comment:
        raise Invalid(_("Comments are closed for a whole post."), code="comment")
    return post
