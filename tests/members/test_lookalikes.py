"""Nearly the same words among colleagues: told to their writer, and telling nothing else."""

import pytest

from kring.members.lookalikes import resembles_colleagues
from kring.members.services import create_identity, create_person, suspend, update_profile
from tests.worlds import NOON

pytestmark = pytest.mark.django_db
SAID = (
    "At Bakery & Sons we believe in bread with a story. I help our customers find the loaf that "
    "fits their day, with passion and an eye for detail."
)


def worker(name, *, about=SAID, company="Bakery & Sons", **position):
    person = create_person(name=name, now=NOON)
    jobs = [{"organisation_name": company, **position}]
    return update_profile(identity=person, now=NOON, about=about, positions=jobs)


@pytest.fixture
def ada():
    return worker("Ada")


def test_several_colleagues_with_nearly_the_same_words_are_noticed(ada):
    worker("Bob", about=SAID.upper())
    assert not resembles_colleagues(ada)  # one may have asked the other
    worker("Cleo", about=SAID.replace("loaf", "croissant"))
    assert resembles_colleagues(ada)


@pytest.mark.parametrize(
    "more",
    [
        {"about": "I count flour by night, and sing in the choir by day, mostly out of tune."},
        {"company": "Another bakery"},
        {"to_year": 2020},
    ],
)
def test_other_words_and_other_companies_are_not(ada, more):
    for name in ("Bob", "Cleo", "Dan"):
        worker(name, **more)
    assert not resembles_colleagues(ada)


def test_a_short_text_is_alike_by_chance():
    for name in ("Bob", "Cleo", "Dan"):
        worker(name, about="I bake bread.")
    assert not resembles_colleagues(worker("Ada", about="I bake bread."))


def test_colleagues_by_a_page_are_found_as_well():
    bakery = create_identity(kind="page", name="The Bakery", now=NOON)
    people = [
        update_profile(
            identity=create_person(name=name, now=NOON), now=NOON, about=SAID,
            positions=[{"organisation_id": bakery.pk}],
        )
        for name in ("Ada", "Bob", "Cleo")
    ]  # fmt: skip
    assert resembles_colleagues(people[0])


@pytest.mark.parametrize("section", ["about", "positions"])
def test_what_is_kept_from_members_is_not_compared(ada, section):
    bob, cleo = worker("Bob"), worker("Cleo")
    assert resembles_colleagues(ada)
    update_profile(identity=bob, now=NOON, shown_to={section: "connections"})
    assert not resembles_colleagues(ada)
    suspend(identity=cleo, now=NOON)
    assert not resembles_colleagues(ada)


def test_it_costs_three_queries(ada, django_assert_num_queries):
    for name in ("Bob", "Cleo", "Dan"):
        worker(name)
    with django_assert_num_queries(3):
        assert resembles_colleagues(ada)
