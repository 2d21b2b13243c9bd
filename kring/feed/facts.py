"""Facts behind the groups of reasons: codes and parameters, put into words by whoever shows them.

Of others only public acts are named, never who reacted to, read, kept or visited something. Each
builder looks at one feature of one served item and returns a fact, or None when there is nothing
to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product, starmap
from math import exp, expm1
from typing import NamedTuple

import numpy as np

from kring.feed.evidence import Evidence
from kring.feed.features import GROUP_OF, GROUPS, NAMES

Param = int | float | str
# Below so many people nothing is told of what others opened or rejected.
FEW = 5
LIKE_ENOUGH = 0.2
HABIT = 3
TIES = (None, "person.follow", "person.connection", "person.colleague")


class Fact(NamedTuple):
    code: str
    params: dict[str, Param]


Builder = Callable[[Evidence, int, float], Fact | None]


def _acts(code: str, evidence: Evidence, at: int, counts: list[int], days: int) -> Fact | None:
    other, spoke = counts
    params: dict[str, Param] = {"other": evidence.author_id[at]}
    if spoke:
        return Fact(f"person.replied{code}", {**params, "count": spoke, "days": days})
    if other:
        return Fact(f"person.reacted{code}", {**params, "count": other, "days": days})
    return None


def _affinity_week(e: Evidence, at: int, value: float) -> Fact | None:
    return _acts("", e, at, e.to_them[0][at], e.days[0])


def _affinity_season(e: Evidence, at: int, value: float) -> Fact | None:
    return _acts("", e, at, e.to_them[1][at], e.days[1])


def _reciprocity(e: Evidence, at: int, value: float) -> Fact | None:
    return _acts("_to_you", e, at, e.to_you[at], e.days[1])


def _tie(e: Evidence, at: int, value: float) -> Fact | None:
    code = TIES[round(value)]
    return None if code is None else Fact(code, {"other": e.author_id[at]})


def _topic_interest(e: Evidence, at: int, value: float) -> Fact | None:
    """A ratio is told of a habit alone: one act says nothing of how often."""
    topic = e.topics[at]
    if topic is None or not topic[1]:
        return None
    id_, ratio, count = topic
    if ratio < 0:
        return Fact("topic.little_interest", {"topic": id_})
    if count >= HABIT:
        return Fact("topic.interest", {"topic": id_, "times": round(exp(ratio), 1)})
    return Fact("topic.responded" if count else "topic.declared", {"topic": id_})


def _words(e: Evidence, at: int, value: float) -> Fact | None:
    return Fact("topic.words", {"count": e.words[at]})


def _link_only(e: Evidence, at: int, value: float) -> Fact | None:
    return Fact("topic.link_only", {}) if value else None


def _commenters(e: Evidence, at: int, value: float) -> Fact | None:
    count = e.commenters[at]
    return Fact("conversation.people", {"count": count}) if count else None


def _author_answers(e: Evidence, at: int, value: float) -> Fact | None:
    count = e.answers[at]
    return Fact("conversation.author_answers", {"count": count}) if count else None


def _ties_in_thread(e: Evidence, at: int, value: float) -> Fact | None:
    return _named_tie("conversation.tie", e, at)


def _named_tie(code: str, e: Evidence, at: int) -> Fact | None:
    if not e.ties[at]:
        return None
    (person, act), *more = e.ties[at]
    return Fact(code, {"other": person, "act": act, "more": len(more)})


def _question(e: Evidence, at: int, value: float) -> Fact | None:
    return Fact("conversation.question", {}) if value else None


def _response(e: Evidence, at: int, value: float) -> Fact | None:
    observed, expected, reach, is_measured = e.response[at]
    params: dict[str, Param] = {"observed": observed, "expected": round(expected, 1)}
    if reach >= FEW:
        return Fact("response.of_reach", {**params, "reach": reach})
    if is_measured:
        # What was expected of so few would tell how few they are.
        return None
    return Fact("response.observed", params)


def _tie_rate(e: Evidence, at: int, value: float) -> Fact | None:
    if abs(value) < 0.1:
        return None
    return Fact("person.lively" if value > 0 else "person.quiet", {"other": e.author_id[at]})


def _subject_match(e: Evidence, at: int, value: float) -> Fact | None:
    return Fact("topic.subject", {}) if value >= LIKE_ENOUGH else None


def _simply(code: str) -> Builder:
    """A fact that needs no numbers, told when the feature is not 0."""

    def build(e: Evidence, at: int, value: float) -> Fact | None:
        return Fact(code, {}) if value else None

    return build


def _of_many(code: str, who: str) -> Builder:
    """A fact about what some did, told only where these are enough to hide among.

    who: how many they are, by the name of the evidence
    """

    def build(e: Evidence, at: int, value: float) -> Fact | None:
        people: list[int] = getattr(e, who)
        return Fact(code, {}) if value > 0 and people[at] >= FEW else None

    return build


def _social_proof(e: Evidence, at: int, value: float) -> Fact | None:
    return _named_tie("conversation.tie", e, at) if value else None


def _heat(e: Evidence, at: int, value: float) -> Fact | None:
    return Fact("response.opened_now", {}) if expm1(value) >= FEW else None


def _engagement(e: Evidence, at: int, value: float) -> Fact | None:
    if abs(value) < 0.1 or e.openers[at] < FEW:
        return None
    return Fact("response.answered_more" if value > 0 else "response.answered_less", {})


def _rejection(e: Evidence, at: int, value: float) -> Fact | None:
    return Fact("response.rejected", {}) if e.rejecters[at] >= FEW else None


def _newest(e: Evidence, at: int, value: float) -> Fact | None:
    return Fact("freshness.newest", {}) if not value else None


def _since_visit(e: Evidence, at: int, value: float) -> Fact | None:
    return Fact("freshness.since_visit", {}) if value < 0 else None


def _nothing(e: Evidence, at: int, value: float) -> Fact | None:
    """Counted, but not worth a sentence of its own."""
    return None


def _age(e: Evidence, at: int, value: float) -> Fact | None:
    return Fact("freshness.age", {"hours": round(e.hours[at], 1)})


def _new_author(e: Evidence, at: int, value: float) -> Fact | None:
    return Fact("discovery.new_author", {"other": e.author_id[at]}) if value else None


def _second_degree(e: Evidence, at: int, value: float) -> Fact | None:
    return _named_tie("discovery.through", e, at) if value else None


_BY_NAME: dict[str, Builder] = {
    "affinity_week": _affinity_week,
    "affinity_season": _affinity_season,
    "reciprocity": _reciprocity,
    "tie": _tie,
    "tie_rate": _tie_rate,
    "subject_match": _subject_match,
    "foreign_language": _simply("topic.foreign"),
    "media": _nothing,
    "bait": _simply("topic.bait"),
    "copied": _simply("topic.copied"),
    "social_proof": _social_proof,
    "alike": _of_many("topic.alike", "alike_people"),
    "alike_lately": _of_many("topic.alike", "alike_people"),
    "leads": _of_many("topic.leads", "leading"),
    "alike_engaged": _of_many("topic.alike_engaged", "engaging"),
    "mentions_me": _simply("conversation.mentions_me"),
    "heat_hour": _heat,
    "heat_morning": _heat,
    "heat_day": _heat,
    "heat_week": _nothing,
    "hotter_on_page": _nothing,
    "opened_on_page": _nothing,
    "engagement": _engagement,
    "author_record": _nothing,
    "rejection": _rejection,
    "newer_on_page": _newest,
    "since_visit": _since_visit,
    "new_subject": _simply("discovery.subject"),
    "topic_interest": _topic_interest,
    "words": _words,
    "link_only": _link_only,
    "commenters": _commenters,
    "author_answers": _author_answers,
    "ties_in_thread": _ties_in_thread,
    "question": _question,
    "response": _response,
    "age": _age,
    "new_author": _new_author,
    "second_degree": _second_degree,
}
BUILDERS = tuple(_BY_NAME[name] for name in NAMES)
# Which features there is anything to tell of.
TELLS = np.array([build is not _nothing for build in BUILDERS])
_GROUP: list[int] = GROUP_OF.tolist()


class Told:
    """The facts of some items: up to `most` of each group, put together when first asked for.

    A page says one of a post, a panel all of them. They tell of the moment at which the items were
    ranked, whenever they are asked for. Until all are there, this holds on to all candidates.

    features: of each item, what speaks as its group as a whole does, weightiest first
    """

    def __init__(self, evidence: Evidence, features: list[list[int]], most: int) -> None:
        evidence.gather()
        self._evidence: Evidence | None = evidence
        self._features, self._most = features, most
        self._found: dict[tuple[int, int], tuple[Fact, ...]] = {}

    def of(self, at: int, group: int) -> tuple[Fact, ...]:
        evidence, found = self._evidence, self._found.get((at, group))
        if found is None and evidence is not None:
            found = self._found[at, group] = self._build(evidence, at, group)
            if len(self._found) == len(self._features) * len(GROUPS):
                self._evidence = None
        # Another thread has just put the last of them together.
        return self._found[at, group] if found is None else found

    def __eq__(self, other: object) -> bool:
        """Whether the same is told of as many items."""
        return isinstance(other, Told) and [*self] == [*other]

    def __iter__(self) -> Iterator[tuple[Fact, ...]]:
        return starmap(self.of, product(range(len(self._features)), range(len(GROUPS))))

    __hash__ = None  # type: ignore[assignment]

    def _build(self, evidence: Evidence, at: int, group: int) -> tuple[Fact, ...]:
        facts: dict[str, Fact] = {}
        values = evidence.features[at]
        for feature in self._features[at]:
            if _GROUP[feature] == group and len(facts) < self._most:
                fact = BUILDERS[feature](evidence, at, values[feature])
                if fact is not None:
                    facts.setdefault(fact.code, fact)
        return tuple(facts.values())
