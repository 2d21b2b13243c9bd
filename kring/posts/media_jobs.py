"""What follows from posts for pictures and linked pages, done by the worker."""

from __future__ import annotations

import html
import re

from kring.core.events import Recorded, record
from kring.media import previews
from kring.media.services import discard
from kring.members.events import IdentityDeleted
from kring.posts.events import PostEdited, PostLinked, PostPublished, Reposted
from kring.posts.models import Post, PostImage, ScheduledPost
from kring.posts.services.schedule import forget_scheduled

LINKED_EVENTS = (PostPublished, PostEdited, Reposted)
_PORTION = 200
# As `core.html` writes links to elsewhere.
_LINK = re.compile(r'<a href="(https?://[^"]+)"')


def hear_post(recorded: Recorded) -> None:
    """Let the page that a post links to be asked what it says of itself."""
    if not isinstance(recorded.event, LINKED_EVENTS):
        return
    post = Post.objects.filter(pk=recorded.event.post_id, deleted_at=None).first()
    if post is None:
        return
    url = post.link_url or first_link(post.html)
    preview = previews.ask_for(url, now=recorded.at) if url else None
    wanted = preview.pk if preview is not None else None
    if post.link_preview_id != wanted:
        Post.objects.filter(pk=post.pk, deleted_at=None).update(link_preview_id=wanted)
        record(PostLinked(post_id=post.pk), now=recorded.at)


def first_link(rendered: str) -> str:
    """The first address in a post's words that leads elsewhere; "" when there is none."""
    found = _LINK.search(rendered)
    return html.unescape(found[1]) if found else ""


def hear_end(recorded: Recorded) -> None:
    """Remove the pictures of everything that a deleted identity wrote, and what was to follow."""
    if not isinstance(recorded.event, IdentityDeleted):
        return
    waiting = ScheduledPost.objects.filter(author_id=recorded.event.identity_id)
    forget_scheduled(list(waiting))
    theirs = PostImage.objects.filter(post__author_id=recorded.event.identity_id)
    while portion := dict(theirs.values_list("pk", "image_id")[:_PORTION]):
        PostImage.objects.filter(pk__in=portion).delete()
        discard(list(portion.values()))
    Post.objects.filter(author_id=recorded.event.identity_id, image_count__gt=0).update(
        image_count=0
    )
