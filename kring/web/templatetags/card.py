"""A card: from a `PostCard` to HTML by the patterns of its parts."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from kring.posts.cards import Excerpt, PostCard
from kring.web.pages import Item
from kring.web.patterns import fill
from kring.web.templatetags.kring import (
    audience_mark,
    avatar,
    goal_mark,
    host,
    post_url,
    profile_url,
    topic_label,
    topic_url,
    topics_of,
)
from kring.web.templatetags.rows import acts, reasons
from kring.web.templatetags.times import when

register = template.Library()
CONTEXT_WORDS = 12
NOTHING = mark_safe("")


@register.simple_tag(takes_context=True)
def card(context: Context, item: Item) -> SafeString:
    """A post as it stands in a list, with what one can do about it and why it is there."""
    post, author = item.card, item.card.author
    if post.is_deleted:
        return fill("_card_row.html", {"id": str(post.id)}, is_deleted=True)
    why = reasons(context, post, item.why) if item.why else NOTHING
    words = {
        "id": str(post.id),
        "at": post_url(post.id),
        "name": author.name,
        "profile": profile_url(author),
        "avatar": avatar(author),
        "headline": author.headline,
        "when": when(post.created_at),
        "audience": audience_mark(post.audience),
        "goal": goal_mark(post.goal),
        "body": _body(context, post),
        "topics": _topics(post),
        "acts": acts(context, post),
        "why": why,
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
        connected=post.mine.connected,
        following=post.mine.following,
    )


def _named(role: str, who: Any) -> dict[str, str]:
    if who is None:
        return {f"{role}_name": "", f"{role}_profile": ""}
    return {f"{role}_name": who.name, f"{role}_profile": profile_url(who)}


def _body(context: Context, post: PostCard) -> SafeString:
    """Its words, or those of others around them."""
    parts = [_conversation(post.context)] if post.is_comment and post.context else []
    if not post.is_bare_repost or post.origin is None:
        parts.append(words(post))
    if post.origin is not None:
        parts.append(orig(context, post.origin))
    elif post.is_repost:
        parts.append(fill("_orig_row.html", {}, is_removed=True))
    if not context.get("alone") and post.peek and not post.peek[-1].is_deleted:
        parts.append(_peek(post.peek[-1]))
    return mark_safe("".join(parts))


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


def _peek(comment: Excerpt) -> SafeString:
    return fill(
        "_peek_row.html",
        {
            "avatar": avatar(comment.author, "s"),
            "profile": profile_url(comment.author),
            "name": comment.author.name,
            "when": when(comment.created_at),
            "language": comment.language,
            "text": comment.text,
        },
        has_language=bool(comment.language),
    )


@register.simple_tag
def words(post: PostCard) -> SafeString:
    """What the author wrote, and what hangs on it."""
    if not (post.html or post.link_url or post.image_missing):
        return NOTHING
    return fill(
        "_words_row.html",
        {
            "html": mark_safe(post.html),  # sanitised when it was written
            "language": post.language,
            "image_alt": post.image_alt,
            "link_url": post.link_url,
            "link_title": post.link_title or post.link_url,
            "host": host(post.link_url) if post.link_url else "",
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
            "when": when(post.created_at),
            "words": words(post),
            "here": str(context.get("here", "")),
            "csrf_token": str(context.get("csrf_token", "")),
        },
        has_headline=bool(author.headline),
        may_follow=bool(context.get("me")) and not (post.mine.is_author or post.mine.following),
    )


def _topics(post: PostCard) -> SafeString:
    links = [
        f'<a href="{escape(topic_url(topic.name))}">#{escape(topic_label(topic))}</a>'
        for topic in topics_of(post)
    ]
    return mark_safe(f'<div class="topics">{"".join(links)}</div>' if links else "")
