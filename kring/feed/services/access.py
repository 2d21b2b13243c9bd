"""What a reader may speak about: topics they know of."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from kring.feed.models import TopicMute, TopicWish
from kring.members.models import Identity
from kring.posts.models import Post, PostTopic, Topic, TopicFollow
from kring.posts.visibility import visible


def known_topics(by: Identity, among: Q | None = None) -> QuerySet[Topic]:
    """Topics of posts this person may see, and those they follow or told the feed about.

    A topic is somebody's words: nobody learns by asking that others use it among themselves.
    """
    used = PostTopic.objects.filter(
        topic=OuterRef("pk"), post__in=Post.objects.filter(visible(by.pk))
    )
    told: tuple[QuerySet[TopicFollow] | QuerySet[TopicMute] | QuerySet[TopicWish], ...] = (
        TopicFollow.objects.filter(identity=by),
        TopicMute.objects.filter(by=by),
        TopicWish.objects.filter(by=by),
    )
    mine = Q()
    for rows in told:
        mine |= Q(pk__in=rows.values("topic_id"))
    topics = Topic.objects.filter(among) if among is not None else Topic.objects.all()
    return topics.filter(mine | Exists(used))


def known_ids(by: Identity, topic_ids: Collection[int]) -> list[int]:
    """Those of the ids that are topics this person knows of. 1 query."""
    return list(known_topics(by, Q(pk__in=list(topic_ids))).values_list("pk", flat=True))
