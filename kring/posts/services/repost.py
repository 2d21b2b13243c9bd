"""Share somebody's post, with or without words of one's own."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import Invalid, NotAllowed
from kring.core.events import record
from kring.members.models import Identity
from kring.posts import policy
from kring.posts.events import Reposted
from kring.posts.models import Audience, Post
from kring.posts.services.access import lock, visible_post
from kring.posts.services.draft import Draft
from kring.posts.services.limits import require_room
from kring.posts.services.newcomer import require_newcomer_room
from kring.posts.services.publish import check_group
from kring.posts.services.store import Place, already_sent, check_draft, store
from kring.posts.text import Written, write

# How wide an audience is; what is not listed may not be shared on.
_WIDTH = {Audience.PUBLIC: 3, Audience.UNLISTED: 2, Audience.MEMBERS: 1}


@transaction.atomic
def repost(*, author: Identity, post_id: int, draft: Draft, now: datetime) -> Post:
    """Share a post; the original at the root of any chain keeps its author, words and credit.

    Sharing the same original twice without words is sharing it once. Raises NotFound for a post
    one may not see, NotAllowed for one that was not meant to travel, Invalid for a comment, an
    audience wider than the original's, or a text that cannot be used, TooMany over the limit.
    """
    lock(author)
    if sent := already_sent(author, draft):
        return sent
    shared, written = check_repost(author, post_id, draft)
    if written.words == 0 and (first := _bare_repost(author, shared.origin or shared)):
        return first
    require_room(Post.objects.filter(author_id=author.pk, in_reply_to=None), policy.POSTS, now=now)
    require_newcomer_room(author, written, link_url=draft.link_url, now=now)
    return _store(author, draft, written, now=now, shared=shared)


def check_repost(author: Identity, post_id: int, draft: Draft) -> tuple[Post, Written]:
    """What would be shared, and the words. Raises as `repost` does, but for its limit."""
    shared = visible_post(author, post_id)
    check_draft(draft)
    _check_audience(draft, shared, shared.origin or shared)
    check_group(author, draft)
    written = write(
        draft.text, author_id=author.pk, limit=policy.POST_CHARACTERS, may_be_empty=True
    )
    return shared, written


def _store(
    author: Identity, draft: Draft, written: Written, *, now: datetime, shared: Post
) -> Post:
    post, new = store(author, draft, written, now=now, place=Place(repost_of=shared))
    if new:
        origin = shared.origin or shared
        record(
            Reposted(
                post_id=post.pk,
                author_id=author.pk,
                origin_id=origin.pk,
                repost_of_id=shared.pk,
                origin_author_id=origin.author_id,
                own_words=written.words,
            ),
            now=now,
        )
    return post


def _check_audience(draft: Draft, shared: Post, origin: Post) -> None:
    if shared.is_comment:
        raise Invalid(_("Share the post this is an answer to, not the comment."), code="comment")
    widths = [_WIDTH.get(Audience(post.audience), 0) for post in (shared, origin)]
    if 0 in widths:
        raise NotAllowed(_("This was meant for a few people, and is not to be shared on."))
    if _WIDTH.get(Audience(draft.audience), 0) > min(widths):
        raise Invalid(
            _("Choose a smaller audience: the original is not for everyone."),
            code="audience",
            field="audience",
        )


def _bare_repost(author: Identity, origin: Post) -> Post | None:
    mine = Post.objects.filter(author_id=author.pk, origin_id=origin.pk, words=0, deleted_at=None)
    return mine.order_by("id").first()
