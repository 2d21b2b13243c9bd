"""How fast a process takes in what happened: events recorded in bulk, then read by the index."""

from __future__ import annotations

import time
from datetime import datetime

import msgspec
from django.db import transaction

from kring.core import nodes
from kring.core.events import Event
from kring.core.models import RecordedEvent
from kring.feed.serving import Server
from kring.posts.events import Commented, PostPublished, Reacted
from kring.posts.models import Post, Reaction

# Of a hundred events, so many are of each kind; the rest are reactions.
COMMENTS, PUBLISHED = 25, 10


def events_per_second(server: Server, *, count: int, now: datetime) -> dict[str, float]:
    """Record `count` events and take them in, per second of CPU. The database stays as it was."""
    with transaction.atomic():
        RecordedEvent.objects.bulk_create(
            [
                RecordedEvent(
                    event_id=nodes.new_id(), kind=type(event).__name__, at=now,
                    payload=msgspec.msgpack.encode(event),
                )
                for event in _happenings(count, now)
            ],
            batch_size=1_000,
        )  # fmt: skip
        started = time.thread_time()
        with server.index.reading() as world:
            assert world is not None
        seconds = time.thread_time() - started
        transaction.set_rollback(True)
    server.index.forget()
    return {"events": count, "per_second": round(count / seconds), "cpu_s": round(seconds, 2)}


def _happenings(count: int, now: datetime) -> list[Event]:
    """New posts, comments and reactions of today, under and on the newest posts."""
    some = list(Post.objects.filter(in_reply_to=None, origin=None).order_by("-id")[:count])
    made: list[Event] = []
    posts: list[Post] = []
    reactions: list[Reaction] = []
    for number in range(count):
        top, by = some[number % len(some)], some[-1 - number % len(some)].author_id
        if number % 100 < COMMENTS:
            posts.append(_post(by, now, answering=top))
            made.append(_commented(posts[-1], top))
        elif number % 100 < COMMENTS + PUBLISHED:
            posts.append(_post(by, now, answering=None))
            made.append(PostPublished(post_id=posts[-1].pk, author_id=by))
        else:
            reactions.append(Reaction(id=nodes.new_id(), post=top, by_id=by, created_at=now))
            made.append(Reacted(post_id=top.pk, by=by, kind="like", author_id=top.author_id))
    Post.objects.bulk_create(posts, batch_size=1_000)
    Reaction.objects.bulk_create(reactions, batch_size=1_000, ignore_conflicts=True)
    return made


def _post(by: int, now: datetime, *, answering: Post | None) -> Post:
    own = nodes.new_id()
    return Post(
        id=own, author_id=by, created_at=now, text="New.", html="New.", words=1,
        thread_id=own if answering is None else answering.pk, in_reply_to=answering,
    )  # fmt: skip


def _commented(post: Post, top: Post) -> Event:
    return Commented(
        post_id=post.pk, author_id=post.author_id, thread_id=top.pk, parent_id=top.pk,
        thread_author_id=top.author_id,
    )  # fmt: skip
