"""Why a post is where it is, as HTML: the line on its card, and the panel that it opens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from kring.core.prepared import Prepared
from kring.feed.facts import Fact
from kring.feed.served_reasons import ServedReason
from kring.members.models import Identity
from kring.posts.card import AuthorCard, PostCard, TopicCard
from kring.posts.models import Topic
from kring.posts.visibility import identity_visible
from kring.web import reasons
from kring.web.patterns import fill
from kring.web.reasons import Bar
from kring.web.templatetags.kring import post_url, profile_url

NOTHING = SafeString("")


class Named(NamedTuple):
    """What reasons may name to one reader."""

    people: dict[int, AuthorCard]
    topics: dict[int, TopicCard]


_NAMES = Prepared(
    lambda viewer, ids: Identity.objects.filter(identity_visible(viewer), pk__in=ids).values_list(
        *(field.name for field in fields(AuthorCard))
    )
)


_LABELS = Prepared(
    lambda ids: Topic.objects.filter(pk__in=ids).values_list("pk", "name", "label", "label_nl")
)


def named_in(viewer: Identity, facts: Iterable[Fact]) -> Named:
    """Whom and what these facts name, but nobody whom the viewer may not see. 2 queries."""
    people, topics = reasons.ids_in(facts)
    return Named(
        {row[0]: AuthorCard(*row) for row in _NAMES.rows(viewer.pk, people)},
        {topic: TopicCard(*words) for topic, *words in _LABELS.rows(topics)},
    )


def facts_of(reason: ServedReason) -> list[Fact]:
    return [fact for facts in reason.facts for fact in facts]


def people_in(card: PostCard) -> int:
    """How many take part in the card's conversation, of those whom its reader may see."""
    return (card.origin or card).counts.people


def panel(card: PostCard, reason: ServedReason, named: Named) -> SafeString:
    """Everything that put this post where it was, and the buttons to steer."""
    why = reasons.why_of(reason, named.people, named.topics, people=people_in(card))
    places = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(place)}</dd></div>" for label, place in why.ranks
    )
    words = {
        "id": str(card.id),
        "at": post_url(card.id),
        "name": card.author.name,
        "profile": profile_url(card.author),
        "lead": why.lead,
        "total": why.total,
        "bars": mark_safe(f'<ul class="contrib">{"".join(_bar(bar) for bar in why.bars)}</ul>'),
        "ranks": mark_safe(places),
    }
    return fill("_why_panel_row.html", words)


def line(
    card: PostCard, short: str, *, reasons_id: int = 0, inside: SafeString = NOTHING
) -> SafeString:
    """The strongest reason, and below it the panel when it is opened.

    reasons_id: from where the panel is fetched; else it is `inside`
    """
    words = {
        "at": post_url(card.id), "page": str(reasons_id), "short": short, "inside": inside,
    }  # fmt: skip
    return fill("_why_row.html", words, is_fetched=bool(reasons_id))


def _bar(bar: Bar) -> str:
    said = "".join(f"<li>{escape(sentence)}</li>" for sentence in bar.sentences)
    items = f'<ul class="why__items">{said}</ul>' if said else ""
    row, track = (" class=quiet" if bar.quiet else ""), ("bar bar--minus" if bar.minus else "bar")
    return (
        f"<li{row}><b>{escape(bar.label)}</b>"
        f'<span class="{track}"><i class="v{bar.width}"></i></span>'
        f'<span class="num">{escape(bar.number)}</span>{items}</li>'
    )
