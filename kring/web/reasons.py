"""Reasons in words: from the feed's codes and numbers to sentences and bars.

Only what is public or the reader's own is told, and of others never a count under five of those
who merely reacted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from math import floor
from typing import TypeVar

from babel.numbers import format_decimal
from django.utils.translation import get_language, gettext_noop

from kring.feed.facts import Fact, Param
from kring.feed.reasons import Reason
from kring.feed.serving import HomeItem
from kring.posts.cards import AuthorCard, TopicCard
from kring.web.words import gettext, ngettext, pgettext

T = TypeVar("T")
FEW = 5
HOURS_AS_HOURS = 48
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
    short: str
    bars: list[Bar]
    total: str
    ranks: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Telling:
    """What a sentence may refer to."""

    params: Mapping[str, Param]
    names: Mapping[int, AuthorCard]
    topics: Mapping[int, TopicCard]

    def number(self, key: str) -> int:
        return int(self.params[key])

    def amount(self, key: str) -> str:
        return decimal(float(self.params[key]))

    @property
    def who(self) -> str:
        card = self.names.get(self.number("other"))
        return card.name if card is not None else gettext("somebody")

    @property
    def topic(self) -> str:
        card = self.topics.get(self.number("topic"))
        if card is None:
            return gettext("this subject")
        return (card.label_nl if get_language() == "nl" else "") or card.label or card.name

    @property
    def period(self) -> str:
        days = self.number("days")
        if days <= 7:
            return gettext("this week")
        return ngettext("in the last %(days)d day", "in the last %(days)d days", days) % {
            "days": days
        }


def why_of(
    item: HomeItem,
    names: Mapping[int, AuthorCard],
    topics: Mapping[int, TopicCard],
    *,
    people: int = 0,
) -> Why:
    """The panel of one item. `people`: how many take part, of those whom the reader may see."""
    reason = item.reason
    told = {
        group.group: [sentence(fact, names, topics) for fact in _as_seen(group.facts, people)]
        for group in reason.groups
    }
    points = in_points([group.contribution for group in reason.groups] + [reason.prior])
    return Why(
        lead=ordinal_words(item.rank),
        short=_short(reason, told),
        bars=[*_bars(reason, told, points), *_held_back(reason), *_moved(reason)],
        total=signed(sum(points)),
        ranks=_ranks(item),
    )


def points_of(item: HomeItem) -> dict[str, int]:
    """Each group's points as the page shows them: whole, so that they tell no small count."""
    reason = item.reason
    points = in_points([group.contribution for group in reason.groups] + [reason.prior])
    return {group.group: share for group, share in zip(reason.groups, points, strict=False)}


def ids_in(item: HomeItem) -> tuple[set[int], set[int]]:
    """The identities and the topics that the item's sentences name."""
    people: set[int] = set()
    topics: set[int] = set()
    for group in item.reason.groups:
        for fact in group.facts:
            if "other" in fact.params:
                people.add(int(fact.params["other"]))
            if "topic" in fact.params:
                topics.add(int(fact.params["topic"]))
    return people, topics


def _as_seen(facts: Iterable[Fact], people: int) -> Iterator[Fact]:
    """The facts, with nobody counted whom the reader may not see."""
    for fact in facts:
        if fact.code != "conversation.people":
            yield fact
        elif people:
            yield Fact(fact.code, {**fact.params, "count": people})


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


def sentence(fact: Fact, names: Mapping[int, AuthorCard], topics: Mapping[int, TopicCard]) -> str:
    """The fact in the reader's language."""
    return SENTENCES[fact.code](_Telling(fact.params, names, topics))


def signed(number: int) -> str:
    return f"−{-number}" if number < 0 else f"+{number}"


def decimal(number: float, places: int = 1) -> str:
    return _decimal(round(number, places), get_language() or "en")


@lru_cache(maxsize=4096)
def _decimal(number: float, language: str) -> str:
    """Asked for a hundred times a page, mostly with the same small numbers."""
    return str(format_decimal(number, locale=language.replace("-", "_")))


def ordinal(number: int) -> str:
    """ "3rd", "3e"."""
    if get_language() == "nl":
        return f"{number}e"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def per_language(words: Callable[[], T]) -> Callable[[], T]:
    """Make a table of words once for each language: a page reads it a hundred times."""
    made: dict[str | None, T] = {}

    @wraps(words)
    def read() -> T:
        language = get_language()
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


def _short(reason: Reason, told: Mapping[str, list[str]]) -> str:
    """The strongest reason that can be told in one sentence."""
    groups = sorted(reason.groups, key=lambda group: -group.contribution)
    for group in groups:
        if group.contribution > 0 and told[group.group]:
            return told[group.group][0]
    return gettext("It comes from your network")


def _bars(reason: Reason, told: Mapping[str, list[str]], points: Sequence[int]) -> list[Bar]:
    widest = max([abs(number) for number in points] + [1])
    rows = sorted(zip(reason.groups, points, strict=False), key=lambda row: -row[1])
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


def _held_back(reason: Reason) -> list[Bar]:
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


def _moved(reason: Reason) -> list[Bar]:
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


def _ranks(item: HomeItem) -> list[tuple[str, str]]:
    reason = item.reason
    ranks = [(gettext("Now"), ordinal(item.rank))]
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


def _replied(t: _Telling) -> str:
    return ngettext(
        "You replied to %(who)s once %(period)s",
        "You replied to %(who)s %(count)d times %(period)s",
        t.number("count"),
    ) % {"who": t.who, "count": t.number("count"), "period": t.period}


def _reacted(t: _Telling) -> str:
    return ngettext(
        "You responded to a post by %(who)s once %(period)s",
        "You responded to posts by %(who)s %(count)d times %(period)s",
        t.number("count"),
    ) % {"who": t.who, "count": t.number("count"), "period": t.period}


def _replied_to_you(t: _Telling) -> str:
    return ngettext(
        "%(who)s replied to you once %(period)s",
        "%(who)s replied to you %(count)d times %(period)s",
        t.number("count"),
    ) % {"who": t.who, "count": t.number("count"), "period": t.period}


def _reacted_to_you(t: _Telling) -> str:
    return ngettext(
        "%(who)s responded to a post of yours once %(period)s",
        "%(who)s responded to posts of yours %(count)d times %(period)s",
        t.number("count"),
    ) % {"who": t.who, "count": t.number("count"), "period": t.period}


def _follow(t: _Telling) -> str:
    return gettext("You follow %(who)s") % {"who": t.who}


def _connection(t: _Telling) -> str:
    return gettext("You and %(who)s are connected") % {"who": t.who}


def _colleague(t: _Telling) -> str:
    return gettext("You and %(who)s are colleagues") % {"who": t.who}


def _interest(t: _Telling) -> str:
    return gettext("You respond to %(topic)s %(times)s times as often as others here") % {
        "topic": t.topic,
        "times": t.amount("times"),
    }


def _little_interest(t: _Telling) -> str:
    return gettext("You respond to %(topic)s less often than others here") % {"topic": t.topic}


def _responded_to(t: _Telling) -> str:
    return gettext("You responded to %(topic)s lately") % {"topic": t.topic}


def _declared(t: _Telling) -> str:
    return gettext("You chose %(topic)s, or people you know write about it") % {"topic": t.topic}


def _words(t: _Telling) -> str:
    count = t.number("count")
    if not count:
        return gettext("There are no words of the author’s own")
    return ngettext("It is one word long", "It is %(count)d words long", count) % {"count": count}


def _link_only(t: _Telling) -> str:
    return gettext("It is little more than a link")


def _people(t: _Telling) -> str:
    count = t.number("count")
    return ngettext(
        "One person takes part in the conversation",
        "%(count)d people take part in the conversation",
        count,
    ) % {"count": count}


def _author_answers(t: _Telling) -> str:
    count = t.number("count")
    return ngettext(
        "The author answered once in the conversation",
        "The author answered %(count)d times in the conversation",
        count,
    ) % {"count": count}


def _tie_in_thread(t: _Telling) -> str:
    spoke = t.params["act"] in ("comment", "reply")
    more, who = t.number("more"), t.who
    if not more:
        text = gettext("%(who)s wrote in it") if spoke else gettext("%(who)s responded to it")
    elif more < FEW:
        text = (
            gettext("%(who)s and others you are close to wrote in it")
            if spoke
            else gettext("%(who)s and others you are close to responded to it")
        )
    else:
        text = gettext("%(who)s and %(more)d others you are close to took part in it")
    return text % {"who": who, "more": more}


def _question(t: _Telling) -> str:
    return gettext("The author asks something")


def _observed(t: _Telling) -> str:
    observed, expected = t.number("observed"), t.amount("expected")
    if observed < FEW:
        text = gettext("Fewer than five people responded; %(expected)s were expected by now")
    else:
        text = gettext("%(observed)d people responded; %(expected)s were expected by now")
    return text % {"observed": observed, "expected": expected}


def _of_reach(t: _Telling) -> str:
    observed, expected = t.number("observed"), t.amount("expected")
    if observed < FEW:
        text = gettext(
            "Fewer than five of the %(reach)d who saw it responded; %(expected)s were expected"
        )
    else:
        text = gettext("%(observed)d of %(reach)d who saw it responded; %(expected)s were expected")
    return text % {"observed": observed, "reach": t.number("reach"), "expected": expected}


def _age(t: _Telling) -> str:
    hours = float(t.params["hours"])
    if hours < 1:
        return gettext("Posted within the last hour")
    if hours < HOURS_AS_HOURS:
        count = int(hours)
        return ngettext("Posted an hour ago", "Posted %(count)d hours ago", count) % {
            "count": count
        }
    days = int(hours // 24)
    return ngettext("Posted a day ago", "Posted %(count)d days ago", days) % {"count": days}


def _new_author(t: _Telling) -> str:
    return gettext("You have seen little of %(who)s so far") % {"who": t.who}


def _through(t: _Telling) -> str:
    text = (
        gettext("It reached you because %(who)s wrote in it")
        if t.params["act"] in ("comment", "reply")
        else gettext("It reached you because %(who)s responded to it")
    )
    return text % {"who": t.who}


def _plain(text: str) -> Callable[[_Telling], str]:
    """A sentence without numbers; `text` is marked for translation where it stands."""
    return lambda t: gettext(text)


def _about_author(text: str) -> Callable[[_Telling], str]:
    return lambda t: gettext(text) % {"who": t.who}


SENTENCES: dict[str, Callable[[_Telling], str]] = {
    "person.replied": _replied,
    "person.reacted": _reacted,
    "person.replied_to_you": _replied_to_you,
    "person.reacted_to_you": _reacted_to_you,
    "person.follow": _follow,
    "person.connection": _connection,
    "person.colleague": _colleague,
    "person.lively": _about_author(
        gettext_noop("You respond to %(who)s more often than to most people you know")
    ),
    "person.quiet": _about_author(
        gettext_noop("You see posts by %(who)s more often than you respond to them")
    ),
    "topic.subject": _plain(gettext_noop("It resembles what you opened lately")),
    "topic.foreign": _plain(gettext_noop("It is in a language you did not name")),
    "topic.bait": _plain(gettext_noop("It asks for applause in so many words")),
    "topic.copied": _plain(gettext_noop("It says nearly the same as an earlier post")),
    "topic.interest": _interest,
    "topic.little_interest": _little_interest,
    "topic.responded": _responded_to,
    "topic.declared": _declared,
    "topic.words": _words,
    "topic.link_only": _link_only,
    "conversation.people": _people,
    "conversation.author_answers": _author_answers,
    "conversation.tie": _tie_in_thread,
    "conversation.question": _question,
    "topic.alike": _plain(gettext_noop("It was opened by people who often open what you open")),
    "topic.leads": _plain(
        gettext_noop("It was opened by people who often find things before you do")
    ),
    "topic.alike_engaged": _plain(
        gettext_noop("People who care for what you care for did more than open it")
    ),
    "conversation.mentions_me": _plain(gettext_noop("You are mentioned in it")),
    "response.observed": _observed,
    "response.of_reach": _of_reach,
    "response.opened_now": _plain(gettext_noop("Many people are opening it at the moment")),
    "response.answered_more": _plain(
        gettext_noop("More of those who open it respond than is usual here")
    ),
    "response.answered_less": _plain(
        gettext_noop("Fewer of those who open it respond than is usual here")
    ),
    "response.rejected": _plain(gettext_noop("Several people asked to see less of it")),
    "freshness.age": _age,
    "freshness.newest": _plain(gettext_noop("It is the newest of what was considered")),
    "freshness.since_visit": _plain(gettext_noop("It was posted since you were last here")),
    "discovery.new_author": _new_author,
    "discovery.through": _through,
    "discovery.subject": _plain(
        gettext_noop("It comes from outside your network, on a subject you care about")
    ),
}
