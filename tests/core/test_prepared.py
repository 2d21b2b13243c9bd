import pytest

from kring.core.prepared import Prepared, columns_of
from kring.members.models import Identity
from tests.worlds import small_town

pytestmark = pytest.mark.django_db


def named(first, ids, *, limit):
    people = Identity.objects.filter(pk__in=ids).order_by("handle")
    if first is not None:
        people = people.filter(pk__gte=first)
    return people.values_list("handle", "created_at")[:limit]


def test_a_prepared_query_answers_as_the_query_it_is_made_of_whatever_the_values():
    town = small_town()
    people = [town.ada.pk, town.bob.pk, town.cleo.pk, town.dan.pk]
    prepared = Prepared(named)
    for first in (None, town.ada.pk, town.cleo.pk, 1, 0):
        for ids in ([], people[:1], people[1:], people, [*range(1, 200), *people]):
            for limit in (1, 10):
                expected = list(named(first, ids, limit=limit))
                assert list(prepared.rows(first, ids, limit=limit)) == expected


def test_rows_come_as_dictionaries_too():
    town = small_town()
    prepared = Prepared(lambda ids: Identity.objects.filter(pk__in=ids).values("id", "handle"))
    assert list(prepared.dicts([town.bob.pk])) == [{"id": town.bob.pk, "handle": "bob"}]


def test_it_is_compiled_once_for_a_shape():
    town = small_town()
    built = []

    def build(ids):
        built.append(ids)
        return Identity.objects.filter(pk__in=ids).values_list("pk")

    prepared = Prepared(build)
    for ids in ([town.ada.pk], [town.bob.pk, town.cleo.pk], list(range(1, 30))):
        list(prepared.rows(ids))
    assert len(built) == 1


def test_objects_are_those_of_the_model():
    town = small_town()
    found = Prepared(
        lambda ids: (
            Identity.objects.filter(pk__in=ids).order_by("pk").values_list(*columns_of(Identity))
        )
    )
    ada, bob = found.objects(Identity, [town.ada.pk, town.bob.pk])
    assert (ada, bob) == (town.ada, town.bob)
    assert ada.name == town.ada.name
    assert not ada.get_deferred_fields()
    assert not ada._state.adding
