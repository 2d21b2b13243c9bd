"""Answering a question: who fits, in which order, how near they are, and why they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kring.core.prepared import Prepared, columns_of
from kring.members.models import Identity
from kring.network.graph import FURTHER, Graph
from kring.network.queries import hidden_from
from kring.posts.visibility import identity_visible
from kring.search import ranking
from kring.search.facets import Facet, facets_of
from kring.search.fields import visible_fields
from kring.search.handlers import not_read_yet
from kring.search.matching import NOBODY, Matches, matches, organisations, wanted_words
from kring.search.models import Document
from kring.search.postings import Ints
from kring.search.question import DEGREES, Question, Wanted
from kring.search.showing import Shown, shown

PAGE, MOST_PAGES = 20, 25
ORGANISATIONS = 3
NAMED = 2


@dataclass(frozen=True, slots=True)
class Person:
    """One result. degree: 0 for oneself, 3 for further away; via: connections on the way there.

    `via` are at most `NAMED` of the `via_all` connections that know both.
    """

    identity: Identity
    shown: Shown
    degree: int
    via: tuple[Identity, ...] = ()
    via_all: int = 0

    @property
    def others(self) -> int:
        """How many more connections know both."""
        return max(0, self.via_all - len(self.via))


@dataclass(frozen=True, slots=True)
class Results:
    """A page of people, or of organisations where these are asked for.

    total: in the chosen degrees; by_degree: without choosing any
    organisations: beside people, the few that fit best of `organisations_total`
    instead: what is shown for words that nobody has, by the word that was typed
    """

    people: tuple[Person, ...] = ()
    total: int = 0
    by_degree: Mapping[int, int] = field(default_factory=dict)
    facets: Mapping[str, Sequence[Facet]] = field(default_factory=dict)
    organisations: tuple[Person, ...] = ()
    organisations_total: int = 0
    instead: Mapping[str, str] = field(default_factory=dict)
    next_page: int = 0


def find(
    question: Question, *, viewer: Identity, network: Graph, page: int = 1, limit: int = PAGE,
    facets: bool = True,
) -> Results:  # fmt: skip
    """The people who fit, as this viewer may find them, and apart from them the organisations.

    Words that nobody has are looked for again among those that are nearly the same. About 15
    queries; the results of one page are compared with the profiles as they are at this moment.
    """
    if not question.asks:
        return Results()
    # Before the postings: what is read in between is looked up in vain, and nothing is missed.
    late = np.array(not_read_yet(), np.int64)
    hidden = hidden_from(viewer.pk)
    wanted = wanted_words(question, widely=False)
    found = _to_be_seen(question, wanted, hidden, late)
    if not found.ids.size and not question.exact and question.words:
        wanted = wanted_words(question, widely=True)
        found = _to_be_seen(question, wanted, hidden, late)
    found, beside = _apart(found, question)
    degrees = network.degrees(viewer.pk, found.ids)
    by_degree = {} if question.organisations else _counted(degrees)
    if question.degrees:
        chosen = np.isin(degrees, list(question.degrees))
        found, degrees = found.only(chosen), degrees[chosen]
    part = slice((page - 1) * limit, page * limit)
    ranked = ranking.best_first(found, degrees)
    ids = ranking.page_of(ranked, part, names=sort_names)
    near = degrees[np.searchsorted(found.ids, ids)].tolist()
    few = _best_of(beside) if page == 1 else []
    ways = between(viewer, network, [id_ for id_, at in zip(ids, near, strict=True) if at == 2],
                   hidden)  # fmt: skip
    rows = [*zip(ids, near, strict=True), *((id_, FURTHER) for id_ in few)]
    told = _people(question, wanted, rows, viewer, ways)
    people = tuple(one for one in told if one.identity.pk not in few)
    return Results(
        people=people,
        total=found.ids.size,
        by_degree=by_degree,
        facets=facets_of(ranked, question.chosen) if facets else {},
        organisations=tuple(one for one in told if one.identity.pk in few),
        organisations_total=beside.ids.size,
        instead=_instead(told),
        next_page=page + 1 if found.ids.size > page * limit and page < MOST_PAGES else 0,
    )


_SORT_NAMES = Prepared(
    lambda ids: Document.objects.filter(pk__in=ids).values_list("pk", "sort_name")
)

_SEEN = Prepared(
    lambda viewer, ids: Identity.objects.filter(identity_visible(viewer), pk__in=ids).values_list(
        *columns_of(Identity)
    )
)


def sort_names(ids: Sequence[int]) -> dict[int, str]:
    """How these identities are ordered. 1 query at most."""
    return dict(_SORT_NAMES.rows(ids)) if ids else {}


def between(
    viewer: Identity, network: Graph, ids: Iterable[int], hidden: set[int]
) -> dict[int, list[int]]:
    """For each of these the connections that both have, ascending, whom the viewer may see."""
    return {
        id_: [known for known in network.mutuals(viewer.pk, id_).tolist() if known not in hidden]
        for id_ in ids
    }


def seen_by(viewer: Identity, ids: Iterable[int]) -> dict[int, Identity]:
    """Those of these identities whom the viewer may see. 1 query."""
    return {one.pk: one for one in _SEEN.objects(Identity, viewer.pk, list(set(ids)))}


def _people(
    question: Question,
    wanted: Sequence[Wanted],
    ids: Sequence[tuple[int, int]],
    viewer: Identity,
    ways: Mapping[int, list[int]],
) -> tuple[Person, ...]:
    """The results as they are now: whom the index still has by mistake is left out."""
    fields = visible_fields([id_ for id_, _degree in ids])
    named = [known for way in ways.values() for known in way[:NAMED]]
    seen = seen_by(viewer, [*fields, *named])
    people = []
    for id_, degree in ids:
        if id_ not in fields or id_ not in seen:
            continue
        told = shown(fields[id_], question, wanted)
        if told is not None:
            way = ways.get(id_, [])
            via = tuple(seen[known] for known in way[:NAMED] if known in seen)
            people.append(Person(seen[id_], told, degree, via, len(way)))
    return tuple(people)


def _to_be_seen(
    question: Question, wanted: Sequence[Wanted], hidden: set[int], late: Ints
) -> Matches:
    """Whoever fits, without whom the viewer may not see and who of the late ones fits no more."""
    found = matches(question, wanted)
    found = found.only(~found.among(np.fromiter(hidden, np.int64, len(hidden))))
    changed = found.ids[found.among(late)].tolist()
    if not changed:
        return found
    fields = visible_fields(changed)
    gone = [
        id_ for id_ in changed if id_ not in fields or shown(fields[id_], question, wanted) is None
    ]
    return found.only(~found.among(np.array(gone, np.int64)))


def _apart(found: Matches, question: Question) -> tuple[Matches, Matches]:
    """What is counted and paged, and the organisations beside it. 1 query at most.

    Organisations have no degree: who chooses one asks for people.
    """
    if question.named or not found.ids.size:
        return found, NOBODY
    apart = found.among(organisations(found.ids))
    if question.organisations:
        return found.only(apart), NOBODY
    return found.only(~apart), NOBODY if question.degrees else found.only(apart)


def _counted(degrees: Ints) -> dict[int, int]:
    return {degree: int(np.count_nonzero(degrees == degree)) for degree in DEGREES}


def _best_of(beside: Matches) -> list[int]:
    ranked = ranking.best_first(beside, np.full(beside.ids.size, FURTHER))
    return ranking.page_of(ranked, slice(ORGANISATIONS), names=sort_names)


def _instead(people: Sequence[Person]) -> dict[str, str]:
    told: dict[str, str] = {}
    for person in people:
        for word, stands in person.shown.instead.items():
            told.setdefault(word, stands)
    return told
