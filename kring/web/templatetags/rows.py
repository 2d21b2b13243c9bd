"""What stands in every card, as strings: rows of buttons and the bars of the reasons."""

from __future__ import annotations

from html import escape

from django import template
from django.template import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from kring.posts.cards import PostCard
from kring.posts.models import Audience, ReactionKind
from kring.web.patterns import fill
from kring.web.templatetags.kring import (
    post_url,
    talk,
    topic_label,
    topic_url,
    topics_of,
)
from kring.web.words import gettext

register = template.Library()

TOPICS_IN_A_MENU = 4
OTHER_KINDS = [kind for kind in ReactionKind if kind != ReactionKind.HELPED]


@register.simple_tag
def other_reactions(at: str, mine: str | None) -> SafeString:
    """The buttons of the five kinds beside "Helped me"; the chosen one takes itself back."""
    at = conditional_escape(at)
    return mark_safe(
        "".join(
            f'<button form="act" class="menu__item" name="kind" value="{kind.value}" '
            f'formaction="{at}/{"unreact" if kind.value == mine else "react"}" '
            f'hx-post="{at}/{"unreact" if kind.value == mine else "react"}" '
            f'data-act="{kind.value}" aria-pressed="{"true" if kind.value == mine else "false"}">'
            f"{conditional_escape(kind.label)}</button>"
            for kind in OTHER_KINDS
        )
    )


def _place(card: PostCard) -> dict[str, str]:
    return {
        "id": str(card.id),
        "at": post_url(card.id),
        "name": card.author.name,
    }


@register.simple_tag(takes_context=True)
def acts(context: Context, card: PostCard) -> SafeString:
    """What one can do with a post: reply, react, share, bookmark, hide."""
    original = card.origin or card
    words = {
        **_place(card),
        "reply_at": post_url(original.id),
        "spoken": talk(original.counts),
        "topic_items": _topic_items(card),
    }
    return fill(
        "_acts_row.html",
        words,
        me=bool(context.get("me")),
        mine=card.mine.reaction,
        is_author=card.mine.is_author,
        bookmarked=card.mine.bookmarked,
        is_comment=card.is_comment,
        is_closed=card.comments_closed_at is not None,
        replies=_replies(original),
        is_public=card.audience == Audience.PUBLIC,
        was_edited=card.version > 1,
    )


def _replies(original: PostCard) -> str:
    """What one can do with replies: write them, read them or, where there can be none, nothing."""
    if original.comments_closed_at is None:
        return "write"
    return "read" if original.counts.comments else ""


def _topic_items(card: PostCard) -> SafeString:
    """Menu items that mute the card's topics."""
    return mark_safe(
        "".join(
            f'<button form="act" class="menu__item" name="card" value="{card.id}" '
            f'formaction="{path}" hx-post="{path}" hx-target="#card-{card.id}">{words}</button>'
            for path, words in (
                (
                    escape(f"{topic_url(topic.name)}/mute"),
                    escape(gettext("Mute #%(topic)s") % {"topic": topic_label(topic)}),
                )
                for topic in topics_of(card)[:TOPICS_IN_A_MENU]
            )
        )
    )
