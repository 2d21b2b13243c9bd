"""Only posts about some topics: a filter on any timeline that lives in its address alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.core.html import clean_text
from kring.feed.queries import topics_named
from kring.posts.cards import TopicCard
from kring.posts.models import Topic
from kring.posts.text import fold_topic
from kring.web.middleware import KringRequest
from kring.web.pages import Item
from kring.web.templatetags.kring import topics_of

MOST_TOPICS = 10
CHIPS = 4
NAME_CHARACTERS = 80
# What belongs to one page of a timeline, not to the timeline.
OF_ONE_PAGE = ("before", "posted")


@dataclass(frozen=True, slots=True)
class Chip:
    """One topic to choose or, when it is chosen, to let go; `at` is where that leads."""

    topic: TopicCard
    at: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class TopicFilter:
    """What was asked for. `ids` holds those the viewer can know of; the others match nothing."""

    topics: tuple[TopicCard, ...] = ()
    ids: tuple[int, ...] = ()

    @property
    def is_on(self) -> bool:
        return bool(self.topics)

    @property
    def matches_nothing(self) -> bool:
        return self.is_on and not self.ids

    @property
    def query(self) -> str:
        """For links that keep the filter: "topic=a&topic=b"."""
        return urlencode([("topic", topic.name) for topic in self.topics])


def filter_of(request: KringRequest) -> TopicFilter:
    """The filter in this address. 1 query when there is one. Raises Invalid for too many topics."""
    names = list(dict.fromkeys(filter(None, map(_folded, request.GET.getlist("topic")))))
    if not names:
        return TopicFilter()
    if len(names) > MOST_TOPICS:
        raise Invalid(
            _("Choose at most %(most)d topics at once.") % {"most": MOST_TOPICS}, field="topic"
        )
    viewer_id = request.identity.pk if request.identity is not None else None
    known = topics_named(viewer_id, names)
    cards = {
        card.name: card
        for card in (
            _card(known[name]) if name in known else TopicCard(name, "", "") for name in names
        )
    }
    return TopicFilter(tuple(cards.values()), tuple({topic.pk for topic in known.values()}))


def _card(topic: Topic) -> TopicCard:
    return TopicCard(name=topic.name, label=topic.label, label_nl=topic.label_nl)


def chips_of(request: KringRequest, chosen: TopicFilter, others: Iterable[TopicCard]) -> list[Chip]:
    """The chosen topics, then others to choose, each once."""
    names = [topic.name for topic in chosen.topics]
    chips = [
        Chip(topic, _address(request, [name for name in names if name != topic.name]), chosen=True)
        for topic in chosen.topics
    ]
    if len(names) < MOST_TOPICS:
        more = {topic.name: topic for topic in others if topic.name not in names}
        chips += [
            Chip(topic, _address(request, [*names, topic.name]), chosen=False)
            for topic in list(more.values())[: max(CHIPS - len(names), 0)]
        ]
    return chips


def shown(
    request: KringRequest, chosen: TopicFilter, others: Iterable[TopicCard]
) -> dict[str, object]:
    """What `_topic_filter.html` needs."""
    kept = [
        (key, value)
        for key, values in request.GET.lists()
        for value in values
        if key not in ("topic", *OF_ONE_PAGE)
    ]
    return {
        "filter": chosen,
        "chips": chips_of(request, chosen, others),
        "filter_off": _address(request, []),
        "filter_keeps": kept,
    }


def topics_on(items: Iterable[Item]) -> list[TopicCard]:
    """The topics of these posts, the commonest first."""
    counts: Counter[TopicCard] = Counter()
    for item in items:
        counts.update(topics_of(item.card))
    return [topic for topic, _count in counts.most_common(CHIPS)]


def _address(request: KringRequest, names: list[str]) -> str:
    query = request.GET.copy()
    for key in OF_ONE_PAGE:
        query.pop(key, None)
    query.setlist("topic", names)
    encoded = query.urlencode()
    return f"{request.path}?{encoded}" if encoded else request.path


def _folded(name: str) -> str:
    """The topic's name, or nothing for what none can be called."""
    folded = fold_topic(clean_text(name[:NAME_CHARACTERS]).strip().removeprefix("#"))
    return "" if "/" in folded else folded
