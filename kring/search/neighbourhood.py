"""Whom to meet when nothing is asked: people near by whom one does not know.

Somebody is near who works at the same company, has the same skills, lives in the same city, or
knows people one knows. All of it is what members see anyway.
"""

from __future__ import annotations

import numpy as np

from kring.members.models import Identity
from kring.network.graph import Graph, distinct
from kring.network.queries import hidden_from
from kring.search import ranking
from kring.search.facets import facets_of
from kring.search.fields import Fields, visible_fields
from kring.search.folding import whole
from kring.search.matching import Matches, organisations
from kring.search.models import Field, Kind
from kring.search.people import (
    MOST_PAGES,
    NAMED,
    PAGE,
    Person,
    Results,
    between,
    seen_by,
    sort_names,
)
from kring.search.postings import Ints, newest
from kring.search.showing import MOST_REASONS, Pieces, Reason, Shown

POINTS = {Kind.COMPANY: 30, Kind.SKILL: 20, Kind.CITY: 10}
A_MUTUAL, MOST_MUTUALS = 5, 6
MOST_SKILLS = 20
Shared = dict[Kind, tuple[str, ...]]


def nearby(viewer: Identity, *, network: Graph, page: int = 1) -> Results:
    """People this viewer does not know, those with whom they share most first. About 12 queries."""
    own = visible_fields([viewer.pk]).get(viewer.pk)
    shared = _shareable(own) if own is not None else {}
    hidden = hidden_from(viewer.pk)
    found, degrees = _near(viewer.pk, shared, network, hidden)
    people = ~found.among(organisations(found.ids))
    found, degrees = found.only(people), degrees[people]
    ranked = ranking.best_first(found, degrees)
    part = slice((page - 1) * PAGE, page * PAGE)
    ids = ranking.page_of(ranked, part, names=sort_names)
    return Results(
        people=_people(ids, shared, viewer, network, hidden),
        total=found.ids.size,
        facets=facets_of(ranked),
        next_page=page + 1 if found.ids.size > page * PAGE and page < MOST_PAGES else 0,
    )


def _shareable(fields: Fields) -> Shared:
    """What of oneself another may have too, folded."""
    values = {
        Kind.COMPANY: [job.company for job in fields.jobs if job.current],
        Kind.SKILL: fields.skills[:MOST_SKILLS],
        Kind.CITY: [fields.city],
    }
    return {
        kind: tuple(key for text in texts if (key := whole(text))) for kind, texts in values.items()
    }


def _near(viewer_id: int, shared: Shared, network: Graph, hidden: set[int]) -> tuple[Matches, Ints]:
    """Whoever is at two steps or has something in common, and the degree of each."""
    second, mutuals = network.second(viewer_id)
    points = A_MUTUAL * np.minimum(mutuals, MOST_MUTUALS)
    alike, more = _alike(shared)
    place = np.searchsorted(second, alike)
    place[place == second.size] = 0
    both = second[place] == alike if second.size else np.zeros(alike.size, np.bool_)
    points[place[both]] += more[both]
    known = [*network.neighbours(viewer_id).tolist(), viewer_id]
    apart = ~both & ~np.isin(alike, known)
    ids = np.concatenate([second, alike[apart]])
    degrees = np.repeat([2, 3], [second.size, ids.size - second.size])
    points = np.concatenate([points, more[apart]])
    # Two ascending runs are merged.
    order = np.argsort(ids, kind="stable")
    if hidden:
        order = order[~np.isin(ids[order], list(hidden))]
    return Matches(ids[order], points[order]), degrees[order]


def _alike(shared: Shared) -> tuple[Ints, Ints]:
    """Whoever has something in common, ascending, and the points of all of it. A query for each."""
    held = [
        (distinct(np.concatenate([newest(kind, key) for key in keys])), POINTS[kind])
        for kind, keys in shared.items()
        if keys
    ]
    if not held:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    ids, place = np.unique(np.concatenate([ids for ids, _ in held]), return_inverse=True)
    weights = np.repeat([points for _, points in held], [ids.size for ids, _ in held])
    return ids, np.bincount(place, weights, ids.size).astype(np.int64)


def _people(
    ids: list[int], shared: Shared, viewer: Identity, network: Graph, hidden: set[int]
) -> tuple[Person, ...]:
    fields = visible_fields(ids)
    ways = between(viewer, network, ids, hidden)
    named = [known for way in ways.values() for known in way[:NAMED]]
    seen = seen_by(viewer, [*fields, *named])
    people = []
    for id_ in ids:
        if id_ in fields and id_ in seen:
            way, told = ways[id_], fields[id_]
            via = tuple(seen[known] for known in way[:NAMED] if known in seen)
            reasons = tuple(_in_common(told, shared))[:MOST_REASONS]
            shown = Shown(_plain(told.name), _plain(told.headline), reasons, {})
            people.append(Person(seen[id_], shown, 2 if way else 3, via, len(way)))
    return tuple(people)


def _in_common(fields: Fields, shared: Shared) -> list[Reason]:
    """What both have, as it stands with the other."""
    companies = [job.company for job in fields.jobs if job.current]
    told = [
        *((Field.POSITION, Kind.COMPANY, company) for company in companies),
        *((Field.SKILL, Kind.SKILL, skill) for skill in fields.skills),
        (Field.CITY, Kind.CITY, fields.city),
    ]
    return [
        Reason(field, _plain(text)) for field, kind, text in told if whole(text) in shared[kind]
    ]


def _plain(text: str) -> Pieces:
    return ((text, False),) if text else ()
