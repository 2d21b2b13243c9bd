"""Publish a post of one's own."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import Invalid, NotFound
from kring.core.events import record
from kring.core.ids import MAX_ID
from kring.members.models import Identity, Kind
from kring.network.models import Membership
from kring.posts import policy
from kring.posts.events import PostPublished
from kring.posts.models import Audience, Post
from kring.posts.services.access import lock
from kring.posts.services.draft import Draft
from kring.posts.services.images import attach_images
from kring.posts.services.limits import require_room
from kring.posts.services.newcomer import require_newcomer_room
from kring.posts.services.store import already_sent, check_draft, store
from kring.posts.text import Written, write


@transaction.atomic
def publish(*, author: Identity, draft: Draft, now: datetime) -> Post:
    """Publish a post. The same form sent twice is one post.

    Raises Invalid for a text, link, picture or audience that cannot be used, NotFound for a group
    one is no member of, TooMany over the hourly limit.
    """
    lock(author)
    if sent := already_sent(author, draft):
        return sent
    written = check_post(author, draft)
    require_room(Post.objects.filter(author_id=author.pk, in_reply_to=None), policy.POSTS, now=now)
    require_newcomer_room(author, written, link_url=draft.link_url, now=now)
    post, new = store(author, draft, written, now=now)
    if new:
        attach_images(post, draft.images)
        record(PostPublished(post_id=post.pk, author_id=author.pk), now=now)
    return post


def check_post(author: Identity, draft: Draft) -> Written:
    """The draft's words, ready to be stored. Raises as `publish` does, but for its limit."""
    check_draft(draft)
    check_group(author, draft)
    written = write(draft.text, author_id=author.pk, limit=policy.POST_CHARACTERS)
    if draft.audience == Audience.DIRECT and not written.mentions:
        raise Invalid(
            _("Mention at least one person: only they will see this."),
            code="nobody_mentioned",
            field="text",
        )
    return written


def check_group(author: Identity, draft: Draft) -> None:
    """A group audience names a group one belongs to; no other audience names one."""
    if draft.audience != Audience.GROUP:
        if draft.group_id is not None:
            raise Invalid(_("Only a post to a group names a group."), field="group_id")
        return
    if draft.group_id is None:
        raise Invalid(_("Choose a group."), field="group_id")
    member = (
        0 < draft.group_id <= MAX_ID
        and Membership.objects.filter(
            member_id=author.pk,
            of_id=draft.group_id,
            of__kind=Kind.GROUP,
            of__suspended_at=None,
            of__deleted_at=None,
        ).exists()
    )
    if not member:
        raise NotFound(_("There is no such group, or you are no member of it."), code="group")
