"""What a reader says about topics: no more of it, or more or less than was learned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kring.core import events
from kring.core.errors import Invalid, NotFound
from kring.core.html import clean_text
from kring.feed.events import (
    InterestSet,
    TopicFollowed,
    TopicMuted,
    TopicUnfollowed,
    TopicUnmuted,
)
from kring.feed.models import TopicMute, TopicWish
from kring.feed.queries import (
    AS_LEARNED,
    CHOICES,
    LESS,
    MORE,
    NEVER,
    choices_of,
    topics_known_to,
    topics_named,
)
from kring.feed.services.limits import (
    TOPIC_FOLLOWS,
    TOPIC_MUTES,
    TOPIC_WISHES,
    room_for_one_more,
)
from kring.members.models import Identity
from kring.posts.models import Topic, TopicFollow
from kring.posts.services.access import lock
from kring.posts.text import fold_topic

LEVELS = {MORE: 1, AS_LEARNED: 0, LESS: -1}
NAME_CHARACTERS = 80
TOPICS_AT_ONCE = 400


@transaction.atomic
def mute_topic(*, by: Identity, name: str, now: datetime) -> Topic:
    """Keep posts about this topic out of one's feed and timelines. Raises NotFound, Conflict."""
    lock(by)
    topic = _known(by, name)
    _mute(by, topic.pk, now)
    return topic


@transaction.atomic
def unmute_topic(*, by: Identity, name: str, now: datetime) -> None:
    """Undo `mute_topic`; a topic that was not muted, or is not there, changes nothing."""
    lock(by)
    for mute in TopicMute.objects.filter(by=by, topic__name=_folded(name)):
        _unmute(by, mute.topic_id, now)


@transaction.atomic
def follow_topic(*, by: Identity, name: str, now: datetime) -> Topic:
    """Look for good posts on this topic beyond one's network. Raises NotFound, Conflict.

    Whoever follows what they had muted has changed their mind.
    """
    lock(by)
    topic = _known(by, name)
    followed = TopicFollow.objects.filter(identity=by)
    if not followed.filter(topic=topic).exists():
        room_for_one_more(followed, TOPIC_FOLLOWS)
        TopicFollow.objects.create(identity=by, topic=topic, since=now)
        events.record(TopicFollowed(topic_id=topic.pk, by=by.pk), now=now)
    _unmute(by, topic.pk, now)
    return topic


@transaction.atomic
def unfollow_topic(*, by: Identity, name: str, now: datetime) -> None:
    """A topic that was not followed, or is not there, changes nothing."""
    lock(by)
    for follow in TopicFollow.objects.filter(identity=by, topic__name=_folded(name)):
        follow.delete()
        events.record(TopicUnfollowed(topic_id=follow.topic_id, by=by.pk), now=now)


@transaction.atomic
def want_topic(*, by: Identity, name: str, choice: str, now: datetime) -> Topic:
    """Say more, less, never, or as learned of one topic. Raises NotFound, Invalid, Conflict."""
    lock(by)
    topic = _known(by, name)
    _choose(by, topic.pk, choice, now)
    return topic


@transaction.atomic
def set_interests(*, by: Identity, choices: Mapping[int, str], now: datetime) -> int:
    """Say it of many topics at once, by id; how many changed.

    Topics one does not know of are passed over. Raises Invalid, Conflict.
    """
    if len(choices) > TOPICS_AT_ONCE:
        raise Invalid(_("That is more topics than there are on a page. Save them in parts."))
    lock(by)
    asked = Q(pk__in=[*choices])
    known = topics_known_to(by.pk, asked).values_list("pk", flat=True)
    said = choices_of(by.pk)
    changed = [
        topic_id for topic_id in known if choices[topic_id] != said.get(topic_id, AS_LEARNED)
    ]
    for topic_id in changed:
        _choose(by, topic_id, choices[topic_id], now)
    return len(changed)


def _choose(by: Identity, topic_id: int, choice: str, now: datetime) -> None:
    if choice not in CHOICES:
        raise Invalid(_("Choose more, as it is, less or never."), field="choice")
    if choice == NEVER:
        _mute(by, topic_id, now)
    else:
        _unmute(by, topic_id, now)
    _set_level(by, topic_id, LEVELS.get(choice, 0), now)


def _mute(by: Identity, topic_id: int, now: datetime) -> None:
    if TopicMute.objects.filter(by=by, topic_id=topic_id).exists():
        return
    room_for_one_more(TopicMute.objects.filter(by=by), TOPIC_MUTES)
    TopicMute.objects.create(by=by, topic_id=topic_id, since=now)
    events.record(TopicMuted(topic_id=topic_id, by=by.pk), now=now)


def _unmute(by: Identity, topic_id: int, now: datetime) -> None:
    if TopicMute.objects.filter(by=by, topic_id=topic_id).delete()[0]:
        events.record(TopicUnmuted(topic_id=topic_id, by=by.pk), now=now)


def _set_level(by: Identity, topic_id: int, level: int, now: datetime) -> None:
    wish = TopicWish.objects.filter(by=by, topic_id=topic_id).first()
    if (wish.level if wish is not None else 0) == level:
        return
    if level == 0:
        TopicWish.objects.filter(by=by, topic_id=topic_id).delete()
    else:
        if wish is None:
            room_for_one_more(TopicWish.objects.filter(by=by), TOPIC_WISHES)
        TopicWish.objects.update_or_create(
            by=by, topic_id=topic_id, defaults={"level": level, "since": now}
        )
    events.record(InterestSet(topic_id=topic_id, by=by.pk, level=level), now=now)


def _known(by: Identity, name: str) -> Topic:
    word = _folded(name)
    topic = topics_named(by.pk, [word]).get(word)
    if topic is None:
        raise NotFound(_("Nobody has written about this topic where you can read it."))
    return topic


def _folded(name: str) -> str:
    return fold_topic(clean_text(name[:NAME_CHARACTERS]).strip().removeprefix("#"))
