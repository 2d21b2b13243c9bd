"""What the feed thinks one cares about, in words: each topic with its strength and its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kring.feed import serving
from kring.feed.hydrate import Asked, viewer_of
from kring.feed.interests import Interest, interests_of
from kring.feed.models import Preferences
from kring.feed.queries import AS_LEARNED, LESS, MORE, NEVER, choices_of, topics_known_to
from kring.members.models import Identity
from kring.posts.cards import TopicCard
from kring.posts.visibility import identity_visible

MOST_SHOWN = 24
CHOICE_WORDS = (
    (LESS, gettext_lazy("Less")),
    (AS_LEARNED, gettext_lazy("As it is")),
    (MORE, gettext_lazy("More")),
    (NEVER, gettext_lazy("Never")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One topic on the page. `strength` in hundredths; `sources` is a sentence or two."""

    topic_id: int
    topic: TopicCard
    strength: int
    sources: str
    choice: str


def interest_rows(viewer: Identity, preferences: Preferences, *, now: datetime) -> list[Row]:
    """Strongest first, muted ones last. About 6 queries."""
    server = serving.server()
    with server.index.reading() as world:
        who = viewer_of(viewer, world, server.policy, asked=Asked(preferences), seen={}, now=now)
        found = interests_of(world, who, server.policy, most=MOST_SHOWN)
    said = choices_of(viewer.pk)
    listed = {interest.topic_id: interest for interest in found}
    topics = {
        topic.pk: TopicCard(name=topic.name, label=topic.label, label_nl=topic.label_nl)
        for topic in topics_known_to(viewer.pk, Q(pk__in=[*listed, *said]))
    }
    names = _names(viewer, found)
    rows = [
        Row(
            topic_id, card, listed[topic_id].strength if topic_id in listed else 0,
            _sources(listed.get(topic_id), names), said.get(topic_id, AS_LEARNED),
        )
        for topic_id, card in topics.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.choice == NEVER, -row.strength, row.topic.name))


def _names(viewer: Identity, found: list[Interest]) -> dict[int, str]:
    ids = {interest.since[0] for interest in found if interest.since is not None}
    people = Identity.objects.filter(identity_visible(viewer.pk), pk__in=ids)
    return dict(people.values_list("pk", "name"))


def _sources(interest: Interest | None, names: Mapping[int, str]) -> str:
    if interest is None:
        return _("Nothing is known of it yet")
    said = []
    if interest.responded:
        words = ngettext(
            "%(n)d post you responded to", "%(n)d posts you responded to", interest.responded
        )
        said.append(words % {"n": interest.responded})
    if interest.read:
        words = ngettext("%(n)d post you read", "%(n)d posts you read", interest.read)
        said.append(words % {"n": interest.read})
    if interest.followed:
        said.append(_("you follow it"))
    if interest.ties:
        words = ngettext(
            "one person you know or follow writes about it",
            "%(n)d people you know or follow write about it",
            interest.ties,
        )
        said.append(words % {"n": interest.ties})
    if interest.since is not None and interest.since[0] in names:
        said.append(
            _("also since you connected with %(name)s") % {"name": names[interest.since[0]]}
        )
    if interest.set_by_hand:
        said.append(_("you set it yourself"))
    return " · ".join(said)
