"""Analysing what people write: when it is written, and in portions what was there before.

The worker hears of a post and analyses it at once (about 5 ms). A scheduled run walks the posts
that nobody announced (imports, a release or encoder that is new), and those that wait to be
analysed again. Each run ends after `seconds_per_run`; it may be cut short anywhere, and run twice.
Serving never comes here: it reads what was concluded (`text_load`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from kring.core.events import Recorded
from kring.core.ids import first_id_at
from kring.feed.policy import default_policy
from kring.feed.policy.schema import Text as TextPolicy
from kring.feed.text.analysis import NOTHING, VERSION, Conclusions, Wording, analyse
from kring.feed.text.encode import Encoder, choose, chosen_name
from kring.feed.text_models import PostText, TextWalk
from kring.feed.text_store import (
    Written,
    analysable,
    drop_old_bands,
    forget_posts,
    read_written,
    store,
)
from kring.feed.text_topics import refresh_topics
from kring.members.events import IdentityDeleted, IdentitySuspended
from kring.posts.events import PostDeleted, PostEdited, PostPublished, PostRestored, Reposted
from kring.posts.models import Post

ANALYSED_EVENTS = (PostPublished, PostEdited, PostRestored, Reposted)
FORGOTTEN_EVENTS = (PostDeleted, IdentityDeleted, IdentitySuspended)
EVERY = timedelta(seconds=10)
PORTION, LOOKED_AT = 10, 500
# Posts of the days a feed looks back come first.
RECENT = timedelta(days=21)

log = structlog.get_logger(__name__)


@cache
def encoder() -> Encoder:
    """The encoder of this installation; one per process, loaded when it first encodes."""
    return choose(settings.ENV.text_encoder)


def encoder_name() -> str:
    """The space in which today's vectors lie. Loads nothing."""
    return _chosen_name(settings.ENV.text_encoder)


_chosen_name = cache(chosen_name)


def hear_post(recorded: Recorded) -> None:
    """Analyse a post that was written or changed."""
    if isinstance(recorded.event, ANALYSED_EVENTS):
        analyse_posts([recorded.event.post_id], now=recorded.at)


def hear_end(recorded: Recorded) -> None:
    """Forget what was concluded from a post that is gone; its copies get another original."""
    event = recorded.event
    if isinstance(event, PostDeleted):
        forget_posts([event.post_id], copies_only=False)
    elif isinstance(event, IdentityDeleted | IdentitySuspended):
        ids = PostText.objects.filter(post__author_id=event.identity_id)
        forget_posts(
            list(ids.values_list("pk", flat=True)),
            copies_only=isinstance(event, IdentitySuspended),
        )


def hear_import(recorded: Recorded) -> None:
    """Posts were added without an event each: walk them all again."""
    TextWalk.objects.all().delete()


def analyse_posts(post_ids: Sequence[int], *, now: datetime) -> int:
    """Analyse these posts and store what is concluded; returns how many were stored.

    Comments, deleted posts and posts without words are left out, and forgotten. About 12 queries
    and, besides the encoder, 5 ms a post; the arithmetic is done before anything is locked.
    """
    concluded = [(written, _concluded(written)) for written in read_written(post_ids)]
    with transaction.atomic():
        return store(concluded, post_ids=post_ids, encoder=encoder_name(), now=now)


def refresh(now: datetime) -> int:
    """Find anew what topics are about; returns how many posts' topics changed."""
    drop_old_bands(now)
    return refresh_topics(now, encoder=encoder_name())


def _concluded(written: Written) -> Conclusions:
    wording = Wording(written.text, written.language, [text for _, text in written.earlier])
    try:
        return analyse(wording, encoder=encoder(), policy=_policy())
    except Exception as error:  # one text must not keep all later ones waiting
        log.error("text.failed", post=written.post_id, error=type(error).__name__)
        return NOTHING


def run(now: datetime, *, monotonic: Callable[[], float] = time.monotonic) -> int:
    """One portion of what is left to do; returns how many posts were looked at."""
    ends = monotonic() + _policy().seconds_per_run
    looked_at = 0
    for next_posts in (_waiting, _walked):
        while monotonic() < ends:
            ids = next_posts(now)
            if not ids:
                break
            analyse_posts(ids, now=now)
            looked_at += len(ids)
    if looked_at:
        log.info("texts analysed", posts=looked_at)
    return looked_at


def _waiting(_: datetime) -> list[int]:
    rows = PostText.objects.filter(encoder="").order_by("pk")
    return list(rows.values_list("pk", flat=True)[:PORTION])


def _walked(now: datetime) -> list[int]:
    """The next posts of the walk that need an analysis; none when all have theirs.

    It moves on only past posts that have theirs, so a run that is cut short loses nothing.
    """
    walk = _walk(now)
    while not walk.done:
        ids = list(_of_walk(walk).values_list("pk", flat=True)[:LOOKED_AT])
        fresh = PostText.objects.filter(pk__in=ids, version=VERSION, encoder=encoder_name())
        known = set(fresh.values_list("pk", flat=True))
        todo = [post_id for post_id in ids if post_id not in known]
        if todo:
            return todo[:PORTION]
        if ids:
            walk.next_id = ids[-1] + 1
            walk.save()
        else:
            _turn(walk, now)
    return []


def _walk(now: datetime) -> TextWalk:
    made_by = f"{encoder_name()}/{VERSION}"
    walk = TextWalk.objects.first()
    if walk is None or walk.made_by != made_by:
        began_at = first_id_at(now - RECENT)
        TextWalk.objects.all().delete()
        walk = TextWalk.objects.create(made_by=made_by, next_id=began_at, began_at=began_at)
    return walk


def _of_walk(walk: TextWalk) -> QuerySet[Post]:
    rows = analysable().filter(pk__gte=walk.next_id).order_by("pk")
    return rows.filter(pk__lt=walk.began_at) if walk.recent_done else rows


def _turn(walk: TextWalk, now: datetime) -> None:
    """After the recent posts come the older ones; after these the walk is over."""
    # What was just analysed is what topics are concluded from.
    refresh(now)
    if walk.recent_done:
        walk.done = True
    else:
        walk.recent_done = True
        walk.next_id = first_id_at(now - timedelta(days=_policy().analyse_days))
    walk.save()


def _policy() -> TextPolicy:
    return default_policy().text
