"""From ids to what a page shows: cards with the reasons beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from django.utils.safestring import SafeString, mark_safe

from kring.feed.served_reasons import ServedReason, as_served
from kring.feed.serving import HomeFeed
from kring.members.models import Identity
from kring.posts.card import AuthorCard, PostCard
from kring.posts.cards import cards
from kring.web import panels, reasons
from kring.web.panels import NOTHING
from kring.web.sentences import sentence
from kring.web.words import in_one_language, spoken

DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Item:
    """One card on a page; `why`, as HTML, only where the feed ranked it."""

    card: PostCard
    why: SafeString = NOTHING
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A comment and the replies below it."""

    card: PostCard
    children: list[Node]


def plain(viewer: Identity | None, post_ids: Sequence[int]) -> list[Item]:
    return [Item(card) for card in cards(viewer, post_ids)]


def ranked(viewer: Identity, feed: HomeFeed) -> list[Item]:
    """The served page with its reasons in words. 11 queries, whatever its length."""
    shown = cards(viewer, [item.post_id for item in feed.items])
    loaded = {card.id: card for card in shown}
    told = _told(viewer, feed, loaded)
    return [
        Item(loaded[item.post_id], mark_safe(told[item.post_id].decode()), item.rank)
        for item in feed.items
        if item.post_id in loaded
    ]


@in_one_language
def _told(viewer: Identity, feed: HomeFeed, loaded: Mapping[int, PostCard]) -> dict[int, bytes]:
    """Why each item is there. Told anew when a name, a topic's label or a count has changed.

    As bytes, which take half the room that a string with one curly quote takes.
    """
    items = [item for item in feed.items if item.post_id in loaded]
    people = {post_id: panels.people_in(card) for post_id, card in loaded.items()}
    leading = {
        item.post_id: reasons.leading_fact(item.reason, people[item.post_id]) for item in items
    }
    inside: dict[int, ServedReason] = {}
    if not feed.reasons_id:
        inside = {one.post_id: one for one in as_served(feed.slate) if one.post_id in loaded}
    facts = chain(filter(None, leading.values()), *map(panels.facts_of, inside.values()))
    named = panels.named_in(viewer, facts)
    authors = {post_id: card.author for post_id, card in loaded.items()}
    known = spoken(), named, authors, people, feed.reasons_id
    before, told = feed.made_of_it.get("told", (None, {}))
    if before != known:
        told = {}
        for post_id, fact in leading.items():
            card, kept = loaded[post_id], inside.get(post_id)
            line = panels.line(
                card,
                sentence(fact, *named),
                reasons_id=feed.reasons_id,
                inside=panels.panel(card, kept, named) if kept else NOTHING,
            )
            told[post_id] = line.encode()
        feed.made_of_it["told"] = known, told
    return dict(told)


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
        portrait_id=identity.portrait_id,
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
