"""An index that keeps up knows what one that starts now would load, whatever happened."""

from __future__ import annotations

import os
import random
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kring.core import clock as core_clock
from kring.core import nodes
from kring.core.ids import IdGenerator
from kring.feed.index import FeedIndex
from kring.members.models import Identity
from tests.feed.dump import dump
from tests.feed.histories import VERBS, differences, slate

pytestmark = pytest.mark.django_db
HISTORIES = int(os.environ.get("KRING_TEST_HISTORIES", "25"))


@contextmanager
def undone(history):
    """What happens inside never happened, so that every example begins alike."""
    since, seen = history.clock.ms, set(history.seen)
    nodes.holder.use(IdGenerator(898, lambda: history.clock.ms))
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    history.clock.ms, history.seen = since, seen


def index(clock, batch=5_000):
    return FeedIndex(bare_words=8, batch=batch, now=clock.now)


def told(world, people, now):
    slates = {person.handle: slate(world, person, now) for person in people}
    return {"world": dump(world, core_clock.to_ms(now)), "slates": slates}


def known_by(index, history, now):
    people = Identity.objects.filter(deleted_at=None, pk__in=[p.pk for p in history.people])
    with index.reading() as world:
        return told(world, people, now)


def check(history, indexes):
    history.finish()
    now = history.clock() + timedelta(minutes=40)
    expected = known_by(index(history.clock), history, now)
    for name, kept in indexes.items():
        assert differences(known_by(kept, history, now), expected, name) == []


def tellings(seed, count):
    chance = random.Random(seed)
    verbs = [*VERBS]
    return [
        (chance.choice(verbs), chance.randrange(6), chance.randrange(60), chance.randrange(30))
        for _ in range(count)
    ]


@given(st.integers(0, 2**32), st.integers(5, 45), st.integers(0, 30), st.integers(1, 4))
@settings(
    max_examples=HISTORIES,
    deadline=None,
    # A seed has no simpler form.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[*HealthCheck],
)
def test_an_index_that_keeps_up_knows_what_a_new_one_loads(history, seed, count, later, batch):
    with undone(history):
        whole, steps = index(history.clock), index(history.clock, batch=batch)
        with steps.reading():
            pass
        for at, telling in enumerate(tellings(seed, count)):
            history.tell(*telling)
            if at in (later, later // 2):
                with whole.reading(), steps.reading():
                    pass
        check(history, {"whole": whole, "steps": steps})
