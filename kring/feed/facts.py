"""Facts behind the groups of reasons: codes and parameters, put into words by whoever shows them.

Of others only public acts are named, never who reacted to, read, kept or visited something. Each
builder looks at one feature of one served item and returns a fact, or None when there is nothing
to tell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kring.feed.batch import Batch
from kring.feed.features import NAMES
from kring.feed.response import HOUR_MS, evidence
from kring.feed.stages import Context
from kring.feed.world import ActKind
from kring.feed.world.columns import Rows, contains
from kring.feed.world.kinds import COMMENTS, PUBLIC_ACTS, RESPONSES
from kring.feed.world.posts import DAY_MS
from kring.network.graph import distinct

Param = int | float | str
# Below so many people nothing is told of what others opened or rejected.
FEW = 5
LIKE_ENOUGH = 0.2
HABIT = 3
TIES = (None, "person.follow", "person.connection", "person.colleague")


class Fact(NamedTuple):
    code: str
    params: dict[str, Param]


Builder = Callable[["Evidence", int, float], Fact | None]


@dataclass(frozen=True)
class Evidence:
    """Plain lists, one entry per served item, so that building a fact costs next to nothing."""

    author_id: list[int]
    features: list[list[float]]
    to_them_week: list[list[int]]
    to_them: list[list[int]]
    to_you: list[list[int]]
    days: tuple[int, int]
    topics: list[tuple[int, float, int] | None]
    words: list[int]
    commenters: list[int]
    answers: list[int]
    ties: list[list[tuple[int, str]]]
    observed: list[int]
    expected: list[float]
    reach: list[int]
    openers: list[int]
    measured: list[bool]
    alike_people: list[int]
    leading: list[int]
    engaging: list[int]
    rejecters: list[int]
    hours: list[float]


def gather_evidence(context: Context, served: Batch) -> Evidence:
    posts, now = context.world.posts, context.viewer.now_ms
    thread = served["thread_row"]
    days = (round(context.policy.affinity.short_days), round(context.policy.affinity.long_days))
    to_them = _counts(context, served.author, days, back=False)
    to_you = _counts(context, served.author, days, back=True)
    response = evidence(context.world, thread, now, context.policy)
    company = context.profile.drawn(thread)
    return Evidence(
        author_id=served.author_id.tolist(),
        features=served.features.tolist(),
        to_them_week=to_them[0],
        to_them=to_them[1],
        to_you=to_you[1],
        days=days,
        topics=_topics(context, served["content_row"]),
        words=served["words"].tolist(),
        commenters=posts.commenters.view[thread].tolist(),
        answers=posts.author_answers.view[thread].tolist(),
        ties=_ties(context, thread),
        observed=response.observed.astype(np.int64).tolist(),
        expected=response.expected.tolist(),
        reach=np.rint(response.reach).astype(np.int64).tolist(),
        openers=_openers(context, thread),
        measured=(posts.created_ms.view[thread] >= context.world.exposures.first_ms).tolist(),
        alike_people=company.alike_people.tolist(),
        leading=company.leading.tolist(),
        engaging=company.engaging.tolist(),
        rejecters=posts.crowd.rejecters.view[thread].tolist(),
        hours=((now - served["created_ms"]) / HOUR_MS).tolist(),
    )


def _openers(context: Context, threads: Rows) -> list[int]:
    """How many people stand behind what is said of those who opened it."""
    near = context.profile.drawn(threads).near
    if near is None:
        return context.world.posts.crowd.openers.view[threads].tolist()  # type: ignore[no-any-return]
    return np.floor(near.openers).astype(np.int64).tolist()  # type: ignore[no-any-return]


def _counts(
    context: Context, authors: Rows, windows: tuple[int, ...], *, back: bool
) -> list[list[list[int]]]:
    """Per window of days and served item: [other responses, comments and replies].

    By the viewer towards the author, or back: then only public ones.
    """
    acts = context.profile.acts_back if back else context.profile.acts
    people = distinct(authors)
    if not people.size:
        return [[] for _ in windows]
    others = acts.actor if back else acts.target
    told = PUBLIC_ACTS if back else RESPONSES
    chosen = np.flatnonzero(told[acts.kind] & ~acts.passed_on & contains(others, people))
    age = context.viewer.now_ms - acts.at_ms[chosen]
    cells = np.searchsorted(people, others[chosen]) * 2 + COMMENTS[acts.kind[chosen]]
    at = np.searchsorted(people, authors)
    counts: list[list[list[int]]] = []
    for days in windows:
        within = cells[(age >= 0) & (age <= days * DAY_MS)]
        table = np.bincount(within, minlength=2 * people.size).reshape(-1, 2)
        counts.append(table[at].tolist())
    return counts


def _topics(context: Context, rows: NDArray[np.int32]) -> list[tuple[int, float, int] | None]:
    """The topic that speaks loudest for or against each item: its interest ratio, one's responses.

    None where a post has no topic.
    """
    table, interest = context.world.posts, context.profile.interest
    if not interest.size:
        return [None] * len(rows)
    topics, acts = table.topics.view[rows], context.profile.acts
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


def _ties(context: Context, threads: NDArray[np.int32]) -> list[list[tuple[int, str]]]:
    """Per thread: strong ties who took part in public, closest first, with their weightiest act."""
    acts, world = context.profile.strong_acts, context.world
    chosen = contains(acts.post_row, distinct(threads))
    chosen &= acts.actor != world.posts.author.view[acts.post_row]
    rank = {person: at for at, person in enumerate(context.profile.strong.tolist())}
    columns = (acts.post_row[chosen], acts.actor[chosen], acts.kind[chosen])
    found: dict[int, dict[int, int]] = {}
    for thread, actor, kind in zip(*(column.tolist() for column in columns), strict=True):
        people = found.setdefault(thread, {})
        people[actor] = max(kind, people.get(actor, 0), key=_weight)
    return [
        [
            (int(world.people.ids.view[actor]), ActKind(kind).name.lower())
            for actor, kind in sorted(found.get(thread, {}).items(), key=lambda p: rank[p[0]])
        ]
        for thread in threads.tolist()
    ]


def _weight(kind: int) -> tuple[bool, int]:
    return (kind in (ActKind.COMMENT, ActKind.REPLY), kind)


def _acts(code: str, evidence: Evidence, at: int, counts: list[int], days: int) -> Fact | None:
    other, spoke = counts
    params: dict[str, Param] = {"other": evidence.author_id[at]}
    if spoke:
        return Fact(f"person.replied{code}", {**params, "count": spoke, "days": days})
    if other:
        return Fact(f"person.reacted{code}", {**params, "count": other, "days": days})
    return None


def _affinity_week(e: Evidence, at: int, value: float) -> Fact | None:
    return _acts("", e, at, e.to_them_week[at], e.days[0])


def _affinity_season(e: Evidence, at: int, value: float) -> Fact | None:
    return _acts("", e, at, e.to_them[at], e.days[1])


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
        return Fact("topic.interest", {"topic": id_, "times": round(float(np.exp(ratio)), 1)})
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
    params: dict[str, Param] = {"observed": e.observed[at], "expected": round(e.expected[at], 1)}
    if e.reach[at] >= FEW:
        return Fact("response.of_reach", {**params, "reach": e.reach[at]})
    if e.measured[at]:
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
    return Fact("response.opened_now", {}) if np.expm1(value) >= FEW else None


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


def facts_of(evidence: Evidence, at: int, features: list[int], most: int) -> tuple[Fact, ...]:
    """Up to `most` facts of one item, from features in the order of their contribution."""
    told: dict[str, Fact] = {}
    for feature in features:
        fact = BUILDERS[feature](evidence, at, evidence.features[at][feature])
        if fact is not None:
            told.setdefault(fact.code, fact)
        if len(told) == most:
            break
    return tuple(told.values())
