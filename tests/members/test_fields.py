"""Limits of every field and every section of a profile, each by one step."""

import pytest

from kring.members import queries, services
from kring.members.audience import Closeness
from kring.members.fields import Misfit
from kring.members.sections import TABLES
from kring.members.services import PROFILE_FIELDS
from tests.worlds import NOON

pytestmark = pytest.mark.django_db

ROWS = {
    "positions": lambda n: {"organisation_name": f"Work {n}"},
    "education": lambda n: {"school_name": f"School {n}"},
    "skills": lambda n: f"Skill {n}",
    "languages": lambda n: (f"x-{n}", ""),
    "links": lambda n: ("Home", f"https://a.nl/{n}"),
}
# The longest value of each column that has a length.
LENGTHS = [
    ("positions", 120, lambda text: {"organisation_name": "x", "title": text}, "title"),
    ("positions", 150, lambda text: {"organisation_name": text}, "organisation_name"),
    ("education", 120, lambda text: {"school_name": "x", "degree": text}, "degree"),
    ("education", 150, lambda text: {"school_name": text}, "school_name"),
    ("skills", 60, lambda text: text, "name"),
    ("languages", 12, lambda text: (text, ""), "code"),
    ("languages", 60, lambda text: ("nl", text), "level"),
    ("links", 60, lambda text: (text, "https://a.nl/"), "label"),
    ("links", 300, lambda text: ("Home", f"https://a.nl/{text[13:]}"), "url"),
]


@pytest.fixture
def ada():
    return services.create_person(name="Ada", now=NOON)


@pytest.mark.parametrize("name", sorted(PROFILE_FIELDS))
def test_a_text_has_a_longest(ada, name):
    most = PROFILE_FIELDS[name]
    services.update_profile(identity=ada, now=NOON, **{name: "x" * most})
    with pytest.raises(Misfit) as refused:
        services.update_profile(identity=ada, now=NOON, **{name: "y" * (most + 1)})
    assert list(refused.value.errors) == [name]
    assert str(most) in refused.value.message
    assert getattr(ada, name) == "x" * most


@pytest.mark.parametrize("section", sorted(TABLES))
def test_a_section_has_a_most(ada, section):
    most = TABLES[section].most
    rows = [ROWS[section](n) for n in range(most + 1)]
    services.update_profile(identity=ada, now=NOON, **{section: rows[:most]})
    with pytest.raises(Misfit) as refused:
        services.update_profile(identity=ada, now=NOON, **{section: rows})
    assert str(most) in refused.value.errors[section]
    profile = queries.profile_of(ada, Closeness.SELF)
    assert len(getattr(profile, section)) == most


@pytest.mark.parametrize(("section", "most", "row", "column"), LENGTHS)
def test_a_column_has_a_longest(ada, section, most, row, column):
    services.update_profile(identity=ada, now=NOON, **{section: [row("x" * most)]})
    with pytest.raises(Misfit) as refused:
        services.update_profile(identity=ada, now=NOON, **{section: [row("x" * (most + 1))]})
    assert list(refused.value.errors) == [f"0.{column}"]


def test_every_field_that_does_not_fit_has_its_own_sentence(ada):
    with pytest.raises(Misfit) as refused:
        services.update_profile(
            identity=ada,
            now=NOON,
            positions=[
                {"organisation_name": "Bakery"},
                {"organisation_name": "", "title": "x" * 121, "from_year": "soon"},
                {"organisation_name": "Mill", "from_year": 2020, "to_year": 2019},
            ],
        )
    assert refused.value.field == "positions"
    assert set(refused.value.errors) == {
        "1.title", "1.organisation_name", "1.from_year", "2.to_year",
    }  # fmt: skip
    assert len(set(refused.value.errors.values())) == 4
    with pytest.raises(Misfit) as refused:
        services.update_profile(identity=ada, now=NOON, name=" ", headline="x" * 161)
    assert set(refused.value.errors) == {"name", "headline"}


@pytest.mark.parametrize("year", ["1899", "2101", "20 20", "²⁰²⁰", "1" * 5000, 20.5, True, "-2019"])
def test_a_year_is_four_digits_of_about_our_time(ada, year):
    with pytest.raises(Misfit):
        services.update_profile(
            identity=ada, now=NOON, education=[{"school_name": "x", "year": year}]
        )


@pytest.mark.parametrize(
    "url",
    ["a.nl", "ftp://a.nl", "javascript:alert(1)", "https://", "https://[", "https://a b.nl", "//a"],
)
def test_a_link_leads_to_the_web(ada, url):
    with pytest.raises(Misfit) as refused:
        services.update_profile(identity=ada, now=NOON, links=[("Home", url)])
    assert list(refused.value.errors) == ["0.url"]


def test_jobs_stand_newest_first_whatever_their_order_and_stay_so(ada):
    jobs = [
        ("Old", 1990, 1999),
        ("Now, long", 1995, None),
        ("Now", 2020, None),
        ("When?", None, 2010),
    ]
    rows = [
        {"organisation_name": name, "from_year": begun, "to_year": ended}
        for name, begun, ended in jobs
    ]
    for _again in range(2):
        services.update_profile(identity=ada, now=NOON, positions=rows)
        found = queries.profile_of(ada, Closeness.SELF).positions
        assert [job.organisation_name for job in found] == ["Now", "Now, long", "When?", "Old"]
        rows.reverse()


def test_what_can_be_ordered_by_hand_keeps_its_order(ada):
    services.update_profile(identity=ada, now=NOON, skills=["b", "c", "a", "C"])
    assert [one.name for one in queries.profile_of(ada, Closeness.SELF).skills] == ["b", "c", "a"]
