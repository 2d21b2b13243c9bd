"""Facts in words: one sentence for each code that the feed can tell, in the reader's language.

Only what is public or the reader's own is told, and of others never a count under five of those
who merely reacted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel.numbers import format_decimal
from django.utils.translation import gettext_noop

from kring.feed.facts import Fact, Param
from kring.posts.card import AuthorCard, TopicCard
from kring.web.words import gettext, ngettext, spoken

FEW = 5
HOURS_AS_HOURS = 48


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
        return (card.label_nl if spoken() == "nl" else "") or card.label or card.name

    @property
    def period(self) -> str:
        days = self.number("days")
        if days <= 7:
            return gettext("this week")
        return ngettext("in the last %(days)d day", "in the last %(days)d days", days) % {
            "days": days
        }


def sentence(
    fact: Fact | None, names: Mapping[int, AuthorCard], topics: Mapping[int, TopicCard]
) -> str:
    """The fact in the reader's language; where there is none to tell, what is always true."""
    if fact is None:
        return gettext("It comes from your network")
    return SENTENCES[fact.code](_Telling(fact.params, names, topics))


def decimal(number: float, places: int = 1) -> str:
    return _decimal(round(number, places), spoken() or "en")


@lru_cache(maxsize=4096)
def _decimal(number: float, language: str) -> str:
    """Asked for a hundred times a page, mostly with the same small numbers."""
    return str(format_decimal(number, locale=language.replace("-", "_")))


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
