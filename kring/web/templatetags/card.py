"""A card: from a `PostCard` to HTML by the patterns of its parts.

What everybody sees of it is made once; what is the reader's own is put in its places.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from kring.posts.cards import Excerpt, Mine, PostCard
from kring.web.fragments import fragment_of, place
from kring.web.pages import Item
from kring.web.patterns import fill
from kring.web.templatetags.kring import (
    audience_mark,
    avatar,
    goal_mark,
    post_url,
    profile_url,
    topic_label,
    topic_url,
    topics_of,
)
from kring.web.templatetags.media import link_row, pictures
from kring.web.templatetags.rows import acts
from kring.web.templatetags.times import when
from kring.web.words import in_one_language

register = template.Library()
CONTEXT_WORDS = 12
NOTHING = mark_safe("")


@register.simple_tag(takes_context=True)
@in_one_language
def card(context: Context, item: Item) -> SafeString:
    """A post as it stands in a list, with what one can do about it and why it is there."""
    post = item.card
    if post.is_deleted:
        return fill("_card_row.html", {"id": str(post.id)}, is_deleted=True)
    alone = bool(context.get("alone"))
    shared = fragment_of(post, ("card", alone), lambda: _frame(post, alone=alone))
    origin, peek = post.origin, _peek_of(post, alone=alone)
    return shared.filled(
        {
            "when": when(post.created_at),
            "tie": _tie(post.mine),
            "follow": _follow(context, origin) if origin is not None else NOTHING,
            "origin_when": when(origin.created_at) if origin is not None else NOTHING,
            "peek_when": when(peek.created_at) if peek is not None else NOTHING,
            "acts": _acts(context, post),
            "why": item.why,
        }
    )


def _frame(post: PostCard, *, alone: bool) -> SafeString:
    """All of a card that is the same for everybody who sees it, with places for the rest."""
    author = post.author
    words = {
        "id": str(post.id),
        "at": post_url(post.id),
        "name": author.name,
        "profile": profile_url(author),
        "avatar": avatar(author),
        "headline": author.headline,
        "when": place("when"),
        "tie": place("tie"),
        "audience": audience_mark(post.audience),
        "goal": goal_mark(post.goal),
        "body": _body(post, alone=alone),
        "topics": _topics(post),
        "acts": place("acts"),
        "why": place("why"),
        **_named("origin", post.origin.author if post.origin else None),
        **_named("group", post.group),
    }
    return fill(
        "_card_row.html",
        words,
        is_repost=post.is_repost,
        has_origin=post.origin is not None,
        has_headline=bool(author.headline),
        has_group=post.group is not None,
        was_edited=post.edited_at is not None,
    )


def _tie(mine: Mine) -> SafeString:
    if not (mine.connected or mine.following):
        return NOTHING
    return mark_safe(f" {fill('_tie_row.html', {}, connected=mine.connected)}")


def _acts(context: Context, post: PostCard) -> SafeString:
    kind = "acts", bool(context.get("me")), post.mine
    return fragment_of(post, kind, lambda: acts(context, post)).filled({})


def _named(role: str, who: Any) -> dict[str, str]:
    if who is None:
        return {f"{role}_name": "", f"{role}_profile": ""}
    return {f"{role}_name": who.name, f"{role}_profile": profile_url(who)}


def _body(post: PostCard, *, alone: bool) -> SafeString:
    """Its words, or those of others around them."""
    parts = [_conversation(post.context)] if post.is_comment and post.context else []
    if not post.is_bare_repost or post.origin is None:
        parts.append(words(post))
    if post.origin is not None:
        parts.append(_orig(post.origin, place("origin_when"), place("follow")))
    elif post.is_repost:
        parts.append(fill("_orig_row.html", {}, is_removed=True))
    if peek := _peek_of(post, alone=alone):
        parts.append(_peek(peek, place("peek_when")))
    return mark_safe("".join(parts))


def _peek_of(post: PostCard, *, alone: bool) -> Excerpt | None:
    """The comment that a card shows, unless it stands alone above its thread."""
    return None if alone or not post.peek or post.peek[-1].is_deleted else post.peek[-1]


def _conversation(top: Excerpt) -> SafeString:
    return fill(
        "_context_row.html",
        {
            "at": post_url(top.id),
            "name": top.author.name,
            "language": top.language,
            "text": Truncator(top.text).words(CONTEXT_WORDS, truncate=" …"),
        },
        is_deleted=top.is_deleted,
        has_language=bool(top.language),
    )


def _peek(comment: Excerpt, said: SafeString) -> SafeString:
    return fill(
        "_peek_row.html",
        {
            "avatar": avatar(comment.author, "s"),
            "profile": profile_url(comment.author),
            "name": comment.author.name,
            "when": said,
            "language": comment.language,
            "text": comment.text,
        },
        has_language=bool(comment.language),
    )


@register.simple_tag
def words(post: PostCard) -> SafeString:
    """What the author wrote, and what hangs on it."""
    shown = post.link.url if post.link is not None else ""
    link_url = post.link_url or shown
    if not (post.html or link_url or post.image_missing or post.images):
        return NOTHING
    return fill(
        "_words_row.html",
        {
            "html": mark_safe(post.html),  # sanitised when it was written
            "language": post.language,
            "image_alt": post.image_alt,
            "pictures": pictures(post.images) if post.images else NOTHING,
            "link": link_row(post.link, link_url, post.link_title) if link_url else NOTHING,
        },
        has_html=bool(post.html),
        has_language=bool(post.language),
        image_missing=bool(post.image_missing),
        has_alt=bool(post.image_alt),
        has_link=bool(post.link_url),
    )


@register.simple_tag(takes_context=True)
def orig(context: Context, post: PostCard) -> SafeString:
    """The original inside a repost."""
    return _orig(post, when(post.created_at), _follow(context, post))


def _orig(post: PostCard, written: SafeString, follow: SafeString) -> SafeString:
    if post.is_deleted:
        return fill("_orig_row.html", {}, is_deleted=True)
    author = post.author
    return fill(
        "_orig_row.html",
        {
            "at": post_url(post.id),
            "name": author.name,
            "profile": profile_url(author),
            "avatar": avatar(author, "s"),
            "headline": author.headline,
            "when": written,
            "words": words(post),
            "follow": follow,
        },
        has_headline=bool(author.headline),
    )


def _follow(context: Context, post: PostCard) -> SafeString:
    """A button to follow the author, for whoever does not."""
    if not context.get("me") or post.mine.is_author or post.mine.following:
        return NOTHING
    author = post.author
    return fill("_follow_row.html", {"profile": profile_url(author), "name": author.name})


def _topics(post: PostCard) -> SafeString:
    links = [
        f'<a href="{escape(topic_url(topic.name))}">#{escape(topic_label(topic))}</a>'
        for topic in topics_of(post)
    ]
    return mark_safe(f'<div class="topics">{"".join(links)}</div>' if links else "")
