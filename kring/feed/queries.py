"""Reads for pages beside the ranked feed."""

from __future__ import annotations

from kring.core.paging import Page
from kring.feed.models import Hidden
from kring.members.models import Identity
from kring.posts import queries as posts

ROUNDS = 5


def by_time(viewer: Identity, before_id: int | None = None, limit: int = 20) -> Page[int]:
    """The chronological timeline without what the viewer hid. 2 queries, more after much hiding.

    A page may be shorter than `limit` when hundreds of its posts are hidden; its cursor still
    leads on.
    """
    kept: list[int] = []
    cursor = before_id
    for _ in range(ROUNDS):
        page = posts.following(viewer, cursor, limit)
        hidden = set(
            Hidden.objects.filter(by=viewer, post_id__in=page.items).values_list(
                "post_id", flat=True
            )
        )
        for post_id in page.items:
            if post_id not in hidden:
                kept.append(post_id)
                if len(kept) == limit:
                    more = post_id != page.items[-1] or page.next_before is not None
                    return Page(items=kept, next_before=post_id if more else None)
        cursor = page.next_before
        if cursor is None:
            break
    return Page(items=kept, next_before=cursor)
