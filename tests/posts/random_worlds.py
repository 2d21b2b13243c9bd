"""Random small worlds: few people, so that every tie and every rule is met often.

Rows are written directly, past the services: visibility must hold for whatever stands in the
tables, also for what an import or an older release wrote.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from hypothesis import strategies as st

from kring.members.models import Identity
from kring.network.models import Block, Connection, Follow, Membership, Mute
from kring.posts.kept import kept_cards
from kring.posts.models import Audience, Mention, Post, ThreadMute
from tests.worlds import NOON

PEOPLE = (11, 12, 13)
GROUPS = (21, 22)
VIEWERS = (None, *PEOPLE)
POSTS = 7

_pair = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))
_pairs = st.lists(_pair, max_size=4)


@dataclass(frozen=True)
class Row:
    author: int
    audience: str
    group: int
    mentions: frozenset[int]
    deleted: bool
    shape: str
    target: int


_rows = st.builds(
    Row,
    author=st.sampled_from(PEOPLE),
    audience=st.sampled_from(
        (*Audience.values, Audience.CONNECTIONS, Audience.DIRECT, Audience.UNLISTED)
    ),
    group=st.sampled_from(GROUPS),
    mentions=st.frozensets(st.sampled_from(PEOPLE), max_size=2),
    deleted=st.sampled_from((False, False, False, True)),
    shape=st.sampled_from(("top", "comment", "comment", "repost", "talk about a repost")),
    target=st.integers(0, POSTS - 1),
)


@dataclass(frozen=True)
class World:
    suspended: frozenset[int]
    limited: frozenset[int]
    deleted: frozenset[int]
    connections: list[tuple[int, int]]
    follows: list[tuple[int, int]]
    blocks: list[tuple[int, int]]
    mutes: list[tuple[int, int]]
    memberships: frozenset[tuple[int, int]]
    thread_mutes: frozenset[tuple[int, int]]
    rows: list[Row]


_few_gone = st.one_of(
    st.just(frozenset()), st.just(frozenset()), st.frozensets(st.sampled_from(PEOPLE), max_size=1)
)
_blocks = st.one_of(st.just([]), st.just([]), _pairs)

worlds = st.builds(
    World,
    suspended=_few_gone,
    limited=_few_gone,
    deleted=_few_gone,
    connections=st.lists(_pair, min_size=2, max_size=4),
    follows=_pairs,
    blocks=_blocks,
    mutes=st.lists(_pair, min_size=1, max_size=3),
    memberships=st.frozensets(
        st.tuples(st.sampled_from(PEOPLE), st.sampled_from((*GROUPS, 11, 13))), max_size=6
    ),
    thread_mutes=st.frozensets(
        st.tuples(st.sampled_from(PEOPLE), st.integers(0, POSTS - 1)), max_size=2
    ),
    rows=st.lists(_rows, min_size=4, max_size=POSTS),
)


@contextmanager
def standing(world: World):
    """The world in the database, for as long as the block lasts."""
    with transaction.atomic():
        _people(world)
        _posts(world)
        # Rows that no event tells of, under ids that another world had.
        kept_cards.cache_clear()
        yield
        transaction.set_rollback(True)


def _people(world: World) -> None:
    Identity.objects.bulk_create(
        Identity(
            id=pk,
            kind="group" if pk in GROUPS else "person",
            handle=f"w{pk}",
            name=f"W{pk}",
            created_at=NOON,
            suspended_at=NOON if pk in world.suspended else None,
            limited_at=NOON if pk in world.limited else None,
            deleted_at=NOON if pk in world.deleted else None,
        )
        for pk in (*PEOPLE, *GROUPS)
    )
    Connection.objects.bulk_create(
        Connection(owner_id=a, other_id=b, since=NOON)
        for a, b in {pair for a, b in world.connections if a != b for pair in ((a, b), (b, a))}
    )
    for model, ends, pairs in (
        (Follow, ("follower_id", "followed_id"), world.follows),
        (Block, ("blocker_id", "blocked_id"), world.blocks),
        (Mute, ("muter_id", "muted_id"), world.mutes),
        (Membership, ("member_id", "of_id"), world.memberships),
    ):
        model.objects.bulk_create(
            model(**dict(zip(ends, pair, strict=True)), since=NOON)
            for pair in set(pairs)
            if pair[0] != pair[1]
        )


def _posts(world: World) -> None:
    made: list[Post] = []
    for number, row in enumerate(world.rows):
        pk = 100 + number
        post = Post(id=pk, author_id=row.author, thread_id=pk, created_at=NOON, text="words")
        post.audience = row.audience
        post.group_id = row.group if row.audience == Audience.GROUP else None
        target = made[row.target % len(made)] if made else None
        if row.shape == "talk about a repost":
            target = next((one for one in reversed(made) if one.origin_id), target)
        if target is not None and row.shape in ("comment", "talk about a repost"):
            post.in_reply_to_id, post.thread_id = target.pk, target.thread_id
            top = made[target.thread_id - 100]
            post.audience, post.group_id = top.audience, top.group_id
        elif target is not None and row.shape == "repost":
            post.repost_of_id, post.origin_id = target.pk, target.origin_id or target.pk
        post.deleted_at = NOON if row.deleted else None
        made.append(post)
    Post.objects.bulk_create(made)
    Mention.objects.bulk_create(
        Mention(post_id=post.pk, identity_id=pk)
        for post, row in zip(made, world.rows, strict=True)
        for pk in row.mentions
    )
    ThreadMute.objects.bulk_create(
        ThreadMute(by_id=by, thread_id=thread_id, since=NOON)
        for by, thread_id in {
            (by, made[number % len(made)].thread_id) for by, number in world.thread_mutes
        }
    )
