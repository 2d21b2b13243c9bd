"""Walks a log in time order and asks at the referee's moments, knowing only what came before.

What bears the timestamp of a question is not known yet when it is asked: whoever answers has been
told of strictly earlier events alone, and is told of the rest afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.lab.deskdrop import Happening
from kring.lab.worklist import Query, View

Told = Callable[[int], None]


class Contestant(Protocol):
    """Whoever answers. `happened` comes in order of time, never from the future of a question."""

    def happened(self, event: Happening) -> None: ...

    def rank(self, query: Query) -> list[str]:
        """All candidates, best first. Raises KeyError for one that has not been born."""
        ...

    def rate(self, view: View) -> float:
        """Higher: likelier to become more than a view. Raises KeyError as `rank` does."""
        ...


def play(
    log: Sequence[Happening],
    work: Sequence[Query] | Sequence[View],
    contestant: Contestant,
    told: Told = lambda done: None,
) -> Iterator[dict[str, Any]]:
    """An answer to each question, by time. Raises Invalid for an item that nobody touched yet.

    log: in order of time. told: hears often how many questions have been answered
    """
    at = 0
    questions: list[Query | View] = sorted(work, key=_when)
    for number, question in enumerate(questions, start=1):
        while at < len(log) and log[at].at < question.timestamp:
            contestant.happened(log[at])
            at += 1
            told(number - 1)
        try:
            yield _answer(contestant, question)
        except KeyError as error:
            raise Invalid(
                _("%(item)s is asked about at %(at)d, before anybody touched it.")
                % {"item": error.args[0], "at": question.timestamp}
            ) from None
        told(number)


def _when(question: Query | View) -> tuple[int, str]:
    return question.timestamp, question.person_id


def _answer(contestant: Contestant, question: Query | View) -> dict[str, Any]:
    known: dict[str, Any] = {
        "timestamp": question.timestamp,
        "person_id": question.person_id,
    }
    if isinstance(question, Query):
        return known | {"ranking": contestant.rank(question)}
    return known | {"content_id": question.content_id, "score": contestant.rate(question)}
