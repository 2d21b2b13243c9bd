"""Every table is told of in an export, or it is said why not: nothing is forgotten by accident."""

from __future__ import annotations

from django.apps import apps

from kring.archive.export.parts import LEFT_OUT, PARTS


def tables() -> set[str]:
    return {
        model._meta.label
        for model in apps.get_models()
        if model._meta.managed and not model.__module__.startswith("tests.")
    }


def test_every_table_is_exported_or_left_out_for_a_reason():
    told = {model._meta.label for part in PARTS for model in part.models}
    assert told & LEFT_OUT.keys() == set()
    assert told | LEFT_OUT.keys() == tables()
    assert all(len(reason) > 10 for reason in LEFT_OUT.values())


def test_no_two_parts_have_one_name():
    names = [part.name for part in PARTS]
    assert len(names) == len(set(names))
