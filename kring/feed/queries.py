"""Reads for pages beside the ranked feed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from kring.core.paging import Page
from kring.core.prepared import Prepared, columns_of
from kring.feed.models import Hidden, Preferences, TopicMute, TopicWish
from kring.feed.policy import Policy
from kring.feed.steering import AXES, Mix, mix_of
from kring.members.models import Identity
from kring.posts import queries as posts
from kring.posts.models import Post, PostTopic, Topic, TopicFollow
from kring.posts.text import fold_topic
from kring.posts.visibility import visible

ROUNDS = 5
# What one can say of a topic.
MORE, AS_LEARNED, LESS, NEVER = "more", "as_learned", "less", "never"
CHOICES = (MORE, AS_LEARNED, LESS, NEVER)
_PREFERENCES = Prepared(
    lambda viewer: Preferences.objects.filter(identity_id=viewer).values_list(
        *columns_of(Preferences)
    )
)


def preferences_of(identity_id: int) -> Preferences:
    """How this person wants to be served; the community's way when they never said. 1 query."""
    found = next(_PREFERENCES.objects(Preferences, identity_id), None)
    return found or Preferences(identity_id=identity_id)


def mix_for(preferences: Preferences, policy: Policy) -> Mix:
    """The mix these preferences ask for, whether by a preset or set by hand."""
    a, b, c, d = (getattr(preferences, axis) for axis in AXES)
    return mix_of(preferences.preset, Mix((a, b, c, d), preferences.outside_percent), policy)


def by_time(
    viewer: Identity,
    before_id: int | None = None,
    limit: int = 20,
    *,
    topic_ids: Collection[int] = (),
) -> Page[int]:
    """The chronological timeline without what the viewer hid or muted.

    3 queries, more where little was written lately or much was left out.

    A muted topic takes nothing from the viewer's own posts, and nothing in which they are
    mentioned. A page may be shorter than `limit` when hundreds of its posts are left out; its
    cursor still leads on.

    topic_ids: posts about one of these alone; none: about anything
    """
    kept: list[int] = []
    cursor = before_id
    for _ in range(ROUNDS):
        page = posts.following(viewer, cursor, limit, topic_ids=topic_ids)
        unwanted = {post_id for (post_id,) in _UNWANTED.rows(viewer.pk, page.items)}
        for post_id in page.items:
            if post_id not in unwanted:
                kept.append(post_id)
                if len(kept) == limit:
                    more = post_id != page.items[-1] or page.next_before is not None
                    return Page(items=kept, next_before=post_id if more else None)
        cursor = page.next_before
        if cursor is None:
            break
    return Page(items=kept, next_before=cursor)


def _unwanted(viewer: int, post_ids: Collection[int]) -> QuerySet[Any, Any]:
    muted = TopicMute.objects.filter(by_id=viewer).values("topic_id")
    about = PostTopic.objects.filter(topic__in=muted).values("post_id")
    posts_about = (
        Post.objects.filter(Q(pk__in=about) | Q(origin_id__in=about), pk__in=post_ids)
        .exclude(author_id=viewer)
        .exclude(mentions__identity_id=viewer)
    )
    hidden = Hidden.objects.filter(by_id=viewer, post_id__in=post_ids)
    return hidden.values_list(F("post_id")).union(posts_about.values_list(F("pk")), all=True)


_UNWANTED = Prepared(_unwanted)


def topics_known_to(viewer_id: int | None, among: Q) -> QuerySet[Topic]:
    """Topics of posts this viewer may see, and those they follow or told the feed about.

    A topic is somebody's words: nobody learns by asking that others use it among themselves.
    """
    used = PostTopic.objects.filter(
        topic=OuterRef("pk"), post__in=Post.objects.filter(visible(viewer_id))
    )
    known = Q(Exists(used))
    if viewer_id is not None:
        told: tuple[QuerySet[Any], ...] = (
            TopicFollow.objects.filter(identity_id=viewer_id),
            TopicMute.objects.filter(by_id=viewer_id),
            TopicWish.objects.filter(by_id=viewer_id),
        )
        for rows in told:
            known |= Q(pk__in=rows.values("topic_id"))
    return Topic.objects.filter(among).filter(known)


def topics_named(viewer_id: int | None, names: Collection[str]) -> dict[str, Topic]:
    """The topics that these words name, by the word: a folded name, or a label in any language.

    Those the viewer can know of; a name goes before a label. 1 query.
    """
    asked = Q(name__in=names)
    for name in filter(None, names):
        asked |= Q(label__iexact=name) | Q(label_nl__iexact=name)
    found = sorted(topics_known_to(viewer_id, asked), key=lambda topic: topic.pk)
    named: dict[str, Topic] = {}
    for keys in (("label", "label_nl"), ("name",)):
        for topic in found:
            named |= {fold_topic(getattr(topic, key)): topic for key in keys}
    return {name: named[name] for name in names if name and name in named}


def choice_on(viewer_id: int, topic_id: int) -> str:
    """What the viewer said of this topic: one of CHOICES. 2 queries."""
    if TopicMute.objects.filter(by_id=viewer_id, topic_id=topic_id).exists():
        return NEVER
    wish = TopicWish.objects.filter(by_id=viewer_id, topic_id=topic_id)
    return choice_of(wish.values_list("level", flat=True).first() or 0)


def choices_of(viewer_id: int) -> dict[int, str]:
    """What the viewer said of topics, by topic id, where they said anything. 2 queries."""
    levels = TopicWish.objects.filter(by_id=viewer_id).values_list("topic_id", "level")
    muted = TopicMute.objects.filter(by_id=viewer_id).values_list("topic_id", flat=True)
    said = {topic_id: choice_of(level) for topic_id, level in levels}
    return said | dict.fromkeys(muted, NEVER)


def choice_of(level: int) -> str:
    """The word for a level of `TopicWish`, 0 for none."""
    return {1: MORE, 0: AS_LEARNED, -1: LESS}[level]
