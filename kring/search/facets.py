"""What results have in common: skills, companies, cities and languages to choose among.

Only what all members may see of a profile is counted, so the numbers tell nothing that looking
would not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from types import MappingProxyType

from django.db.models import Q

from kring.core.prepared import Prepared
from kring.search.models import Field, Kind, Posting, Term
from kring.search.question import FILTERS
from kring.search.ranking import Ranked

# Counted among the best; beyond that a choice is offered without a number.
COUNTED, OFFERED = 100, 12


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that results have. `many` is 0 where not all were counted."""

    key: str
    label: str
    many: int


_VALUES = Prepared(
    lambda ids: Posting.objects.filter(identity__in=ids, field=Field.VALUE).values_list(
        "term__kind", "term__key", "term__label"
    )
)


def facets_of(
    ranked: Ranked, chosen: Mapping[Kind, str] = MappingProxyType({})
) -> dict[str, list[Facet]]:
    """The commonest values of each filter among the best results; without any, what was chosen.

    1 query.
    """
    if not ranked.ids.size:
        return _as_written(chosen)
    counted = Counter(_VALUES.rows(ranked.ids[:COUNTED].tolist()))
    everybody = ranked.ids.size <= COUNTED
    facets: dict[str, list[Facet]] = {name: [] for name in FILTERS}
    names = {int(kind): name for name, kind in FILTERS.items()}
    for (kind, key, label), many in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        if kind in names and len(facets[names[kind]]) < OFFERED:
            facets[names[kind]].append(Facet(key, label, many if everybody else 0))
    return facets


def _as_written(chosen: Mapping[Kind, str]) -> dict[str, list[Facet]]:
    """What was chosen as people write it, if anybody has it. 1 query at most."""
    facets: dict[str, list[Facet]] = {}
    if chosen:
        names = {int(kind): name for name, kind in FILTERS.items()}
        wanted = [Q(kind=int(kind), key=key) for kind, key in chosen.items()]
        found = Term.objects.filter(reduce(or_, wanted))
        for kind, key, label in found.values_list("kind", "key", "label"):
            facets[names[kind]] = [Facet(key, label, 0)]
    return facets
