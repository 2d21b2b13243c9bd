"""An index that keeps up knows what one that starts now would load, whatever happened."""

from __future__ import annotations

import os
import random
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kring.core import clock as core_clock
from kring.core import nodes
from kring.core.ids import IdGenerator
from kring.feed import load
from kring.feed.index import FeedIndex
from kring.feed.world import ActKind
from kring.jobs.worker import drain
from kring.members.models import Identity
from tests.feed.dump import dump
from tests.feed.histories import VERBS, differences, slate

pytestmark = pytest.mark.django_db
HISTORIES = int(os.environ.get("KRING_TEST_HISTORIES", "15"))


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


def test_the_network_can_be_read_while_somebody_else_holds_the_index(history):
    """A search takes the network as it is and gives the lock back before it begins."""
    ada, bob = history.people[0].pk, history.people[1].pk
    kept = index(history.clock)
    network, entered, leave = kept.connections(), threading.Event(), threading.Event()

    def hold():
        with kept._lock:
            entered.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(10)
    assert network.shortest_path(ada, bob) == [ada, bob]
    leave.set()
    holder.join()
    history.tell("disconnect", 0, 1, 0)
    assert kept.connections().shortest_path(ada, bob) != [ada, bob]
    assert network.shortest_path(ada, bob) == [ada, bob]


def test_once_a_day_what_a_new_index_would_not_load_is_let_go(history):
    for post in range(4):
        history.tell("see", 0, 1, post)
    history.finish()
    kept = index(history.clock)
    with kept.reading() as world:
        before = dump(world, history.clock.ms)
    assert before["exposures"]
    history.clock.ms += (load.TIE_DAYS + 1) * 86_400_000
    history.tell("see", 1, 1, 2)
    history.finish()
    now = history.clock()
    with kept.reading() as world:
        after = dump(world, core_clock.to_ms(now))
    with index(history.clock).reading() as world:
        assert differences(after, dump(world, core_clock.to_ms(now))) == []
    assert before["exposures"].keys().isdisjoint(after["exposures"])
    assert not any(act[1] == ActKind.CONNECT for act in after["acts"])


def test_what_waits_to_be_logged_is_known_to_who_starts_now(history):
    history.tell("see", 2, 0, 0)
    history.tell("read", 2, 0, 0)
    now = core_clock.to_ms(history.clock())
    with index(history.clock).reading() as world:
        waiting = dump(world, now)
    assert drain()
    with index(history.clock).reading() as world:
        assert differences(waiting, dump(world, now)) == []
