"""Postings read as columns: the same on both databases, and never more than there is time for."""

from __future__ import annotations

import pytest

from kring.search import postings
from kring.search.fields import Fields, Job
from kring.search.models import Field, Kind, Posting
from kring.search.terms import terms_of
from tests.search.towns import handles, search, talking_town

pytestmark = pytest.mark.django_db
WORD = "term.kind = 0 AND term.key = %s"


@pytest.fixture
def town():
    return talking_town()


def test_a_word_is_held_once_in_its_most_telling_field(town):
    """The one headline says so too, and the name of a company stands in a name."""
    for word, who, field in (
        ("controller", "jansen", Field.HEADLINE),
        ("maasoever", "vdberg", Field.POSITION),
        ("visser", "ada", Field.NAME),
        ("berg", "berg", Field.NAME),
    ):
        held = Posting.objects.filter(term__key=word, term__kind=Kind.WORD, identity=town[who].pk)
        assert [one.field for one in held] == [field]


def test_terms_are_told_once_whatever_repeats_them():
    job = Job("Notary", "Notary", current=True)
    fields = Fields(
        1, "person", "notary", "", "Ada Notary", "Notary", "Notary", ("Notary",), (job,)
    )
    found = [(one.kind, one.key) for one in terms_of(fields)]
    assert len(found) == len(set(found))
    assert {one.field for one in terms_of(fields) if one.kind == Kind.WORD} == {Field.NAME}
    assert {one.kind for one in terms_of(fields)} == set(Kind) - {Kind.LANGUAGE, Kind.ORGANISATION}


def test_columns_are_the_rows_of_the_table(town):
    ids, fields = postings.read(WORD, ["python"])
    rows = Posting.objects.filter(term__kind=Kind.WORD, term__key="python")
    found = set(zip(ids.tolist(), fields.tolist(), strict=True))
    assert found == set(rows.values_list("identity_id", "field")) != set()
    for column in postings.read(WORD, ["nowhere"]):
        assert column.size == 0


def test_of_a_word_that_too_many_have_the_oldest_members_count(town, monkeypatch):
    everybody = sorted(town[who].pk for who in ("vdberg", "berg", "jansen", "jansen2"))
    assert sorted(postings.read(WORD, ["jan"])[0].tolist()) == everybody
    monkeypatch.setattr(postings, "MOST_ROWS", 3)
    assert postings.read(WORD, ["jan"])[0].tolist() == everybody[:3]
    assert set(handles(search(town["ada"], "jan", exact=True))) == {"vdberg", "berg", "jansen"}


def test_of_a_value_that_too_many_have_the_newest_members_count(town, monkeypatch):
    everybody = sorted((town[who].pk for who in ("ada", "jansen", "jansen2")), reverse=True)
    assert postings.newest(Kind.CITY, "utrecht").tolist() == everybody
    monkeypatch.setattr(postings, "MOST_HOLDERS", 2)
    assert postings.newest(Kind.CITY, "utrecht").tolist() == everybody[:2]
    assert postings.newest(Kind.CITY, "nowhere").size == 0
