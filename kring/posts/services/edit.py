"""Change one's words, keeping the earlier ones."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import Conflict, Invalid, NotAllowed
from kring.core.events import record
from kring.members.models import Identity
from kring.posts import policy
from kring.posts.events import PostEdited
from kring.posts.models import Audience, Mention, Post, PostVersion
from kring.posts.services.access import lock, visible_post
from kring.posts.services.newcomer import require_newcomer_room
from kring.posts.text import Written, store_words, write


@transaction.atomic
def edit(*, editor: Identity, post_id: int, text: str, now: datetime) -> Post:
    """Give one's post another text; the earlier wording stays as a version.

    The same text changes and records nothing. Raises NotFound for a post one may not see,
    NotAllowed for somebody else's, Conflict when it was changed too often, Invalid for a text that
    cannot be used, or that would let more people in on a direct post: they would read the earlier
    wordings as well.
    """
    lock(editor)
    post = visible_post(editor, post_id)
    if post.author_id != editor.pk:
        raise NotAllowed(_("Only its author may change a post."))
    limit = policy.COMMENT_CHARACTERS if post.is_comment else policy.POST_CHARACTERS
    written = write(text, author_id=editor.pk, limit=limit, may_be_empty=post.is_repost)
    if written.text == post.text:
        return post
    require_newcomer_room(editor, written, link_url=post.link_url, now=now, edited=post)
    if post.version > policy.EDITS:
        raise Conflict(
            _("This was changed %(count)d times; that is the most. Write a new post.")
            % {"count": policy.EDITS},
            code="edits",
        )
    if post.audience == Audience.DIRECT and not post.is_comment:
        _keep_among_the_mentioned(post, written)
    PostVersion.objects.create(
        post=post,
        version=post.version,
        text=post.text,
        html=post.html,
        written_at=post.edited_at or post.created_at,
    )
    post.text, post.html, post.words = written.text, written.html, written.words
    post.version += 1
    post.edited_at = now
    post.save(update_fields=["text", "html", "words", "version", "edited_at"])
    store_words(post, written)
    record(PostEdited(post_id=post.pk, author_id=post.author_id), now=now)
    return post


def _keep_among_the_mentioned(post: Post, written: Written) -> None:
    """Raises Invalid when the text mentions somebody whom the post did not, its author aside."""
    known = set(Mention.objects.filter(post=post).values_list("identity_id", flat=True))
    if not set(written.mentions) <= known | {post.author_id}:
        raise Invalid(
            _("This was said to a few people: write a new post to tell more people."),
            code="mentions",
            field="text",
        )
