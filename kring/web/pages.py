"""From ids to what a page shows: cards with the reasons beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from kring.core.prepared import Prepared
from kring.feed.serving import HomeFeed
from kring.members.models import Identity
from kring.posts.cards import AuthorCard, PostCard, TopicCard, cards
from kring.posts.models import Topic
from kring.posts.visibility import identity_visible
from kring.web import reasons


@dataclass(frozen=True, slots=True)
class Item:
    """One card on a page; `why` only where the feed ranked it."""

    card: PostCard
    why: Any = None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A comment and the replies below it."""

    card: PostCard
    children: list[Node]


_NAMES = Prepared(
    lambda viewer, ids: Identity.objects.filter(identity_visible(viewer), pk__in=ids).values_list(
        *(field.name for field in fields(AuthorCard))
    )
)


def plain(viewer: Identity | None, post_ids: Sequence[int]) -> list[Item]:
    return [Item(card) for card in cards(viewer, post_ids)]


def ranked(viewer: Identity, feed: HomeFeed) -> list[Item]:
    """The served page with its reasons in words. 11 queries, whatever its length."""
    people: set[int] = set()
    topics: set[int] = set()
    for item in feed.items:
        named, about = reasons.ids_in(item)
        people |= named
        topics |= about
    # Whom the viewer may not see is not named either.
    names = {row[0]: AuthorCard(*row) for row in _NAMES.rows(viewer.pk, people)}
    topic_cards = {
        topic.pk: TopicCard(name=topic.name, label=topic.label, label_nl=topic.label_nl)
        for topic in Topic.objects.filter(pk__in=topics)
    }
    loaded = {card.id: card for card in cards(viewer, [item.post_id for item in feed.items])}
    return [
        Item(loaded[item.post_id], reasons.why_of(item, names, topic_cards), item.rank)
        for item in feed.items
        if item.post_id in loaded
    ]


def author_card(identity: Identity) -> AuthorCard:
    return AuthorCard(
        id=identity.pk,
        handle=identity.handle,
        domain=identity.domain,
        kind=identity.kind,
        name=identity.name,
        headline=identity.headline,
        external_id=identity.external_id,
        is_sample=identity.is_sample,
    )


def tree(comments: Iterable[PostCard], top_id: int) -> list[Node]:
    """Comments below what they answer; one whose parent is on an earlier page stands at the top."""
    nodes = {card.id: Node(card, []) for card in comments}
    roots: list[Node] = []
    for node in nodes.values():
        parent = nodes.get(node.card.in_reply_to_id or top_id)
        (parent.children if parent is not None else roots).append(node)
    return roots
