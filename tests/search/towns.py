"""A town of people who are easily mixed up, indexed: the shared set of both databases."""

from __future__ import annotations

from datetime import timedelta

from kring.core.models import Delivery
from kring.members.models import Identity
from kring.members.services import create_identity, create_person, update_profile
from kring.network.graph import Graph
from kring.network.models import Connection
from kring.network.services import connect
from kring.search.handlers import INDEX
from kring.search.indexing import index
from kring.search.people import Results, find
from kring.search.question import ask
from tests.worlds import NOON

DAY_BEFORE = NOON - timedelta(days=1)
# handle: (name, headline, city, skills, company)
PEOPLE = {
    "ada": ("Ada Visser", "Notary", "Utrecht", ["Contracts", "Mediation"], "Visser & Zonen"),
    "vdberg": ("Jan van der Berg", "Actuary", "Zoetermeer", ["Longevity risk"], "Maasoever"),
    "berg": ("Jan Berg", "Teacher", "Berg en Dal", ["Reading"], "De School"),
    "vandenberg": ("Lies Vandenberg", "Engineer", "Gent", ["Bridges"], "Maasoever"),
    "hof": ("Zoë van 't Hof", "Gardener", "Den Haag", ["Pruning", "Longevity risk"], "Groen"),
    "sahin": ("Aylin Şahin", "Data engineer", "Rotterdam", ["Python", "SQL"], "Maasoever"),
    "lokken": ("Søren Løkken", "Pension lawyer", "Den Haag", ["Pension law"], "Pensioenfonds"),
    "jansen": ("Jan Jansen", "Controller", "Utrecht", ["Python", "Excel"], "Groen"),
    "jansen2": ("Jan Pieter Jansen", "Controller", "Utrecht", ["Excel"], "Groen"),
    "janssen": ("Petra Janssen", "Python teacher", "Amersfoort", ["Reading"], "De School"),
    "terhaar": ("Marieke ter Haar", "Jurist", "Leiden", ["Pension law"], "Pensioenfonds"),
    "obrien": ("Sean O'Brien", "Consultant", "Dublin", ["Mediation"], "Harbour"),
}  # fmt: skip
TIES = (
    ("ada", "jansen"),
    ("jansen", "jansen2"),
    ("jansen", "sahin"),
    ("ada", "hof"),
    ("sahin", "hof"),
)


def talking_town() -> dict[str, Identity]:
    """Ada knows Jan Jansen and Zoë, through whom she is two steps from Jan Pieter and Aylin."""
    people = {}
    for handle, (name, headline, city, skills, company) in PEOPLE.items():
        person = create_person(
            name=name, handle=handle, headline=headline, city=city, now=DAY_BEFORE
        )
        jobs = [{"title": headline, "organisation_name": company, "from_year": 2020}]
        update_profile(
            identity=person, now=DAY_BEFORE, skills=skills, positions=jobs, languages=[("nl", "")]
        )
        people[handle] = person
    people["maasoever"] = create_identity(
        kind="page", name="Maasoever", handle="maasoever", headline="Pensions", now=DAY_BEFORE
    )
    for one, other in TIES:
        connect(a=people[one], b=people[other], now=DAY_BEFORE)
    read_again(*people.values())
    return people


def read_again(*changed: Identity) -> None:
    """What the worker does when it has heard of these."""
    index([one.pk for one in changed])
    Delivery.objects.filter(handler=INDEX).delete()


def network() -> Graph:
    ties = list(Connection.objects.values_list("owner_id", "other_id"))
    return Graph.from_edges([a for a, _ in ties], [b for _, b in ties])


def search(viewer: Identity, text: str = "", **asked) -> Results:
    page = asked.pop("page", 1)
    return find(ask(text, **asked), viewer=viewer, network=network(), page=page)


def handles(results: Results) -> list[str]:
    return [person.identity.handle for person in results.people]


def beside(results: Results) -> list[str]:
    return [one.identity.handle for one in results.organisations]
