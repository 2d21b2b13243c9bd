"""What one can choose among when looking for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django import template
from django.utils.translation import gettext as _

from kring.search.facets import Facet
from kring.search.people import Results
from kring.search.question import FILTERS
from kring.web.templatetags.kring import language_name

register = template.Library()


@dataclass(frozen=True, slots=True)
class Filter:
    name: str
    label: str
    any: str
    facets: Sequence[Facet]
    chosen: str


@register.simple_tag
def degree_choices() -> list[tuple[int, str]]:
    return [(1, _("1st degree")), (2, _("2nd degree")), (3, _("Further away"))]


@register.simple_tag
def filter_choices(results: Results, chosen: Mapping[str, str]) -> list[Filter]:
    """One choice per filter; what is chosen stands in it even where nobody has it."""
    words = {
        "skill": (_("Skill"), _("Any skill")),
        "company": (_("Company"), _("Any company")),
        "city": (_("City"), _("Any city")),
        "language": (_("Language"), _("Any language")),
    }
    return [
        Filter(name, *words[name], _offered(name, results, chosen[name]), chosen[name])
        for name in FILTERS
    ]


def _offered(name: str, results: Results, chosen: str) -> list[Facet]:
    facets = list(results.facets.get(name, ()))
    if chosen and chosen not in [facet.key for facet in facets]:
        facets.insert(0, Facet(chosen, chosen, 0))
    if name != "language":
        return facets
    return [Facet(one.key, language_name(one.key), one.many) for one in facets]
