"""Who is looking: everything the ranker knows of a viewer, read at the start of a request.

What a viewer told the feed (hides, mutes, less of this) is read from the database each time: it
must hold on the very next page, whichever process serves it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import F, QuerySet, Value

from kring.core.clock import to_ms
from kring.core.prepared import Prepared
from kring.feed.models import Hidden, LessLikeThis, Preferences, TopicMute, TopicWish
from kring.feed.policy import Policy
from kring.feed.queries import mix_for
from kring.feed.steering import factors_of, outside_of
from kring.feed.viewer import LessLikeThis as Less
from kring.feed.viewer import Viewer
from kring.feed.world import ActKind, World
from kring.feed.world.columns import Ints
from kring.members.models import Identity
from kring.network.models import Block, Follow, Membership, Mute
from kring.posts.models import ThreadMute, TopicFollow

NONE: Ints = np.zeros(0, dtype=np.int64)
WISHES_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is asked for, beside who asks.

    preferences: the stored ones, or others for a look at what they would do
    only_topic_ids: posts about one of these alone; none: about anything
    in_full: with reasons that a person can read; shares alone otherwise
    """

    preferences: Preferences
    only_topic_ids: tuple[int, ...] = ()
    in_full: bool = True


def viewer_of(
    identity: Identity, world: World, policy: Policy, *, asked: Asked, seen: Mapping[int, int],
    now: datetime,
) -> Viewer:  # fmt: skip
    """The viewer as the feed's stages want them. 2 queries.

    seen: post id -> earlier visits in which they were shown it
    """
    preferences = asked.preferences
    ids: dict[str, Any] = _id_sets(identity.pk)
    wishes = {**dict.fromkeys(ids.pop("more", ()), policy.steering.more),
              **dict.fromkeys(ids.pop("less", ()), policy.steering.less)}  # fmt: skip
    person = world.people.find(identity.pk)
    company = int(world.companies(np.array([person]))[0]) if person >= 0 else 0
    mix = mix_for(preferences, policy)
    return Viewer(
        id=identity.pk,
        now_ms=to_ms(now),
        # From memory, and as fresh: the outbox was taken in a moment ago. Reading thousands of
        # rows of ties would be half of what somebody with many of them costs.
        connection_ids=world.connections.neighbours(identity.pk),
        less=_less(identity.pk),
        seen=seen,
        company_id=company,
        only_topic_ids=np.array(asked.only_topic_ids, dtype=np.int64),
        interest_set=wishes,
        group_factors=factors_of(mix.axes, policy),
        outside_share=outside_of(mix, policy),
        profiling=preferences.profile,
        languages=tuple(filter(None, preferences.languages.split(","))),
        read_post_ids=_read_before(world, identity.pk, policy, now)
        if preferences.profile
        else NONE,
        **ids,
    )


def _read_before(world: World, viewer: int, policy: Policy, now: datetime) -> Ints:
    """Posts read in an earlier visit: nothing vanishes from a page while it is used."""
    acts, newest = world.acts, int(policy.affinity.acts_read)
    rows = acts.by_actor.rows(world.people.find(viewer), newest=newest)
    rows = rows[acts.kind.view.take(rows) == ActKind.READ]
    visit_began = to_ms(now) - int(policy.filters.visit_minutes * 60_000)
    post = acts.post_row.view.take(rows)
    before = (post >= 0) & (acts.at_ms.view.take(rows) < visit_began)
    return np.asarray(world.posts.index.ids.view[post[before]])


def _build_id_sets(viewer: int) -> QuerySet[Any, Any]:
    """All sets of ids in one query: each row names the set it belongs to."""

    def ids(name: str, rows: QuerySet[Any, Any], column: str) -> QuerySet[Any, Any]:
        return rows.order_by().values_list(Value(name), F(column))

    first, *others = (
        ids("followed_ids", Follow.objects.filter(follower_id=viewer), "followed_id"),
        ids("membership_ids", Membership.objects.filter(member_id=viewer), "of_id"),
        ids("blocked_ids", Block.objects.filter(blocker_id=viewer), "blocked_id"),
        ids("blocked_ids", Block.objects.filter(blocked_id=viewer), "blocker_id"),
        ids("muted_author_ids", Mute.objects.filter(muter_id=viewer), "muted_id"),
        ids("muted_thread_ids", ThreadMute.objects.filter(by_id=viewer), "thread_id"),
        ids("hidden_post_ids", Hidden.objects.filter(by_id=viewer), "post_id"),
        ids("followed_topic_ids", TopicFollow.objects.filter(identity_id=viewer), "topic_id"),
        ids("muted_topic_ids", TopicMute.objects.filter(by_id=viewer), "topic_id"),
        ids("more", TopicWish.objects.filter(by_id=viewer, level__gt=0), "topic_id"),
        ids("less", TopicWish.objects.filter(by_id=viewer, level__lt=0), "topic_id"),
    )
    return first.union(*others, all=True)


_ID_SETS = Prepared(_build_id_sets)
_WISHES = Prepared(
    lambda viewer: (
        LessLikeThis.objects.filter(by_id=viewer)
        .order_by("-id")
        .values_list("author_id", "since")[:WISHES_KEPT]
    )
)


def _id_sets(viewer: int) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for name, id_ in _ID_SETS.rows(viewer):
        found[name].append(id_)
    return dict(found)


def _less(viewer: int) -> tuple[Less, ...]:
    return tuple(Less(at_ms=to_ms(at), author_id=who) for who, at in _WISHES.rows(viewer))
