"""What the facts behind reasons are made of, gathered from the world."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch
from kring.feed.company import Drawn
from kring.feed.response import HOUR_MS, evidence
from kring.feed.stages import Context
from kring.feed.world import ActKind
from kring.feed.world.columns import Rows, contains
from kring.feed.world.kinds import COMMENTS, PUBLIC_ACTS, RESPONSES
from kring.feed.world.posts import DAY_MS
from kring.network.graph import distinct

# Per item: how often one person responded to another in other ways, and with words.
Counts = list[list[int]]


class Evidence:
    """One entry per served item, as plain lists: building a fact costs next to nothing.

    days: how long this week and this season are
    """

    def __init__(self, context: Context, batch: Batch, order: NDArray[np.intp]) -> None:
        affinity = context.policy.affinity
        self.days = round(affinity.short_days), round(affinity.long_days)
        self._context, self._batch, self._order = context, batch, order
        self._posts, self._now = context.world.posts, context.viewer.now_ms
        self._thread = batch["thread_row"][order]

    def gather(self) -> None:
        """Look up now what the world may hold otherwise later; the rest is the request's own."""
        for name in OF_THE_MOMENT:
            getattr(self, name)

    @cached_property
    def author_id(self) -> list[int]:
        return _plain(self._batch.author_id[self._order])

    @cached_property
    def features(self) -> list[list[float]]:
        return _plain(self._batch.features[self._order])

    @cached_property
    def words(self) -> list[int]:
        return _plain(self._batch["words"][self._order])

    @cached_property
    def hours(self) -> list[float]:
        age = self._now - self._batch["created_ms"][self._order]
        return _plain(age / HOUR_MS)

    @cached_property
    def commenters(self) -> list[int]:
        return _plain(self._posts.commenters.view[self._thread])

    @cached_property
    def answers(self) -> list[int]:
        return _plain(self._posts.author_answers.view[self._thread])

    @cached_property
    def rejecters(self) -> list[int]:
        return _plain(self._posts.crowd.rejecters.view[self._thread])

    @cached_property
    def response(self) -> list[tuple[int, float, int, bool]]:
        """Who responded, how many were expected to, of how many, and whether these are known."""
        found = evidence(self._context.world, self._thread, self._now, self._context.policy)
        since = self._context.world.exposures.first_ms
        return list(
            zip(
                found.observed.astype(np.int64).tolist(),
                found.expected.tolist(),
                np.rint(found.reach).astype(np.int64).tolist(),
                (self._posts.created_ms.view[self._thread] >= since).tolist(),
                strict=True,
            )
        )

    @cached_property
    def _drawn(self) -> Drawn:
        """Of all candidates: the features asked for the very same."""
        return self._context.profile.drawn(self._batch["thread_row"])

    @cached_property
    def alike_people(self) -> list[int]:
        return _plain(self._drawn.alike_people[self._order])

    @cached_property
    def leading(self) -> list[int]:
        return _plain(self._drawn.leading[self._order])

    @cached_property
    def engaging(self) -> list[int]:
        return _plain(self._drawn.engaging[self._order])

    @cached_property
    def openers(self) -> list[int]:
        """How many people stand behind what is said of those who opened it."""
        near = self._drawn.near
        if near is None:
            return _plain(self._posts.crowd.openers.view[self._thread])
        return _plain(np.floor(near.openers[self._order]).astype(np.int64))

    @cached_property
    def to_them(self) -> tuple[Counts, Counts]:
        """What the viewer did towards each author, this week and this season."""
        week, season = self._counts(self.days, back=False)
        return week, season

    @cached_property
    def to_you(self) -> Counts:
        """What each author did in public towards the viewer this season."""
        return self._counts(self.days[1:], back=True)[0]

    @cached_property
    def _authors(self) -> tuple[Rows, NDArray[np.intp]]:
        """Each author once, and which of these wrote each item."""
        authors = self._batch.author[self._order]
        people = distinct(authors)
        return people, np.searchsorted(people, authors)

    def _counts(self, windows: tuple[int, ...], *, back: bool) -> list[Counts]:
        (people, at), profile = self._authors, self._context.profile
        acts = profile.acts_back if back else profile.acts
        others, told = acts.actor if back else acts.target, PUBLIC_ACTS if back else RESPONSES
        chosen = np.flatnonzero(contains(others, people) & told[acts.kind] & ~acts.passed_on)
        age = self._now - acts.at_ms[chosen]
        cells = np.searchsorted(people, others[chosen]) * 2 + COMMENTS[acts.kind[chosen]]
        counts: list[Counts] = []
        for days in windows:
            within = cells[(age >= 0) & (age <= days * DAY_MS)]
            table = np.bincount(within, minlength=2 * people.size).reshape(-1, 2)
            counts.append(table[at].tolist())
        return counts

    @cached_property
    def topics(self) -> list[tuple[int, float, int] | None]:
        """The topic that speaks loudest for or against each: its interest ratio, one's responses.

        None where a post has no topic.
        """
        table, profile = self._posts, self._context.profile
        rows, interest = self._batch["content_row"][self._order], profile.interest
        if not interest.size:
            return [None] * len(rows)
        topics, acts = table.topics.view[rows], profile.acts
        ratios = np.where(topics >= 0, interest[np.maximum(topics, 0)], 0.0)
        best = np.argmax(np.abs(ratios), axis=1)
        at = np.arange(len(rows))
        chosen = topics[at, best]
        responded = acts.post_row[RESPONSES[acts.kind] & (acts.post_row >= 0)]
        held = table.topics.view[responded]
        times = np.bincount(held[held >= 0], minlength=interest.size)[np.maximum(chosen, 0)]
        ids = table.topic_ids.ids.view[np.maximum(chosen, 0)].tolist()
        found = zip(chosen.tolist(), ids, ratios[at, best].tolist(), times.tolist(), strict=True)
        return [(id_, ratio, count) if number >= 0 else None for number, id_, ratio, count in found]

    @cached_property
    def ties(self) -> list[list[tuple[int, str]]]:
        """Strong ties who took part in public, closest first, each with their weightiest act."""
        profile, world = self._context.profile, self._context.world
        acts, threads = profile.strong_acts, self._thread.tolist()
        chosen = contains(acts.post_row, distinct(self._thread))
        chosen &= acts.actor != world.posts.author.view[acts.post_row]
        found: dict[int, dict[int, int]] = {}
        columns = (acts.post_row[chosen], acts.actor[chosen], acts.kind[chosen])
        for thread, actor, kind in zip(*(column.tolist() for column in columns), strict=True):
            people = found.setdefault(thread, {})
            people[actor] = max(kind, people.get(actor, 0), key=_weight)
        ids = world.person_ids(profile.strong).tolist()
        named = list(zip(profile.strong.tolist(), ids, strict=True))
        told = {
            thread: [
                (id_, ActKind(people[person]).name.lower())
                for person, id_ in named
                if person in people
            ]
            for thread, people in found.items()
        }
        return [told.get(thread, []) for thread in threads]


OF_THE_MOMENT = ("commenters", "answers", "rejecters", "response", "openers", "topics")


def _plain(values: NDArray[Any]) -> list[Any]:
    found: list[Any] = values.tolist()
    return found


def _weight(kind: int) -> tuple[bool, int]:
    return (kind in (ActKind.COMMENT, ActKind.REPLY), kind)
