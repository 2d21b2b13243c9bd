"""Everything one told the feed that holds now, with when it was said and how to take it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kring.core.html import plain_text
from kring.feed.models import (
    Hidden,
    LessLikeThis,
    MoreLikeThis,
    Preferences,
    TopicMute,
    TopicWish,
)
from kring.feed.queries import topics_known_to
from kring.members.models import Identity
from kring.network.models import Block, Mute
from kring.posts.cards import TopicCard
from kring.posts.mentioned import without_the_gone
from kring.posts.models import Post, ThreadMute
from kring.posts.visibility import visible
from kring.web.mix import PRESET_WORDS
from kring.web.templatetags.kring import topic_label
from kring.web.views.common import url

SHOWN = 100
EXCERPT = 120
# (post or thread id, since)
Said = tuple[int, datetime]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing: a post's first words or a name, where it is, and the path that undoes it.

    `words` and `name` are empty where the post is no longer there for the reader. `choice` is
    sent along where undoing needs it.
    """

    words: str
    name: str
    at: str
    undo: str
    since: datetime
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What was said in one way, newest first."""

    title: str | Promise
    told: tuple[Told, ...]


def effects_of(viewer: Identity, preferences: Preferences) -> list[Kind]:
    """The newest hundred of each kind, kinds without any left out. 15 queries."""
    said = {
        "unhide": Hidden.objects.filter(by=viewer).values_list("post_id", "since"),
        "undo_less": LessLikeThis.objects.filter(by=viewer).values_list("post_id", "since"),
        "undo_more": MoreLikeThis.objects.filter(by=viewer).values_list("post_id", "since"),
        "unmute_thread": ThreadMute.objects.filter(by=viewer).values_list("thread_id", "since"),
    }
    posts = {undo: list(rows.order_by("-id")[:SHOWN]) for undo, rows in said.items()}
    mutes = Mute.objects.filter(muter=viewer).values_list("muted_id", "since")
    blocks = Block.objects.filter(blocker=viewer).values_list("blocked_id", "since")
    kinds = [
        Kind(gettext_lazy("How your feed is mixed"), _preferences(preferences)),
        Kind(gettext_lazy("Topics you set by hand"), _topics(viewer)),
        Kind(gettext_lazy("Posts you hid"), _posts(viewer, posts, "unhide")),
        Kind(gettext_lazy("Less like this"), _posts(viewer, posts, "undo_less")),
        Kind(gettext_lazy("More like this"), _posts(viewer, posts, "undo_more")),
        Kind(gettext_lazy("Threads you muted"), _posts(viewer, posts, "unmute_thread")),
        Kind(gettext_lazy("People you muted"), _people(mutes.order_by("-id")[:SHOWN], "unmute")),
        Kind(
            gettext_lazy("People you blocked"), _people(blocks.order_by("-id")[:SHOWN], "unblock")
        ),
    ]
    return [kind for kind in kinds if kind.told]


def _preferences(preferences: Preferences) -> tuple[Told, ...]:
    """One line for all that differs from the community's way."""
    words = []
    if preferences.outside_percent is not None:
        words.append(
            _("At most %(percent)d of 100 posts from outside your network")
            % {"percent": preferences.outside_percent}
        )
    if not preferences.measure:
        words.append(_("What you see and read is not measured"))
    if not preferences.profile:
        words.append(_("Nothing about you is concluded from what you do"))
    if preferences.home_only:
        words.append(_("Your posts are ranked for your own network alone"))
    if preferences.languages:
        words.append(_("Languages: %(codes)s") % {"codes": preferences.languages.upper()})
    if preferences.preset == "balanced" and not words:
        return ()
    name = {key: title for key, title, _words in PRESET_WORDS}[preferences.preset]
    undo = reverse("reset_mix")
    return (Told(" · ".join(words), str(name), "#mix", undo, preferences.changed_at),)


def _topics(viewer: Identity) -> tuple[Told, ...]:
    wishes = {
        topic_id: (level, since)
        for topic_id, level, since in TopicWish.objects.filter(by=viewer)
        .order_by("-id")
        .values_list("topic_id", "level", "since")[:SHOWN]
    }
    muted = dict(
        TopicMute.objects.filter(by=viewer).order_by("-id").values_list("topic_id", "since")[:SHOWN]
    )
    told = []
    for topic in topics_known_to(viewer.pk, Q(pk__in=[*wishes, *muted])):
        label = f"#{topic_label(TopicCard(topic.name, topic.label, topic.label_nl))}"
        at = reverse("topic", args=[topic.name])
        if topic.pk in muted:
            undo = reverse("unmute_topic", args=[topic.name])
            told.append(Told(_("Never"), label, at, undo, muted[topic.pk]))
        else:
            level, since = wishes[topic.pk]
            undo = reverse("want_topic", args=[topic.name])
            words = _("More") if level > 0 else _("Less")
            told.append(Told(words, label, at, undo, since, "as_learned"))
    return tuple(sorted(told, key=lambda one: one.since, reverse=True))


def _posts(viewer: Identity, said: dict[str, list[Said]], undo: str) -> tuple[Told, ...]:
    ids = [post_id for post_id, _since in said[undo]]
    posts = Post.objects.filter(visible(viewer.pk), pk__in=ids)
    rows = list(posts.values_list("pk", "html", "author__name"))
    shown = without_the_gone([html for _id, html, _name in rows])
    found = {
        post_id: (plain_text(html)[:EXCERPT], name)
        for (post_id, _html, name), html in zip(rows, shown, strict=True)
    }
    return tuple(
        Told(*found.get(post_id, ("", "")), url("post", post_id), url(undo, post_id), since)
        for post_id, since in said[undo]
    )


def _people(rows: Iterable[Said], undo: str) -> tuple[Told, ...]:
    since = dict(rows)
    # Whoever is suspended is told of again when they are back.
    people = Identity.objects.filter(suspended_at=None).in_bulk(since)
    return tuple(
        Told(
            people[id_].headline,
            people[id_].name,
            reverse("profile", args=[people[id_].handle]),
            reverse(undo, args=[people[id_].handle]),
            when,
        )
        for id_, when in since.items()
        if id_ in people
    )
