"""Answer a post or a comment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import Conflict
from kring.core.events import record
from kring.members.models import Identity
from kring.posts import policy
from kring.posts.events import Commented
from kring.posts.models import Post
from kring.posts.services.access import lock, visible_post
from kring.posts.services.draft import Draft
from kring.posts.services.limits import require_room
from kring.posts.services.newcomer import require_newcomer_room
from kring.posts.services.store import Place, already_sent, check_draft, store
from kring.posts.text import write


@transaction.atomic
def comment(*, author: Identity, in_reply_to: int, draft: Draft, now: datetime) -> Post:
    """Answer a post, for the audience of its thread (whatever the draft says).

    An answer to a bare repost is an answer to its origin: there are no other words to answer.
    Raises NotFound for a post one may not see, Conflict where comments are closed, Invalid for a
    text that cannot be used, TooMany over the limit.
    """
    lock(author)
    if sent := already_sent(author, draft):
        return sent
    parent = visible_post(author, in_reply_to)
    if parent.is_bare_repost and parent.origin is not None:
        parent = parent.origin
    # Locked, so that nothing is said after its author closed the comments.
    top = Post.objects.select_for_update(of=("self",)).get(pk=parent.thread_id)
    if top.comments_closed_at is not None:
        raise Conflict(
            _("The author closed the comments. What was said stays readable."), code="closed"
        )
    draft = replace(draft, audience=top.audience, group_id=top.group_id, goal="")
    check_draft(draft)
    written = write(draft.text, author_id=author.pk, limit=policy.COMMENT_CHARACTERS)
    require_room(
        Post.objects.filter(author_id=author.pk, in_reply_to__isnull=False),
        policy.COMMENTS,
        now=now,
    )
    require_newcomer_room(author, written, link_url=draft.link_url, is_comment=True, now=now)
    post, new = store(author, draft, written, now=now, place=Place(in_reply_to=parent))
    if new:
        record(
            Commented(
                post_id=post.pk,
                author_id=author.pk,
                thread_id=top.pk,
                parent_id=parent.pk,
                thread_author_id=top.author_id,
            ),
            now=now,
        )
    return post
