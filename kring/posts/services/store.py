"""Writing one post, comment or repost; shared by the three verbs that make one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kring.core.dating import id_at
from kring.core.errors import Invalid
from kring.members.models import Identity
from kring.posts import policy
from kring.posts.models import Audience, Goal, Post
from kring.posts.services.draft import Draft
from kring.posts.text import Written, check_link, store_words


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new post stands; nothing for a post of its own."""

    in_reply_to: Post | None = None
    repost_of: Post | None = None


def already_sent(author: Identity, draft: Draft) -> Post | None:
    """The post this very form made before, if it did. At most 1 query."""
    if draft.client_key is None:
        return None
    if not _is_client_key(draft.client_key):
        raise Invalid(_("This form is damaged. Reload the page."), code="client_key")
    return Post.objects.filter(author_id=author.pk, client_key=draft.client_key).first()


def check_draft(draft: Draft) -> None:
    """Raises Invalid for a goal, language, link or audience that does not exist."""
    if draft.audience not in Audience.values:
        raise Invalid(_("There is no such audience."), field="audience")
    if draft.goal and draft.goal not in Goal.values:
        raise Invalid(_("There is no such goal."), field="goal")
    code = draft.language
    if code and not (len(code) <= 8 and code.isascii() and code.replace("-", "").isalnum()):
        raise Invalid(_("There is no such language."), field="language")
    check_link(draft.link_url)


def store(
    author: Identity, draft: Draft, written: Written, *, now: datetime, place: Place | None = None
) -> tuple[Post, bool]:
    """Write the row with its mentions and topics; returns it, and whether it is new.

    Not new: another request sent the same form meanwhile, and its post is returned.
    """
    place = place or Place()
    parent, shared = place.in_reply_to, place.repost_of
    post_id = id_at(now, Post)
    post = Post(
        id=post_id,
        author_id=author.pk,
        audience=draft.audience,
        group_id=draft.group_id,
        thread_id=parent.thread_id if parent else post_id,
        in_reply_to=parent,
        repost_of=shared,
        origin_id=(shared.origin_id or shared.pk) if shared else None,
        goal=draft.goal,
        language=draft.language,
        text=written.text,
        html=written.html,
        words=written.words,
        link_url=check_link(draft.link_url),
        created_at=now,
        client_key=draft.client_key,
    )
    try:
        with transaction.atomic():
            post.save(force_insert=True)
    except IntegrityError:
        sent = already_sent(author, draft)
        if sent is None:
            raise
        return sent, False
    store_words(post, written)
    return post, True


def _is_client_key(key: str) -> bool:
    short = 0 < len(key) <= policy.CLIENT_KEY_CHARACTERS
    return short and key.isascii() and key.isprintable()
