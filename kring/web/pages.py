"""From ids to what a page shows: cards with the reasons beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.utils.translation import get_language

from kring.core.prepared import Prepared
from kring.feed.serving import HomeFeed
from kring.members.models import Identity
from kring.posts.cards import AuthorCard, PostCard, TopicCard, cards
from kring.posts.models import Topic
from kring.posts.visibility import identity_visible
from kring.web import reasons

DEEPEST = 6


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


_LABELS = Prepared(
    lambda ids: Topic.objects.filter(pk__in=ids).values_list("pk", "name", "label", "label_nl")
)


def plain(viewer: Identity | None, post_ids: Sequence[int]) -> list[Item]:
    return [Item(card) for card in cards(viewer, post_ids)]


def ranked(viewer: Identity, feed: HomeFeed) -> list[Item]:
    """The served page with its reasons in words. 11 queries, whatever its length."""
    shown = cards(viewer, [item.post_id for item in feed.items])
    loaded = {card.id: card for card in shown}
    told = _told(viewer, feed, loaded)
    return [
        Item(loaded[item.post_id], why, item.rank)
        for item, why in zip(feed.items, told, strict=True)
        if item.post_id in loaded
    ]


def _told(
    viewer: Identity, feed: HomeFeed, loaded: Mapping[int, PostCard]
) -> tuple[reasons.Why, ...]:
    """Why each item is there. Told anew when a name, a topic's label or a count has changed."""
    people, topics = _named(feed)
    # Whom the viewer may not see is not named either.
    names = {row[0]: AuthorCard(*row) for row in _NAMES.rows(viewer.pk, people)}
    labels = {topic: TopicCard(*words) for topic, *words in _LABELS.rows(topics)}
    taking_part = [_taking_part(loaded.get(item.post_id)) for item in feed.items]
    known = get_language(), names, labels, taking_part
    before, told = feed.made_of_it.get("told", (None, ()))
    if before != known:
        told = tuple(
            reasons.why_of(item, names, labels, people=people)
            for item, people in zip(feed.items, taking_part, strict=True)
        )
        feed.made_of_it["told"] = known, told
    return tuple(told)


def _taking_part(card: PostCard | None) -> int:
    return 0 if card is None else (card.origin or card).counts.people


def _named(feed: HomeFeed) -> tuple[set[int], set[int]]:
    """The people and topics that the reasons name."""
    if "named" not in feed.made_of_it:
        found = [reasons.ids_in(item) for item in feed.items]
        feed.made_of_it["named"] = (
            set().union(*(people for people, _ in found)),
            set().union(*(topics for _, topics in found)),
        )
    people, topics = feed.made_of_it["named"]
    return people, topics


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
    """Comments below what they answer; one whose parent is on an earlier page stands at the top.

    Below `DEEPEST` levels replies stand beside what they answer: on a phone there is no room for
    more, and nobody's chain of replies may make a page that cannot be drawn.
    """
    nodes: dict[int, Node] = {}
    place: dict[int, tuple[list[Node], int]] = {}
    roots: list[Node] = []
    for card in comments:
        node = nodes[card.id] = Node(card, [])
        parent = nodes.get(card.in_reply_to_id or top_id)
        siblings, depth = (roots, 1) if parent is None else (parent.children, 0)
        if parent is not None:
            beside, level = place[parent.card.id]
            siblings, depth = (beside, level) if level >= DEEPEST else (siblings, level + 1)
        siblings.append(node)
        place[card.id] = (siblings, depth)
    return roots
