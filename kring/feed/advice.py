"""What the feed would hold against a post, for its author to know before it is posted.

Advice refuses nothing. Each adviser asks about one of the rules of manners (`multipliers.py`), by
the same numbers, and says what would be left of the post's worth and why; or it has nothing to
say. The words for people are `web`'s.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from kring.core.clock import from_ms, to_ms
from kring.feed import serving
from kring.feed.policy import Policy, default_policy
from kring.feed.response import HOUR_MS, response_ratio
from kring.feed.text import duplicates
from kring.feed.text.bait import bait_of
from kring.feed.text.bait_cues import CUES
from kring.feed.text.words import own_words
from kring.feed.text_store import earlier_alike
from kring.members.models import Identity, Kind
from kring.posts.models import Post
from kring.posts.visibility import visible

# A smaller loss than this is not worth a word.
NOTICEABLE = 0.1
_BAIT_KINDS = {cue.name: cue.kind for cue in CUES}


@dataclass(frozen=True, slots=True)
class Meant:
    """A post as somebody is about to send it. words, mentions: how many it has."""

    text: str
    words: int
    mentions: int = 0
    audience: str = "public"
    group_id: int | None = None
    is_repost: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """`kept`: the share of its worth that the rule leaves. The rest by kind:

    too_soon: when the previous post was (`previous_at`), and from when on hardly anything would be
    taken off (`fine_at`). bait: what is asked for, by kind of cue (`asks`). near_copy: the post
    that said it first (`original_id`), and whether it is one's own (`own`). many_mentions: how
    many (`count`), and how many are not too many (`most`). bare_repost: how many words it takes
    (`most`).
    """

    kind: str
    kept: float
    previous_at: datetime | None = None
    fine_at: datetime | None = None
    asks: tuple[str, ...] = ()
    original_id: int = 0
    own: bool = False
    count: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    author: Identity
    meant: Meant
    now: datetime
    policy: Policy


Adviser = Callable[[Asked], Advice | None]


def too_soon(asked: Asked) -> Advice | None:
    """So soon after the previous post that more than a tenth is taken off (R8). No query."""
    rules, now_ms = asked.policy.multipliers, to_ms(asked.now)
    if asked.author.kind == Kind.SOURCE:
        return None
    with serving.server().index.reading() as world:
        number = world.people.find(asked.author.pk)
        rows = world.posts.by_author.rows(number, newest=1) if number >= 0 else np.empty(0, int)
        if not rows.size:
            return None
        previous_ms = int(world.posts.created_ms.view[rows[-1]])
        ratio = float(response_ratio(world, rows[-1:], now_ms, asked.policy)[0])
    if ratio > rules.strong_response:
        return None
    gap_hours = max(now_ms - previous_ms, 0) / HOUR_MS
    half_life = rules.frequency_half_life_hours
    lost = rules.frequency_depth * 2 ** (-gap_hours / half_life)
    if lost <= NOTICEABLE:
        return None
    fine = half_life * math.log2(rules.frequency_depth / NOTICEABLE)
    previous = from_ms(previous_ms)
    return Advice(
        "too_soon",
        1.0 - lost,
        previous_at=previous,
        fine_at=_next_quarter(previous + timedelta(hours=fine)),
    )


def bait(asked: Asked) -> Advice | None:
    """It asks for applause in so many words (R11). No query."""
    found = bait_of(own_words(asked.meant.text))
    if found.probability < asked.policy.text.bait_probability:
        return None
    asks = tuple(dict.fromkeys(_BAIT_KINDS[name] for name in found.cues))
    return Advice("bait", asked.policy.multipliers.bait, asks=asks)


def near_copy(asked: Asked) -> Advice | None:
    """It says nearly what a post said before that its author may see (R12). 3 queries at most."""
    rules, meant = asked.policy, asked.meant
    said = duplicates.signature(own_words(meant.text), min_words=rules.text.duplicate_words)
    found = earlier_alike(said, now=asked.now, audience=meant.audience, group_id=meant.group_id)
    seen = Post.objects.filter(visible(asked.author.pk), pk__in=found) if found else []
    authors = {post.pk: post.author_id for post in seen}
    first = next((post_id for post_id in found if post_id in authors), None)
    if first is None:
        return None
    return Advice(
        "near_copy",
        rules.multipliers.near_duplicate,
        original_id=first,
        own=authors[first] == asked.author.pk,
    )


def many_mentions(asked: Asked) -> Advice | None:
    """It names more people than take part in a conversation (R7). No query."""
    rules = asked.policy.multipliers
    if asked.meant.mentions <= rules.most_mentions:
        return None
    return Advice(
        "many_mentions", rules.mentions, count=asked.meant.mentions, most=rules.most_mentions
    )


def bare_repost(asked: Asked) -> Advice | None:
    """It passes a post on with hardly a word of one's own (R9). No query."""
    rules = asked.policy.multipliers
    if not asked.meant.is_repost or asked.meant.words >= rules.bare_words:
        return None
    return Advice("bare_repost", rules.bare, most=int(rules.bare_words))


# In the order in which they are told.
ADVISERS: dict[str, Adviser] = {
    "near_copy": near_copy,
    "bait": bait,
    "bare_repost": bare_repost,
    "many_mentions": many_mentions,
    "too_soon": too_soon,
}


def advise(author: Identity, meant: Meant, *, now: datetime) -> list[Advice]:
    """Everything the feed would hold against this post now. 3 queries at most."""
    asked = Asked(author, meant, now, default_policy())
    told = (adviser(asked) for adviser in ADVISERS.values())
    return [advice for advice in told if advice is not None]


def _next_quarter(moment: datetime) -> datetime:
    """The first quarter of an hour that is not before it."""
    ms = 15 * 60 * 1000
    return from_ms(-(-to_ms(moment) // ms) * ms)
