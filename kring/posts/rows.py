"""The columns of posts, as far as somebody may see them, and what is said with them alone.

Rows are read for one viewer, or *shared*: as all see them whom the post's audience holds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from kring.core.html import plain_text
from kring.core.prepared import Prepared
from kring.posts.card import AuthorCard, Excerpt, LinkCard
from kring.posts.mentioned import without_the_gone
from kring.posts.models import Post
from kring.posts.visibility import card_kept, standing, visible

EXCERPT_CHARACTERS = 200

_AUTHOR = (
    "id",
    "handle",
    "domain",
    "kind",
    "name",
    "headline",
    "external_id",
    "is_sample",
    "portrait_id",
)
POST = (
    "id",
    "audience",
    "thread_id",
    "in_reply_to_id",
    "repost_of_id",
    "origin_id",
    "goal",
    "language",
    "html",
    "words",
    "link_url",
    "link_title",
    "image_missing",
    "image_alt",
    "image_count",
    "link_preview_id",
    "version",
    "created_at",
    "edited_at",
    "comments_closed_at",
    "external_id",
)
_PREVIEW = ("url", "title", "description", "site", "leads_to", "image_id")
_COLUMNS = (
    *POST,
    *(f"link_preview__{name}" for name in _PREVIEW),
    *(f"author__{name}" for name in _AUTHOR),
    *(f"group__{name}" for name in _AUTHOR),
)

_TOMBSTONE = {
    "html": "",
    "words": 0,
    "link_url": "",
    "link_title": "",
    "image_missing": "",
    "image_alt": "",
    "image_count": 0,
    "link_preview_id": None,
    "link_preview__title": None,
    "repost_of_id": None,
    "origin_id": None,
}


def seen_by(viewer_id: int | None, *, shared: bool) -> Q:
    return standing() if shared else visible(viewer_id)


def with_columns(
    posts: QuerySet[Post], viewer_id: int | None, seen: Case | Value, *, shared: bool
) -> QuerySet[Post, Any]:
    """What cards and excerpts are made of. seen: may its words be shown"""
    kept = Value(False, output_field=BooleanField()) if shared else card_kept(viewer_id, "author")
    rows: QuerySet[Post, Any] = posts.annotate(seen=seen, card_kept=kept).values(
        *_COLUMNS, "seen", "card_kept"
    )
    return rows


def _rows(viewer_id: int | None, ids: list[int], *, shared: bool) -> QuerySet[Post, Any]:
    # As a case, of which the database stops at the first reason to say yes; as a bare condition
    # it would look up all of the viewer's ties for a post that is public.
    seen = Case(
        When(seen_by(viewer_id, shared=shared), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    return with_columns(Post.objects.filter(pk__in=ids), viewer_id, seen, shared=shared)


_ROWS = Prepared(_rows)


def load_rows(
    viewer_id: int | None, ids: Collection[int], *, shared: bool = False
) -> dict[int, dict[str, Any]]:
    """The columns of these posts, by id. 1 query, and 1 where anybody is mentioned.

    Of a post that the viewer may not see (any more), no words are left: it can stand above
    comments that stay, as a tombstone does.

    shared: of top posts alone, for whoever may see them
    """
    rows = _ROWS.dicts(viewer_id, ids, shared=shared)
    return _without_the_gone(
        {row["id"]: row if row["seen"] else {**row, **_TOMBSTONE} for row in rows}
    )


def _without_the_gone(rows: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    shown = without_the_gone([row["html"] for row in rows.values()])
    for row, html in zip(rows.values(), shown, strict=True):
        row["html"] = html
    return rows


def link_of(row: dict[str, Any]) -> LinkCard:
    return LinkCard(**{name: row[f"link_preview__{name}"] for name in _PREVIEW})


def author_of(row: dict[str, Any], at: str) -> AuthorCard:
    card = AuthorCard(**{name: row[f"{at}__{name}"] for name in _AUTHOR})
    kept = row["card_kept"] and at == "author"
    return replace(card, headline="", portrait_id=None) if kept else card


def excerpt_of(row: dict[str, Any]) -> Excerpt:
    text = plain_text(row["html"])
    if len(text) > EXCERPT_CHARACTERS:
        text = text[: EXCERPT_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
    return Excerpt(
        id=row["id"],
        author=author_of(row, "author"),
        created_at=row["created_at"],
        text=text,
        is_deleted=not row["seen"],
        language=row["language"] if row["seen"] else "",
    )
