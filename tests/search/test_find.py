"""Who is found by what, in which order: the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kring.members.audience import set_audiences
from kring.members.services import (
    create_identity,
    delete_identity,
    restore,
    suspend,
    update_profile,
)
from kring.network.services import block, connect
from kring.search import handlers
from kring.search.indexing import index
from kring.search.models import Field, Posting, Term
from kring.search.neighbourhood import nearby
from kring.search.people import ORGANISATIONS, find
from kring.search.question import ask
from tests.search.towns import NOON, beside, handles, network, read_again, search, talking_town

pytestmark = pytest.mark.django_db


@pytest.fixture(name="town")
def _town():
    return talking_town()


# What Ada finds, nearest first among equals, then by surname.
FOUND = {
    "van der berg": ["vdberg", "berg"],
    "vd Berg": ["vdberg", "berg"],
    "v.d. berg": ["vdberg", "berg"],
    "Berg, van der": ["vdberg", "berg"],
    "berg": ["berg", "vdberg"],
    "van den berg": ["vdberg", "berg", "vandenberg"],
    "vandenberg": ["vandenberg"],
    "SAHIN": ["sahin"],
    "Şahin": ["sahin"],
    "lokken": ["lokken"],
    "Løkken": ["lokken"],
    "'t Hof": ["hof"],
    "hof, van 't": ["hof"],
    "ter haar": ["terhaar"],
    "O'Brien": ["obrien"],
    "obrien": ["obrien"],
    "ja": ["jansen", "jansen2", "berg", "vdberg", "janssen"],
    "jan": ["jansen", "jansen2", "berg", "vdberg", "janssen"],
    "jan jans": ["jansen", "jansen2"],
    "jan jansen": ["jansen", "jansen2"],
    "jansen jan": ["jansen", "jansen2"],
    "jnasen": ["jansen", "jansen2"],
    "longevty": ["hof", "vdberg"],
    "python": ["jansen", "sahin", "janssen"],
    "pyhton utrecht": ["jansen"],
    "python utrecht": ["jansen"],
    "den haag": ["hof", "lokken"],
    "maasoever": ["sahin", "vdberg", "vandenberg"],
    "@maasoever": ["sahin", "vdberg", "vandenberg"],
    "pensions": [],
    "jansen zoetermeer": [],
    "van": ["hof", "vdberg", "vandenberg"],
    "@sahin": ["sahin"],
    "x": [],
    "qqqqqqqq": [],
    "%": [],
    "jan%": ["jansen", "jansen2", "berg", "vdberg", "janssen"],
    '" OR 1': [],
    "\x00": [],
}


def test_everybody_is_found_as_people_look_for_them(town):
    assert {text: handles(search(town["ada"], text)) for text in FOUND} == FOUND


def test_results_say_how_near_somebody_is_and_through_whom(town):
    people = {p.identity.handle: p for p in search(town["ada"], "python").people}
    assert {handle: p.degree for handle, p in people.items()} == {
        "jansen": 1, "sahin": 2, "janssen": 3,
    }  # fmt: skip
    assert {known.handle for known in people["sahin"].via} == {"jansen", "hof"}
    assert people["sahin"].via_all == 2
    assert people["janssen"].via == ()
    assert search(town["ada"], "python").by_degree == {1: 1, 2: 1, 3: 1}


# Beside the people; the best match first, then by name.
BESIDE = {
    "maasoever": ["maasoever"],
    "masoever": ["maasoever"],
    "pensions": ["maasoever"],
    "python": [],
    "qqqqqqqq": [],
}


def test_organisations_stand_beside_the_people_and_have_no_degree(town):
    ada = town["ada"]
    assert {text: beside(search(ada, text)) for text in BESIDE} == BESIDE
    results = search(ada, "maasoever")
    assert (results.total, results.organisations_total) == (3, 1)
    assert results.by_degree == {1: 0, 2: 1, 3: 2}
    assert beside(search(ada, "maasoever", degrees=frozenset({3}))) == []
    assert beside(search(ada, "maasoever", page=2)) == []
    assert search(ada, "pensions").instead == {}


def test_a_few_organisations_are_shown_and_all_of_them_on_pages_of_their_own(town):
    ada = town["ada"]
    new = [
        create_identity(kind="page", name=f"Fonds {letter}", handle=f"fonds{letter}", now=NOON,
                        headline="Pensions")
        for letter in "edcba"
    ]  # fmt: skip
    read_again(*new)
    everyone = ["fondsa", "fondsb", "fondsc", "fondsd", "fondse", "maasoever"]
    results = search(ada, "pensions")
    assert (handles(results), beside(results)) == ([], everyone[:ORGANISATIONS])
    assert (results.total, results.organisations_total) == (0, 6)
    question = ask("pensions", organisations=True)
    pages = [find(question, viewer=ada, network=network(), page=page, limit=4) for page in (1, 2)]
    assert [handle for page in pages for handle in handles(page)] == everyone
    assert [(page.total, page.next_page, beside(page), page.by_degree) for page in pages] == [
        (6, 2, [], {}), (6, 0, [], {}),
    ]  # fmt: skip
    assert handles(search(ada, "python", organisations=True)) == []
    suspend(identity=new[0], now=NOON)
    block(blocker=new[1], blocked=ada, now=NOON)
    assert search(ada, "pensions").organisations_total == 4


def test_a_mention_may_name_an_organisation(town):
    question = replace(ask("maas"), named=True)
    found = find(question, viewer=town["ada"], network=network())
    assert (handles(found), beside(found)) == (["maasoever"], [])


def test_organisations_are_nobody_one_might_know(town):
    update_profile(identity=town["maasoever"], city="Utrecht", now=NOON)
    read_again(town["maasoever"])
    near = handles(nearby(town["ada"], network=network()))
    assert "jansen2" in near
    assert "maasoever" not in near


def test_what_matched_is_marked_and_nothing_else(town):
    hof, _berg = search(town["ada"], "longevty").people
    assert hof.shown.name == (("Zoë van 't Hof", False),)
    (reason,) = hof.shown.reasons
    assert (reason.field, reason.pieces) == (Field.SKILL, (("Longevity", True), (" risk", False)))
    assert search(town["ada"], "longevty").instead == {"longevty": "Longevity"}
    (sahin,) = search(town["ada"], "sah").people
    assert sahin.shown.name == (("Aylin ", False), ("Şah", True), ("in", False))


def test_only_what_was_typed_when_that_is_asked(town):
    assert handles(search(town["ada"], "longevty", exact=True)) == []
    assert handles(search(town["ada"], "longevity", exact=True)) == ["hof", "vdberg"]


def test_what_is_chosen_narrows_the_answer(town):
    ada = town["ada"]
    assert handles(search(ada, "jan", city="Utrecht")) == ["jansen", "jansen2"]
    assert handles(search(ada, "jan", skill="python")) == ["jansen"]
    assert handles(search(ada, skill="Pension law", city="den haag")) == ["lokken"]
    assert handles(search(ada, company="Maasoever", degrees=frozenset({2}))) == ["sahin"]
    assert handles(search(ada, "jan", degrees=frozenset({1, 2}))) == ["jansen", "jansen2"]
    assert handles(search(ada, language="nl", degrees=frozenset({1}))) == ["hof", "jansen"]
    assert handles(search(ada, "jan", city="Nowhere")) == []


def test_facets_are_what_results_have(town):
    facets = search(town["ada"], "python").facets
    assert [(one.label, one.many) for one in facets["company"]] == [
        ("De School", 1), ("Groen", 1), ("Maasoever", 1),
    ]  # fmt: skip
    assert (facets["skill"][0].key, facets["skill"][0].many) == ("python", 2)


def test_pages_continue_where_the_last_one_ended(town):
    question = ask("", language="nl")
    pages = [
        find(question, viewer=town["ada"], network=network(), page=page, limit=5)
        for page in (1, 2, 3)
    ]
    everybody = find(question, viewer=town["ada"], network=network(), limit=50)
    assert [handle for page in pages for handle in handles(page)] == handles(everybody)
    assert [page.next_page for page in pages] == [2, 3, 0]
    assert {page.total for page in pages} == {12}


def test_people_who_blocked_each_other_do_not_find_each_other(town):
    ada, jansen, sahin = town["ada"], town["jansen"], town["sahin"]
    before = handles(search(sahin, "visser"))
    block(blocker=ada, blocked=sahin, now=NOON)
    assert before == ["ada"]
    assert handles(search(ada, "sahin")) == handles(search(sahin, "visser")) == []
    assert search(sahin, "visser").instead == search(sahin, "qqqqqqqq").instead
    assert handles(search(jansen, "sahin")) == ["sahin"]
    assert "Rotterdam" not in str(search(ada, company="Maasoever").facets)


def test_nobody_whom_one_may_not_see_is_named_on_the_way(town):
    block(blocker=town["jansen"], blocked=town["sahin"], now=NOON)
    connect(a=town["janssen"], b=town["hof"], now=NOON)
    block(blocker=town["hof"], blocked=town["janssen"], now=NOON)
    (sahin,) = search(town["ada"], "sahin").people
    assert [known.handle for known in sahin.via] == ["hof"]


def test_who_is_suspended_or_gone_is_not_found_even_before_the_index_knows(town):
    suspend(identity=town["sahin"], now=NOON)
    delete_identity(identity=town["lokken"], now=NOON)
    assert handles(search(town["ada"], "sahin")) == handles(search(town["ada"], "lokken")) == []
    index([town["sahin"].pk, town["lokken"].pk])
    assert not Posting.objects.filter(identity__in=[town["sahin"].pk, town["lokken"].pk]).exists()
    assert not Term.objects.filter(key__in=["sahin", "lokken", "pension lawyer"]).exists()
    restore(identity=town["sahin"], now=NOON)
    index([town["sahin"].pk])
    assert handles(search(town["ada"], "sahin")) == ["sahin"]


def test_nobody_is_counted_who_cannot_be_seen_even_before_the_index_knows(town):
    ada, hof = town["ada"], town["hof"]
    assert search(ada, "python").total == 3
    assert search(hof, "python").by_degree == {1: 1, 2: 1, 3: 1}
    suspend(identity=town["sahin"], now=NOON)
    delete_identity(identity=town["janssen"], now=NOON)
    assert search(ada, "python").total == 1
    assert search(ada, "python").by_degree == {1: 1, 2: 0, 3: 0}
    assert search(hof, "python").by_degree == {1: 0, 2: 1, 3: 0}
    assert [one.many for one in search(ada, "python").facets["company"]] == [1]
    assert search(ada, "şahin").instead == search(ada, "qqqqqqqq").instead
    restore(identity=town["sahin"], now=NOON)
    assert search(ada, "python").by_degree == {1: 1, 2: 1, 3: 0}
    update_profile(identity=town["sahin"], now=NOON, shown_to={"skills": "connections"})
    assert search(ada, "python").by_degree == {1: 1, 2: 0, 3: 0}
    assert search(hof, "", skill="python").by_degree == {1: 0, 2: 1, 3: 0}
    assert search(ada, "rotterdam").total == 1
    block(blocker=town["jansen"], blocked=ada, now=NOON)
    assert search(ada, "python").total == 0
    assert search(hof, "python").total == 1
    read_again(town["sahin"], town["janssen"])
    assert search(hof, "python").by_degree == {1: 0, 2: 1, 3: 0}


def test_what_waits_to_be_read_costs_no_more_than_so_many(town, monkeypatch):
    monkeypatch.setattr(handlers, "MOST_LATE", 2)
    for handle in ("jansen", "sahin", "janssen"):
        update_profile(
            identity=town[handle], now=NOON, skills=["Weeding"], headline="Resting", positions=[]
        )
    assert set(handlers.not_read_yet()) == {town["sahin"].pk, town["janssen"].pk}
    results = search(town["ada"], "python")
    assert (handles(results), results.total) == ([], 1)


def test_a_profile_that_changed_is_not_shown_for_what_it_no_longer_says(town):
    update_profile(identity=town["hof"], now=NOON, skills=["Weeding"], city="Breda")
    assert handles(search(town["ada"], "longevity")) == ["vdberg"]
    assert handles(search(town["ada"], "", skill="Pruning")) == []
    assert handles(search(town["ada"], "", city="Den Haag")) == ["lokken"]
    index([town["hof"].pk])
    assert handles(search(town["ada"], "weeding")) == ["hof"]
    assert search(town["ada"], "longevity").total == 1
    assert not Term.objects.filter(key="pruning").exists()


def test_a_question_costs_the_same_queries_however_many_fit(town, django_assert_max_num_queries):
    for text in ("jan", "python utrecht", "longevty"):
        graph = network()
        with django_assert_max_num_queries(18):
            find(ask(text), viewer=town["ada"], network=graph)


def test_what_is_for_connections_alone_is_found_by_nobody(town):
    hof = town["hof"]
    found = {
        "longevity": ["vdberg", "hof"],
        "den haag": ["lokken", "hof"],
        "groen": ["jansen2", "hof"],
    }
    outsider = town["berg"]
    for text, handles_found in found.items():
        assert set(handles_found) <= set(handles(search(outsider, text)))
    for section in ("skills", "personal", "positions", "languages"):
        set_audiences(hof, {section: "connections"})
    for moment in ("before the index knows", "after"):
        for viewer in (outsider, town["ada"]):
            for text in ("longevity", "den haag", "groen", "pruning"):
                assert "hof" not in handles(search(viewer, text)), (moment, text)
            for chosen in ({"city": "den haag"}, {"company": "groen"}, {"language": "nl"}):
                assert "hof" not in handles(search(viewer, **chosen)), (moment, chosen)
        index([hof.pk])
    assert not Term.objects.filter(key="pruning").exists()
    assert handles(search(outsider, "gardener")) == ["hof"]
    set_audiences(hof, {"skills": "members"})
    index([hof.pk])
    assert handles(search(outsider, "pruning")) == ["hof"]
