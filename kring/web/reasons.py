"""Reasons as a page shows them: shares of the score as bars, places as ranks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from math import floor
from typing import TypeVar

from kring.feed.facts import Fact
from kring.feed.reasons import Reason
from kring.feed.served_reasons import Group, ServedReason
from kring.feed.serving import HomeItem
from kring.posts.card import AuthorCard, TopicCard
from kring.web.sentences import decimal, sentence
from kring.web.words import gettext, ngettext, pgettext, spoken

T = TypeVar("T")
WIDEST = 100
# A rule that takes off less than this rounds to "× 1" and explains nothing.
LEAST_HELD = 0.005
PAGE = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the panel; width in hundredths of the panel, hatched when `minus`."""

    label: str
    width: int
    number: str
    sentences: list[str]
    minus: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """`lead` is the rank in words, `total` what the bars without "held back" add up to."""

    lead: str
    bars: list[Bar]
    total: str
    ranks: list[tuple[str, str]]


def why_of(
    reason: ServedReason,
    names: Mapping[int, AuthorCard],
    topics: Mapping[int, TopicCard],
    *,
    people: int = 0,
) -> Why:
    """The panel of one item. `people`: how many take part, of those whom the reader may see."""
    groups = list(reason.groups)
    told = {
        group.group: [sentence(fact, names, topics) for fact in _as_seen(group.facts, people)]
        for group in groups
    }
    points = in_points([*reason.contributions, reason.prior])
    return Why(
        lead=ordinal_words(reason.rank),
        bars=[*_bars(groups, told, points), *_held_back(reason), *_moved(reason)],
        total=signed(sum(points)),
        ranks=_ranks(reason),
    )


def leading_fact(reason: Reason, people: int) -> Fact | None:
    """The strongest reason that can be told in one sentence; `people` as for the panel."""
    for group in sorted(reason.groups, key=lambda group: -group.contribution):
        if group.contribution > 0:
            for fact in _as_seen(group.facts, people):
                return fact
    return None


def points_of(item: HomeItem) -> dict[str, int]:
    """Each group's points as the page shows them: whole, so that they tell no small count."""
    reason = item.reason
    points = in_points([group.contribution for group in reason.groups] + [reason.prior])
    return {group.group: share for group, share in zip(reason.groups, points, strict=False)}


def ids_in(facts: Iterable[Fact]) -> tuple[set[int], set[int]]:
    """The identities and the topics that sentences about these facts name."""
    people: set[int] = set()
    topics: set[int] = set()
    for fact in facts:
        if "other" in fact.params:
            people.add(int(fact.params["other"]))
        if "topic" in fact.params:
            topics.add(int(fact.params["topic"]))
    return people, topics


def _as_seen(facts: Iterable[Fact], people: int) -> Iterator[Fact]:
    """The facts, with nobody counted whom the reader may not see or who came later."""
    for fact in facts:
        if fact.code != "conversation.people":
            yield fact
        elif people:
            count = min(int(fact.params["count"]), people)
            yield Fact(fact.code, {**fact.params, "count": count})


def in_points(shares: Sequence[float]) -> list[int]:
    """Hundredths of all that speaks for the post, in whole numbers that add up.

    What speaks for it makes 100, what speaks against it is taken off. Rounded by the largest
    remainder, so that the numbers on a page add up as well.
    """
    whole = sum(share for share in shares if share > 0)
    if not whole:
        return [0] * len(shares)
    exact = [share / whole * 100 for share in shares]
    points = [floor(share) for share in exact]
    missing = round(sum(exact)) - sum(points)
    by_remainder = sorted(range(len(exact)), key=lambda at: points[at] - exact[at])
    for at in by_remainder[:missing]:
        points[at] += 1
    return points


def signed(number: int) -> str:
    return f"−{-number}" if number < 0 else f"+{number}"


def ordinal(number: int) -> str:
    """ "3rd", "3e"."""
    if spoken() == "nl":
        return f"{number}e"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def per_language(words: Callable[[], T]) -> Callable[[], T]:
    """Make a table of words once for each language: a page reads it a hundred times."""
    made: dict[str | None, T] = {}

    @wraps(words)
    def read() -> T:
        language = spoken()
        if language not in made:
            made[language] = words()
        return made[language]

    return read


@per_language
def rank_words() -> tuple[str, ...]:
    return (
        pgettext("rank", "first"),
        pgettext("rank", "second"),
        pgettext("rank", "third"),
        pgettext("rank", "fourth"),
        pgettext("rank", "fifth"),
        pgettext("rank", "sixth"),
        pgettext("rank", "seventh"),
        pgettext("rank", "eighth"),
        pgettext("rank", "ninth"),
        pgettext("rank", "tenth"),
        pgettext("rank", "eleventh"),
        pgettext("rank", "twelfth"),
    )


def ordinal_words(number: int) -> str:
    words = rank_words()
    return words[number - 1] if 1 <= number <= len(words) else ordinal(number)


@per_language
def group_labels() -> dict[str, str]:
    return {
        "person": gettext("People"),
        "topic": gettext("Subject and taste"),
        "conversation": gettext("Conversation"),
        "response": gettext("Response"),
        "freshness": gettext("Freshness"),
        "discovery": gettext("New to you"),
    }


def _bars(
    groups: Sequence[Group], told: Mapping[str, list[str]], points: Sequence[int]
) -> list[Bar]:
    widest = max([abs(number) for number in points] + [1])
    rows = sorted(zip(groups, points, strict=False), key=lambda row: -row[1])
    labels = group_labels()
    bars = [
        Bar(
            label=labels[group.group],
            width=_width(number, widest),
            number=signed(number),
            sentences=told[group.group],
            minus=number < 0,
        )
        for group, number in rows
        if number or told[group.group]
    ]
    start = points[-1]
    bars.append(
        Bar(
            label=gettext("Everyone’s start"),
            width=_width(start, widest),
            number=signed(start),
            sentences=[],
            minus=start < 0,
            quiet=True,
        )
    )
    return bars


def _width(number: int, widest: int) -> int:
    return min(WIDEST, round(WIDEST * abs(number) / widest))


def _held_back(reason: ServedReason) -> list[Bar]:
    """Rules that leave a part of what speaks for the post; the numbers above have them in."""
    held = held_back_words()
    return [
        Bar(
            label=gettext("Held back"),
            width=_width(round((1 - factor) * WIDEST), WIDEST),
            number=f"× {decimal(factor, 2)}",
            sentences=[held[name]],
            minus=True,
        )
        for name, factor in sorted(reason.held_back.items(), key=lambda pair: pair[1])
        if factor <= 1 - LEAST_HELD
    ]


def _moved(reason: ServedReason) -> list[Bar]:
    """The rule for a page as a whole that put it lower than its score alone would have."""
    _rank, rule, places = reason.moved
    if rule is None:
        return []
    return [
        Bar(
            label=gettext("Moved"),
            width=_width(places, max(places, PAGE)),
            number=f"↓ {places}",
            sentences=[moved_words(places)[rule] % {"count": places}],
            minus=True,
        )
    ]


def _ranks(reason: ServedReason) -> list[tuple[str, str]]:
    ranks = [(gettext("Now"), ordinal(reason.rank))]
    if reason.top_group is not None:
        place = reason.rank_without_top
        ranks.append(
            (
                without_words()[reason.top_group],
                gettext("further down") if place is None else ordinal(place),
            )
        )
    ranks.append((gettext("By time, among what was considered"), ordinal(reason.rank_by_time)))
    return ranks


@per_language
def held_back_words() -> dict[str, str]:
    return {
        "frequency": gettext("The author posted shortly before"),
        "bare_repost": gettext("It was shared without a word of one’s own"),
        "many_mentions": gettext("It mentions many people, and none of them took part"),
        "bait": gettext("It asks for applause in so many words"),
        "near_duplicate": gettext("It says nearly the same as an earlier post"),
        "seen": gettext("You saw it before and went on"),
        "less": gettext("You asked for less like this"),
    }


def moved_words(places: int) -> dict[str, str]:
    return {
        "author": ngettext(
            "Moved down %(count)d place to make room for other authors",
            "Moved down %(count)d places to make room for other authors",
            places,
        ),
        "company": ngettext(
            "Moved down %(count)d place to make room for people from other companies",
            "Moved down %(count)d places to make room for people from other companies",
            places,
        ),
        "outside": ngettext(
            "Moved down %(count)d place to keep most of the page for your own network",
            "Moved down %(count)d places to keep most of the page for your own network",
            places,
        ),
        "variety": ngettext(
            "Moved down %(count)d place to make room for another subject",
            "Moved down %(count)d places to make room for another subject",
            places,
        ),
    }


@per_language
def without_words() -> dict[str, str]:
    return {
        "person": gettext("If you two had nothing to do with each other"),
        "topic": gettext("If the subject were all the same to you"),
        "conversation": gettext("If the people around you had left it alone"),
        "response": gettext("If nobody had responded"),
        "freshness": gettext("If it were not new"),
        "discovery": gettext("If the author were not new to you"),
    }
