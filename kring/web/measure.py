"""Letting a page tell what was seen of it."""

from __future__ import annotations

from collections.abc import Sequence

from kring.feed.attention import may_measure, page_token
from kring.feed.serving import HomeFeed
from kring.members.models import Identity


def of_feed(viewer: Identity, feed: HomeFeed) -> str:
    """The token of a ranked page; empty when nothing of it is to be measured."""
    if not feed.items or not feed.measured:
        return ""
    return page_token(
        viewer.pk,
        surface="home",
        post_ids=[item.post_id for item in feed.items],
        page_id=feed.page_id,
    )


def of_posts(
    viewer: Identity | None, surface: str, post_ids: Sequence[int], *, allowed: bool | None = None
) -> str:
    """The token of any other page with posts on it; empty for somebody not signed in, too.

    allowed: whether the viewer lets themselves be measured, where the caller knows; else 1 query
    """
    if viewer is None or not post_ids:
        return ""
    if not (may_measure(viewer.pk) if allowed is None else allowed):
        return ""
    return page_token(viewer.pk, surface=surface, post_ids=post_ids)
