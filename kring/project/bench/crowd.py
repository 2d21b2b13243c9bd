"""A synthetic community to measure on: heavy-tailed ties, two weeks of posts and responses.

Its words are filler and its people are numbers: it is for cost, never for judging a ranking.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from kring.core.html import render_markdown
from kring.core.ids import allocate_backdated
from kring.members.models import Community, Identity
from kring.network.models import Connection
from kring.posts.models import Post, PostTopic, Reaction, Topic

Rng = np.random.Generator
BATCH = 5_000
DAYS = 14
VIEWER_TIES = 500
FILLER = (
    "letter fund question answer meeting rule number person screen month year plan tested "
    "found wrote asked again later simple better colleague because"
)
WORDS = FILLER.split()


def grow(*, members: int, seed: int, now: datetime) -> Identity:
    """Fill an empty database and return the viewer: a member with at most 500 ties.

    About 1.5 posts, 4 comments and 6 reactions a member over two weeks.
    """
    rng = np.random.default_rng(seed)
    Community.objects.update_or_create(pk=1, defaults={"name": "Bench", "sample": "bench"})
    people = _people(members, now)
    _ties(people, rng, now)
    posts = _posts(people, rng, now)
    _comments(people, posts, rng, now)
    _reactions(people, posts, rng, now)
    return people[0]


def _moments(count: int, rng: Rng, now: datetime) -> list[datetime]:
    seconds = np.sort(rng.uniform(60, DAYS * 86_400, count))[::-1]
    return [now - timedelta(seconds=float(s)) for s in seconds]


def _ids(moments: list[datetime]) -> list[int]:
    return allocate_backdated(moments, taken=lambda _: set())


def _people(count: int, now: datetime) -> list[Identity]:
    born = now - timedelta(days=400)
    rows = [
        Identity(
            id=id_, handle=f"member{number}", name=f"Member {number}", created_at=moment,
            headline="Measures things", is_sample=True,
        )
        for number, (id_, moment) in enumerate(
            zip(
                _ids([born + timedelta(seconds=n) for n in range(count)]),
                [born + timedelta(seconds=n) for n in range(count)],
                strict=True,
            )
        )
    ]  # fmt: skip
    return Identity.objects.bulk_create(rows, batch_size=BATCH)


def _ties(people: list[Identity], rng: Rng, now: datetime) -> None:
    count = len(people)
    wanted = np.minimum(rng.zipf(1.8, count) * 8, min(300, count - 1))
    pairs: set[tuple[int, int]] = set()
    for one, ties in enumerate(wanted):
        for other in rng.integers(0, count, int(ties)):
            if one != other:
                pairs.add((min(one, int(other)), max(one, int(other))))
    pairs |= {(0, other) for other in range(1, min(VIEWER_TIES, count - 1) + 1)}
    since = now - timedelta(days=200)
    rows = [
        Connection(owner=people[x], other=people[y], since=since)
        for one, other in sorted(pairs)
        for x, y in ((one, other), (other, one))
    ]
    Connection.objects.bulk_create(rows, batch_size=BATCH)


def _post(id_: int, author: Identity, moment: datetime, rng: Rng, **fields: Any) -> Post:
    words = int(rng.integers(8, 90))
    text = " ".join(rng.choice(WORDS, words)).capitalize() + "."
    return Post(
        id=id_, author=author, created_at=moment, text=text, html=render_markdown(text),
        words=words, language="en", **fields,
    )  # fmt: skip


def _posts(people: list[Identity], rng: Rng, now: datetime) -> list[Post]:
    count = int(len(people) * 1.5)
    moments = _moments(count, rng, now)
    authors = rng.integers(0, len(people), count)
    rows = [
        _post(id_, people[a], moment, rng, thread_id=id_)
        for id_, moment, a in zip(_ids(moments), moments, authors, strict=True)
    ]
    Post.objects.bulk_create(rows, batch_size=BATCH)
    topics = Topic.objects.bulk_create([Topic(name=f"topic{n}") for n in range(40)])
    PostTopic.objects.bulk_create(
        [
            PostTopic(post=row, topic=topics[int(topic)])
            for row in rows
            for topic in set(rng.integers(0, len(topics), 2))
        ],
        batch_size=BATCH,
    )
    return rows


def _comments(people: list[Identity], posts: list[Post], rng: Rng, now: datetime) -> None:
    count = len(people) * 4
    moments = _moments(count, rng, now)
    rows: list[Post] = []
    for id_, moment in zip(_ids(moments), moments, strict=True):
        post = posts[int(len(posts) * rng.power(3)) - 1]
        if post.created_at < moment:
            author = people[int(rng.integers(0, len(people)))]
            rows.append(_post(id_, author, moment, rng, thread=post, in_reply_to=post))
    Post.objects.bulk_create(rows, batch_size=BATCH)


def _reactions(people: list[Identity], posts: list[Post], rng: Rng, now: datetime) -> None:
    chosen = {
        (int(len(posts) * rng.power(3)) - 1, int(rng.integers(0, len(people))))
        for _ in range(len(people) * 6)
    }
    moments = [posts[post].created_at + timedelta(seconds=30) for post, _ in chosen]
    rows = [
        Reaction(id=id_, post=posts[post], by=people[by], created_at=moment)
        for id_, moment, (post, by) in zip(_ids(moments), moments, sorted(chosen), strict=True)
    ]
    Reaction.objects.bulk_create(rows, batch_size=BATCH)
