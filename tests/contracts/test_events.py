"""Every event survives storage; every handler that hears one twice has heard it once."""

from __future__ import annotations

import typing
from datetime import timedelta

import msgspec
import pytest
from django.apps import apps
from django.db import transaction

from kring.core import events, ids
from kring.core.models import RecordedEvent
from kring.posts.services import Draft, publish
from tests.worlds import NOON, small_town

ABOUT_POSTS = ("post_id", "thread_id", "parent_id", "origin_id", "repost_of_id", "via_id")
PRIVATE = {"text", "html", "name", "email", "headline", "body", "words", "title"}
KINDS = {
    name: kind
    for name, kind in sorted(events.Event.KINDS.items())
    if kind.__module__.startswith("kring.")
}
HEARD = [(handler, name) for name in KINDS for handler in events.heard_by(name)]


def sample(kind: type[events.Event], *, post_id: int, people: list[int], full: bool):
    """An event of this kind about these; `full` fills what may be absent, too."""
    values, others = {}, iter(people * 3)
    for field in msgspec.structs.fields(kind):
        if not full and not field.required:
            continue
        options = typing.get_args(field.type) or (field.type,)
        if typing.get_origin(field.type) is tuple:
            values[field.name] = (post_id if int in options else 0.5,)
        elif int in options:
            values[field.name] = post_id if field.name in ABOUT_POSTS else next(others)
        elif str in options:
            values[field.name] = "like" if field.name in ("kind", "previous") else "person"
        else:
            raise AssertionError(f"{kind.__name__}.{field.name}: say here what a sample is")
    return kind(**values)


def everything_stored() -> dict[str, list[dict]]:
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values()))
        for model in apps.get_models()
        if model._meta.app_label not in ("contenttypes", "auth", "sessions", "account")
    }


def test_there_are_events_and_handlers():
    assert len(KINDS) > 20
    assert len(HEARD) > 10


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("full", [False, True])
def test_an_event_is_the_same_after_storage_and_holds_no_private_words(name, full):
    made = sample(KINDS[name], post_id=ids.MAX_ID, people=[1, 2, ids.MAX_ID], full=full)
    row = RecordedEvent(seq=1, event_id=2, kind=name, payload=msgspec.msgpack.encode(made), at=NOON)
    assert events.decode(row).event == made
    assert not PRIVATE & {field.name for field in msgspec.structs.fields(KINDS[name])}


@pytest.mark.parametrize("name", KINDS)
def test_fields_added_later_may_be_absent_and_unknown_ones_are_passed_over(name):
    made = sample(KINDS[name], post_id=1, people=[1, 2], full=True)
    stored = {**msgspec.to_builtins(made), "added_in_a_later_release": 1}
    row = RecordedEvent(
        seq=1, event_id=2, kind=name, payload=msgspec.msgpack.encode(stored), at=NOON
    )
    assert events.decode(row).event == made


@pytest.mark.django_db
@pytest.mark.parametrize(("handler", "name"), HEARD)
def test_a_handler_that_hears_an_event_twice_has_heard_it_once(handler, name):
    town = small_town()
    people = [town.ada.pk, town.bob.pk, town.cleo.pk]
    post = publish(author=town.ada, draft=Draft(text="Hello #choir"), now=NOON)
    for full in (False, True):
        with transaction.atomic():
            made = sample(KINDS[name], post_id=post.pk, people=people, full=full)
            events.record(made, now=NOON + timedelta(minutes=1))
        recorded = events.decode(RecordedEvent.objects.order_by("-seq")[0])
        events.HANDLERS[handler](recorded)
        once = everything_stored()
        events.HANDLERS[handler](recorded)
        assert everything_stored() == once
