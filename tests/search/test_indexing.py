"""The index follows profiles: by events, in portions, and made anew."""

from __future__ import annotations

import pytest

from kring.core.events import decode
from kring.core.models import RecordedEvent
from kring.members.models import Identity
from kring.members.services import create_person, update_profile
from kring.search import handlers, indexing
from kring.search.fields import visible_fields
from kring.search.models import Document, Posting, Term
from tests.search.towns import NOON, handles, search, talking_town

pytestmark = pytest.mark.django_db


def everything() -> set[tuple]:
    rows = Posting.objects.values_list("term__kind", "term__key", "identity_id", "field")
    return set(rows)


def deliver_all() -> None:
    for row in RecordedEvent.objects.order_by("seq"):
        handlers.hear_change(decode(row))


def test_events_told_twice_leave_the_same_as_told_once():
    talking_town()
    before = everything()
    deliver_all()
    deliver_all()
    assert before == everything() != set()


def test_catching_up_finds_who_was_never_announced_and_who_is_to_be_read_again():
    town = talking_town()
    wanted = everything()
    Document.objects.all().delete()
    Term.objects.all().delete()
    assert indexing.catch_up(NOON) == len(town)
    assert everything() == wanted
    assert indexing.catch_up(NOON) == 0
    Identity.objects.filter(pk=town["ada"].pk).update(name="Augusta Visser")
    handlers.hear_import(None)
    assert indexing.catch_up(NOON) == len(town)
    assert handles(search(town["hof"], "augusta")) == ["ada"]


def test_a_run_ends_in_time():
    talking_town()
    indexing.ask_for_all()
    late = iter([0.0, 100.0])
    assert indexing.catch_up(NOON, monotonic=lambda: next(late)) == 0


def test_groups_and_people_who_are_gone_are_not_asked_for_again():
    town = talking_town()
    Identity.objects.filter(pk=town["ada"].pk).update(suspended_at=NOON)
    indexing.ask_for_all()
    assert indexing.catch_up(NOON) == len(town)
    assert not Document.objects.filter(pk=town["ada"].pk).exists()
    assert indexing.waiting(10) == []


def test_the_index_holds_what_all_members_may_see_and_nothing_else():
    person = create_person(
        name="Secretive Sam", handle="sam", now=NOON, about="aboutword", pronouns="pronounword",
        uses_network_for="useword",
    )  # fmt: skip
    update_profile(identity=person, now=NOON, links=[("linkword", "https://example.org/")])
    indexing.index([person.pk])
    keys = set(Term.objects.values_list("key", flat=True))
    assert keys == {"secretive", "sam", "sam secretive"}
    assert visible_fields([person.pk])[person.pk].name == "Secretive Sam"


def test_hostile_profiles_are_indexed_as_any_other():
    person = create_person(
        name="ﷺ" * 90, handle="odd", headline="٣ \u0301 ㍻ " * 20, now=NOON
    )  # fmt: skip
    update_profile(identity=person, now=NOON, skills=["ﷺ" * 60, "C++", "C#", "—"])
    indexing.index([person.pk])
    assert Document.objects.get(pk=person.pk).version > 0
    assert handles(search(person, "odd")) == ["odd"]
