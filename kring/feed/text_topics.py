"""The established topics, as they stand in the database."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.db import transaction

from kring.core.events import record
from kring.core.ids import first_id_at
from kring.feed.events import TextAnalysed
from kring.feed.policy import default_policy
from kring.feed.text.encode import WIDTH, from_bytes
from kring.feed.text.topics import Middles, TopicSpace, infer, topic_names
from kring.feed.text_models import PostText, TopicVector
from kring.posts.models import Audience, PostTopic

MAX_TOPICS = 2_000
# The newest uses of hashtags that shape the middles: bounds a refresh to about a second.
MAX_USES = 50_000
# Posts without hashtags that are looked at again when the middles moved.
MAX_AGAIN = 2_000


def current_space(encoder: str) -> TopicSpace:
    """The topics with a vector by this encoder, most written about first. 1 query."""
    rows = list(
        TopicVector.objects.filter(encoder=encoder)
        .order_by("-posts", "topic_id")
        .values_list("topic_id", "vector", "topic__name", "topic__label", "topic__label_nl")[
            :MAX_TOPICS
        ]
    )
    names: dict[str, int] = {}
    for topic_id, _, *labels in rows:
        for name in topic_names(filter(None, labels)):
            names.setdefault(name, topic_id)
    vectors = [from_bytes(row[1]) for row in rows]
    return TopicSpace(
        ids=np.array([row[0] for row in rows], dtype=np.int64),
        vectors=np.array(vectors, dtype=np.int8).reshape(-1, WIDTH),
        names=names,
    )


def refresh_topics(now: datetime, *, encoder: str) -> int:
    """Find the middles anew, then conclude topics again; returns how many posts changed.

    Only what everyone or every member may read shapes a topic, and neither copies nor bait do.
    """
    policy = default_policy().text
    middles = Middles()
    uses = PostTopic.objects.filter(
        post__analysed__encoder=encoder,
        post__analysed__vector__isnull=False,
        post__analysed__duplicate_of=None,
        post__analysed__bait__lt=policy.bait_probability,
        post__audience__in=(Audience.PUBLIC, Audience.MEMBERS),
        post__deleted_at=None,
    ).order_by("-post_id")
    fields = ("topic_id", "post__author_id", "post__analysed__vector")
    for topic_id, author_id, vector in uses.values_list(*fields)[:MAX_USES]:
        middles.add(topic_id, author_id, from_bytes(vector))
    with transaction.atomic():
        TopicVector.objects.all().delete()
        TopicVector.objects.bulk_create(
            TopicVector(topic_id=topic_id, encoder=encoder, vector=vector.tobytes(), posts=posts)
            for topic_id, (vector, posts) in middles.established(policy).items()
        )
    return _conclude_again(now, encoder)


def _conclude_again(now: datetime, encoder: str) -> int:
    policy, space, changed = default_policy().text, current_space(encoder), 0
    since = first_id_at(now - timedelta(days=default_policy().filters.age_limit_days))
    untagged = PostText.objects.filter(pk__gte=since, encoder=encoder, post__post_topics=None)
    rows = untagged.order_by("-pk").values_list("pk", "vector", "topics", "post__text")[:MAX_AGAIN]
    for post_id, vector, before, text in list(rows):
        held = None if vector is None else from_bytes(vector)
        after = list(infer(text, held, space, policy))
        if after != before:
            with transaction.atomic():
                mine = PostText.objects.filter(pk=post_id, encoder=encoder)
                if mine.update(topics=after):
                    record(TextAnalysed(post_id=post_id), now=now)
                    changed += 1
    return changed
