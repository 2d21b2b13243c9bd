"""What happens to the words: theirs go; others' talk below them stays; mentions of them go."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model, Q
from django.db.models.functions import Coalesce

from kring.feed.models import PostText
from kring.media.models import LinkPreview
from kring.members.models import Identity
from kring.members.tombstones import nobody
from kring.moderation.models import Appeal, Case, Decision, Report
from kring.posts.models import (
    Mention,
    Post,
    PostImage,
    PostTopic,
    PostVersion,
    RecentDeletion,
    ScheduledImage,
    ScheduledPost,
    Topic,
    TopicFollow,
)
from kring.posts.services.delete import EMPTY

PORTION = 200
# In the place of a mention: in every language.
WAS_MENTIONED = "@…"
# Where others may have written a handle.
TEXTS: dict[type[Model], tuple[str, ...]] = {
    Post: ("text", "html", "link_url", "link_title"),
    PostVersion: ("text", "html"),
    ScheduledPost: ("text", "link_url"),
    Identity: ("headline", "about", "about_html", "uses_network_for"),
    Case: ("said",),
    Report: ("words",),
    Decision: ("words",),
    Appeal: ("words", "answer"),
    LinkPreview: ("url", "title", "description"),
}


def pictures_of(person_id: int) -> set[int]:
    """Ids of all pictures in what they wrote or have waiting."""
    posted = PostImage.objects.filter(post__author_id=person_id)
    waiting = ScheduledImage.objects.filter(scheduled__author_id=person_id)
    return {
        image_id
        for rows in (posted, waiting)
        for image_id in rows.values_list("image_id", flat=True)
    }


def take_back_posts(person_id: int, *, now: datetime) -> None:
    """Delete what they wrote; of what others answered or shared, leave a place without words.

    In whose name it stands then is nobody's. Their reposts and comments under it stay.
    """
    PostImage.objects.filter(post__author_id=person_id).delete()
    ScheduledImage.objects.filter(scheduled__author_id=person_id).delete()
    kept = _leaned_on(person_id)
    for portion in _portions(sorted(kept)):
        for words in (Mention, PostTopic, PostVersion, RecentDeletion, PostText):
            words._default_manager.filter(post_id__in=portion).delete()
        Post.objects.filter(pk__in=portion).update(
            **EMPTY,
            author=nobody(now=now),
            deleted_at=Coalesce("deleted_at", now),
            goal="",
            language="",
            edited_at=None,
            client_key=None,
            external_id=None,
        )
    while ids := list(
        Post.objects.filter(author_id=person_id)
        .order_by("-pk")
        .values_list("pk", flat=True)[:PORTION]
    ):
        Post.objects.filter(pk__in=ids).delete()


def _leaned_on(person_id: int) -> set[int]:
    """Posts of theirs that something of others stands under, and what those stand under."""
    theirs = Post.objects.filter(author_id=person_id)
    mine = set(theirs.values_list("pk", flat=True))
    columns = ("thread_id", "in_reply_to_id", "repost_of_id", "origin_id")
    others = Post.objects.exclude(author_id=person_id)
    kept: set[int] = set()
    for column in columns:
        leaning = others.filter(**{f"{column}__in": theirs.values("pk")})
        kept |= _named(leaning.values_list(column).distinct())
    fresh = kept
    while fresh:
        above: set[int] = set()
        for portion in _portions(sorted(fresh)):
            above |= _named(Post.objects.filter(pk__in=portion).values_list(*columns))
        fresh = (above & mine) - kept
        kept |= fresh
    return kept


def _named(rows: Iterable[tuple[Any, ...]]) -> set[int]:
    return {value for row in rows for value in row if value is not None}


def topics_of(person_id: int) -> set[int]:
    """Topics that may be theirs alone."""
    used = PostTopic.objects.filter(post__author_id=person_id).values_list("topic_id", flat=True)
    followed = TopicFollow.objects.filter(identity_id=person_id)
    return {*used, *followed.values_list("topic_id", flat=True)}


def drop_unused_topics(topic_ids: Collection[int]) -> None:
    """Forget those that nobody else uses, follows, mutes or wishes for: they were their words."""
    vector = "vector"
    relations = [one.name for one in Topic._meta.related_objects if one.name != vector]
    unused = {f"{name}__isnull": True for name in relations}
    for portion in _portions(sorted(topic_ids)):
        Topic.objects.filter(pk__in=portion, **unused).delete()


def unmention(handles: Collection[str]) -> None:
    """Take these handles out of the words of others, and the links that led to them.

    Looks through every text that anybody wrote: rare, and worth it.
    """
    either = "|".join(re.escape(handle) for handle in sorted(handles, key=len, reverse=True))
    link = re.compile(rf'<a [^>]*href="/@(?:{either})"[^>]*>[^<]*</a>', re.IGNORECASE)
    word = re.compile(rf"(?<!\w)@(?:{either})(?!\w)", re.IGNORECASE)
    for model, columns in TEXTS.items():
        named = Q()
        for column in columns:
            for handle in handles:
                named |= Q(**{f"{column}__icontains": f"@{handle}"})
        found = model._default_manager.filter(named).only("pk", *columns)
        for row in found.iterator(chunk_size=PORTION):
            before = {column: getattr(row, column) for column in columns}
            after = {
                column: word.sub(WAS_MENTIONED, link.sub(WAS_MENTIONED, text))
                for column, text in before.items()
            }
            if after != before:
                model._default_manager.filter(pk=row.pk).update(**after)


def _portions(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + PORTION] for start in range(0, len(ids), PORTION))
