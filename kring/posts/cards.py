"""Posts ready to be shown: plain values, loaded for a whole page in a constant number of queries.

What a card shows is the same for all members who may see the post, but for what they did with it
themselves and for talk by people they blocked, or who blocked them. So a top post's card is read
once and kept (`kept.py`); who may see it, and what is the viewer's own, is asked for every page.
Comments, and cards for somebody who is not signed in, are made for one viewer alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q

from kring.core.ids import MAX_ID
from kring.core.prepared import Prepared
from kring.members.models import Identity
from kring.network.models import Block
from kring.posts.card import (
    AuthorCard,
    Counts,
    Excerpt,
    ImageCard,
    LinkCard,
    Mine,
    PostCard,
    TopicCard,
)
from kring.posts.kept import kept_cards
from kring.posts.models import Post
from kring.posts.parts import Marks, Parts
from kring.posts.rows import POST, author_of, excerpt_of, link_of, load_rows
from kring.posts.visibility import visible

__all__ = [
    "AuthorCard",
    "Counts",
    "Excerpt",
    "ImageCard",
    "LinkCard",
    "Mine",
    "PostCard",
    "TopicCard",
    "build_cards",
    "cards",
    "load_rows",
]

# So few at once that what hangs on them stays within a database's number of parameters.
_AT_ONCE = 250


def cards(
    viewer: Identity | None, post_ids: Sequence[int], *, lean: bool = False
) -> list[PostCard]:
    """A card for each of these posts that the viewer may see, in the given order.

    Costs a member 5 queries when all cards are kept, and 7 more when not, whatever their number:
    one fewer when nothing is a repost, one more when anything has a picture, and 1 to 9 for
    somebody with a block, and 1 to 3 where anybody is mentioned. Comments cost 10 or 11; somebody
    who is not signed in 7 or 8.

    lean: may leave out pictures, peeks, reactions, reposts and who takes part for the first time,
        and what the viewer did or is to the author; 2 queries fewer, and 3 more
    """
    possible = [post_id for post_id in dict.fromkeys(post_ids) if 0 < post_id <= MAX_ID]
    loaded: dict[int, PostCard] = {}
    for start in range(0, len(possible), _AT_ONCE):
        portion = possible[start : start + _AT_ONCE]
        if viewer is None:
            loaded |= _made_for(None, portion, lean=lean)
        else:
            loaded |= _cards_of_member(viewer.pk, portion, lean=lean)
    return [loaded[post_id] for post_id in post_ids if post_id in loaded]


def build_cards(
    viewer_id: int | None,
    rows: Mapping[int, dict[str, Any]],
    *,
    with_peek: bool = True,
) -> dict[int, PostCard]:
    """Cards of rows that the viewer may see, by id, with whatever belongs on them.

    They are made for this viewer alone: nothing is kept, and nothing that is kept is used.
    """
    return _marked(viewer_id, _build(viewer_id, rows, with_peek=with_peek))


_VISIBLE = Prepared(
    lambda viewer, ids: Post.objects.filter(visible(viewer), pk__in=ids).values_list(
        "pk", "in_reply_to_id"
    )
)


def _cards_of_member(viewer_id: int, ids: Sequence[int], *, lean: bool) -> dict[int, PostCard]:
    kept = kept_cards()
    heard = kept.hear()
    seen = dict(_VISIBLE.rows(viewer_id, ids))
    # Its author may see a comment under a post that is not for them.
    tops = [post_id for post_id in ids if post_id in seen and seen[post_id] is None]
    found = kept.find(tops, lean=lean)
    if missing := [post_id for post_id in tops if post_id not in found]:
        found |= kept.keep(_shared(missing, lean=lean), heard=heard, lean=lean)
    alone = seen.keys() - found.keys() | _with_talk_of_the_blocked(viewer_id, found.values())
    if alone:
        shared = {post_id: card for post_id, card in found.items() if post_id not in alone}
        found = shared | _made_for(viewer_id, alone, lean=lean)
    return found if lean else _marked(viewer_id, found)


def _made_for(
    viewer_id: int | None, post_ids: Collection[int], *, lean: bool
) -> dict[int, PostCard]:
    """Cards as this viewer alone sees them."""
    rows = load_rows(viewer_id, post_ids)
    seen = {post_id: row for post_id, row in rows.items() if row["seen"]}
    return _build(viewer_id, seen, lean=lean)


def _shared(ids: Sequence[int], *, lean: bool) -> list[PostCard]:
    """Cards of top posts as all members see them whom the posts' audiences hold, in this order."""
    rows = load_rows(None, ids, shared=True)
    standing = {post_id: row for post_id, row in rows.items() if row["seen"]}
    built = _build(None, standing, lean=lean, shared=True)
    ordered = [built[post_id] for post_id in ids if post_id in built]
    return [card for card in ordered if card.origin is None or not card.origin.is_deleted]


def _blocks(viewer_id: int) -> Q:
    """A block between the viewer and a post's author, whoever of them put it there."""
    by_me = Block.objects.filter(blocker_id=viewer_id).values("blocked_id")
    of_me = Block.objects.filter(blocked_id=viewer_id).values("blocker_id")
    return Q(author_id__in=by_me) | Q(author_id__in=of_me)


_ANY_BLOCK = Prepared(
    lambda viewer: Block.objects.filter(Q(blocker_id=viewer) | Q(blocked_id=viewer)).values_list(
        "pk"
    )[:1]
)
_BLOCKED_TALK = Prepared(
    lambda viewer, ids: (
        Post.objects.filter(_blocks(viewer), thread_id__in=ids, in_reply_to__isnull=False)
        .order_by()
        .values_list("thread_id")
        .distinct()
    )
)


def _with_talk_of_the_blocked(viewer_id: int, found: Collection[PostCard]) -> set[int]:
    """The cards on which somebody counts with whom the viewer has a block. 1 query, or 2."""
    if not found or not any(_ANY_BLOCK.rows(viewer_id)):
        return set()
    threads = {card.id for card in found} | {card.origin.id for card in found if card.origin}
    theirs = {thread for (thread,) in _BLOCKED_TALK.rows(viewer_id, threads)}
    return {
        card.id
        for card in found
        if card.id in theirs or (card.origin is not None and card.origin.id in theirs)
    }


def _build(
    viewer_id: int | None,
    rows: Mapping[int, dict[str, Any]],
    *,
    with_peek: bool = True,
    lean: bool = False,
    shared: bool = False,
) -> dict[int, PostCard]:
    """Cards without what is the viewer's own."""
    if not rows:
        return {}
    # Rule 5 of visibility: whoever may see a repost may see its origin. Rule 4: whoever may see
    # a comment may know its thread's top post, of which a deleted one has no words left.
    wanted = {row["origin_id"] for row in rows.values() if row["origin_id"]}
    wanted |= {row["thread_id"] for row in rows.values() if row["in_reply_to_id"]}
    wanted -= rows.keys()
    related = load_rows(viewer_id, list(wanted), shared=shared) if wanted else {}
    known = {**related, **rows}
    if lean:
        parts = Parts.lean(viewer_id, list(known), shared=shared)
    else:
        parts = Parts.load(viewer_id, known, with_peek=with_peek, shared=shared)
    result: dict[int, PostCard] = {}
    for post_id, row in rows.items():
        origin = known.get(row["origin_id"])
        top = known.get(row["thread_id"]) if row["in_reply_to_id"] else None
        result[post_id] = _card(
            row,
            parts,
            origin=_card(origin, parts, origin=None, context=None) if origin else None,
            context=excerpt_of(top) if top else None,
        )
    return result


def _card(
    row: dict[str, Any], parts: Parts, *, origin: PostCard | None, context: Excerpt | None
) -> PostCard:
    post_id = row["id"]
    people, first_time, comments = parts.talk.get(post_id, (0, 0, 0))
    return PostCard(
        **{name: row[name] for name in POST if name != "origin_id"},
        author=author_of(row, "author"),
        group=author_of(row, "group") if row["group__id"] is not None else None,
        is_deleted=not row["seen"],
        topics=parts.topics.get(post_id, ()) if row["seen"] else (),
        counts=Counts(
            people=people,
            first_time=first_time,
            comments=comments,
            reposts=parts.reposts.get(post_id, 0),
            reactions=parts.reactions.get(post_id, {}),
        ),
        mine=Mine(),
        peek=parts.peeks.get(post_id, ()),
        origin=origin,
        context=context,
        images=parts.images.get(post_id, ()) if row["image_count"] else (),
        link=link_of(row) if row["link_preview__title"] else None,
    )


def _marked(viewer_id: int | None, built: Mapping[int, PostCard]) -> dict[int, PostCard]:
    """The cards with what the viewer did with them, and is to their authors. 2 queries at most."""
    if viewer_id is None or not built:
        return dict(built)
    shown = list(_with_origins(built.values()))
    marks = Marks.load(viewer_id, {card.id for card in shown}, {card.author.id for card in shown})
    return {post_id: _marked_one(card, marks) for post_id, card in built.items()}


def _with_origins(built: Iterable[PostCard]) -> Iterable[PostCard]:
    for card in built:
        yield card
        if card.origin is not None:
            yield card.origin


def _marked_one(card: PostCard, marks: Marks) -> PostCard:
    origin = card.origin
    if origin is not None:
        origin = replace(origin, mine=marks.of(origin.id, origin.author.id, None))
    mine = marks.of(card.id, card.author.id, origin.mine if origin is not None else None)
    return card.seen_with(mine, origin)
