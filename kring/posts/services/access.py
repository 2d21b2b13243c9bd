"""Finding what an act is about, and refusing whoever may not act on it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from kring.core.errors import NotAllowed, NotFound
from kring.core.ids import MAX_ID
from kring.members.models import Identity
from kring.posts.models import Post
from kring.posts.visibility import may_see


def gone() -> NotFound:
    return NotFound(_("This post is not there, or not for you."), code="post")


def visible_post(viewer: Identity, post_id: int) -> Post:
    """The post, if the viewer may see it; else NotFound. Any integer is a fair question."""
    if not 0 < post_id <= MAX_ID:
        raise gone()
    post = (
        Post.objects.select_related(
            "author",
            "thread__author",
            "origin__author",
            "origin__thread__author",
            "thread__origin__author",
            "thread__origin__thread__author",
        )
        .filter(pk=post_id)
        .first()
    )
    if post is None or not may_see(viewer.pk, post):
        raise gone()
    return post


def lock(identity: Identity) -> None:
    """Make the acts of one identity wait for each other, and refuse one that may not act.

    Counting its acts, or asking whether it shared something before, is then true until the end
    of the transaction. (SQLite has one writer at a time anyway.)
    """
    row = Identity.objects.select_for_update().filter(pk=identity.pk).first()
    if row is None or row.suspended_at is not None or row.deleted_at is not None:
        raise NotAllowed(_("This profile is suspended or gone, and cannot act."), code="not_living")
