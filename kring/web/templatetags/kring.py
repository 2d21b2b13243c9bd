"""Tags and filters of the pages. Those that stand in every card are plain functions with caches."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import urlsplit

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from kring.posts.cards import Counts, PostCard, TopicCard
from kring.posts.models import Audience, Goal, ReactionKind
from kring.web.templatetags.times import babel_locale
from kring.web.words import gettext, ngettext, spoken

register = template.Library()

# Below this, a count would tell who reacted.
FEW = 5
AVATAR_COLOURS = 6
# Stored sides by size on the page: twice what is shown, for sharp screens.
PORTRAITS = {"s": 64, "l": 128, "xl": 256}
CACHED = 4096


class Speaker(Protocol):
    """An AuthorCard or an Identity."""

    @property
    def id(self) -> int: ...
    @property
    def handle(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def portrait_id(self) -> int | None: ...


@register.simple_tag
@lru_cache(maxsize=64)
def asset(path: str) -> str:
    """The address of one of our own files: what `static` says, which never changes."""
    return static(path)


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, size: str = "") -> SafeString:
    """A Lucide icon beside words; never alone."""
    css = f"i i--{size}" if size else "i"
    css += " chev" if name.startswith("chevron") else ""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        css,
        asset("kring/sprite.svg"),
        name,
    )


@register.simple_tag
def avatar(speaker: Speaker | None, size: str = "") -> SafeString:
    """A portrait, or initials in one of six quiet pairs: people in circles, others in squares."""
    if speaker is None:
        return mark_safe("")
    return _avatar(speaker.id, speaker.name, speaker.kind, speaker.portrait_id, size)


@lru_cache(maxsize=CACHED)
def _avatar(id_: int, name: str, kind: str, portrait: int | None, size: str) -> SafeString:
    digest = hashlib.blake2b(str(id_).encode(), digest_size=2).digest()
    css = [f"av av--{int.from_bytes(digest, 'big') % AVATAR_COLOURS + 1}"]
    css += [f"av--{size}"] if size else []
    css += ["av--org"] if kind != "person" else []
    if portrait is not None:
        side = PORTRAITS.get(size, 128)
        inside = format_html(
            '<img src="{}" alt="" width="{}" height="{}" loading="lazy">',
            media_url(portrait, side), side, side,
        )  # fmt: skip
    else:
        inside = SafeString(escape(initials(name)))
    return format_html('<span class="{}" aria-hidden="true">{}</span>', " ".join(css), inside)


@register.simple_tag
def media_url(image_id: int, size: int) -> str:
    """One size of a picture, without asking the resolver for each of a page's many."""
    return f"/media/{image_id}/{size}.webp"


def initials(name: str) -> str:
    """The first letters of the first and the last word."""
    words = [word for word in name.split() if word[0].isalnum()] or name.split()[:1]
    if not words:
        return "?"
    letters = words[0][0] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()


@register.filter
def profile_url(speaker: Speaker) -> str:
    """The page of an author or identity."""
    domain = getattr(speaker, "domain", "")
    return _profile_url(f"{speaker.handle}@{domain}" if domain else speaker.handle)


@register.filter
def post_url(post_id: int) -> str:
    """The page of a post, without asking the resolver for each of a page's many."""
    return f"{_posts_url()}{post_id}"


@lru_cache(maxsize=1)
def _posts_url() -> str:
    return reverse("post", args=[0]).removesuffix("0")


@register.filter
@lru_cache(maxsize=CACHED)
def topic_url(name: str) -> str:
    return reverse("topic", args=[name])


@lru_cache(maxsize=CACHED)
def _profile_url(handle: str) -> str:
    return reverse("profile", args=[handle])


@register.filter
def language_name(code: str) -> str:
    """ "nl" as "Dutch", in the reader's language; the code itself when nobody knows it."""
    names = babel_locale(spoken() or "en").languages
    return str(names.get(code) or names.get(code.split("-")[0]) or code)


@register.filter
def topic_label(topic: TopicCard) -> str:
    """The label in the reader's language."""
    return (topic.label_nl if spoken() == "nl" else "") or topic.label or topic.name


@register.filter
def topics_of(card: PostCard) -> tuple[TopicCard, ...]:
    """The topics of a post; of a repost without topics of its own, those of the original."""
    return card.topics or (card.origin.topics if card.origin is not None else ())


@register.simple_tag
def talk(counts: Counts) -> str:
    """ "9 people talking, 4 for the first time": who takes part, never who merely looked."""
    if not counts.people:
        return ""
    people = ngettext("%(n)d person talking", "%(n)d people talking", counts.people)
    text = people % {"n": counts.people}
    if counts.first_time:
        first = ngettext("%(n)d for the first time", "%(n)d for the first time", counts.first_time)
        text = f"{text}, {first % {'n': counts.first_time}}"
    return text


@register.simple_tag
def responses(counts: Counts) -> str:
    """Reactions in words, each kind that five or more chose."""
    return ", ".join(
        f"{ReactionKind(kind).label} {number}"
        for kind, number in sorted(counts.reactions.items(), key=lambda pair: -pair[1])
        if number >= FEW
    )


GOAL_ICONS = {
    Goal.CONVERSATION: "messages-square",
    Goal.WEBSITE: "arrow-up-right",
    Goal.FIND: "user-search",
    Goal.FEEDBACK: "life-buoy",
    Goal.INFORM: "megaphone",
}


@register.filter
def goal_icon(goal: str) -> str:
    return GOAL_ICONS.get(Goal(goal), "message-circle") if goal else ""


@register.simple_tag
def goal_mark(goal: str) -> SafeString:
    """What the author wants this post to do, in a corner of the card."""
    if not goal:
        return mark_safe("")
    words = {
        Goal.CONVERSATION: gettext("Conversation"),
        Goal.WEBSITE: gettext("A page to read"),
        Goal.FIND: gettext("Finding someone"),
        Goal.FEEDBACK: gettext("Feedback"),
        Goal.INFORM: gettext("To know"),
    }
    return format_html(
        '<span class="goalmark">{}<span>{}</span></span>', icon(goal_icon(goal)), words[Goal(goal)]
    )


@register.simple_tag
def audience_mark(audience: str) -> SafeString:
    """Who else reads this, unless everybody does."""
    return _audience_mark(audience, spoken())


@lru_cache(maxsize=64)
def _audience_mark(audience: str, language: str | None) -> SafeString:
    words = {
        Audience.UNLISTED: gettext("with the link"),
        Audience.MEMBERS: gettext("for members"),
        Audience.CONNECTIONS: gettext("for connections"),
        Audience.GROUP: gettext("for the group"),
        Audience.DIRECT: gettext("for people named"),
    }
    word = words.get(Audience(audience)) if audience else None
    if word is None:
        return mark_safe("")
    return format_html(' · <span class="nowrap">{} {}</span>', icon("lock", "xs"), word)


@register.filter
def reaction_label(kind: str | None) -> str:
    return str(ReactionKind(kind).label) if kind else ""


@register.filter
def host(url: str) -> str:
    """The site a link leads to, without "www."."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


@register.filter
def field_value(draft: Any, name: str) -> Any:
    """A kept form value, "" when there is none."""
    return draft.get(name, "") if draft else ""


@register.simple_tag
def years(begin: int | None, end: int | None) -> str:
    """ "2011 – 2022", "2022 – now"; years are not numbers with separators."""
    if begin and end:
        return str(begin) if begin == end else f"{begin} – {end}"
    if begin:
        return gettext("%(year)s – now") % {"year": begin}
    return str(end or "")


@register.filter(name="input")
def input_(field: BoundField) -> SafeString:
    """A form field with our looks, tied to its hint, marked when it was refused."""
    look = str(field.field.widget.attrs.get("class", "input"))
    attrs: dict[str, str | bool] = {"class": look, "placeholder": ""}
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)
