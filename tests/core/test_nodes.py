"""Leases of nodes: whatever clocks and processes do, no two ids are the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction

from kring.core import ids, nodes
from kring.core.models import NodeLease

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def holder() -> nodes.NodeHolder:
    made = nodes.NodeHolder()
    made.start(renew=False)
    return made


def node_of(made: int) -> int:
    return made >> ids.SEQUENCE_BITS & (1 << ids.NODE_BITS) - 1


def test_every_holder_has_a_node_of_its_own(clock):
    assert len({node_of(holder().new_id()) for _ in range(5)}) == 5


def test_a_node_is_leased_again_only_after_its_lease_has_ended(clock):
    dead = holder()
    last = dead.new_id()
    clock.shift(timedelta(milliseconds=nodes.LEASE_MS))
    assert node_of(holder().new_id()) != node_of(last)
    clock.shift(timedelta(milliseconds=1))
    heir = holder()
    assert node_of(heir.new_id()) == node_of(last)
    assert heir.new_id() > last


def test_a_holder_whose_lease_ran_out_takes_another_before_it_makes_an_id(clock):
    sleeper = holder()
    first = sleeper.new_id()
    clock.shift(11 * MINUTE)
    heir = holder()
    assert node_of(heir.new_id()) == node_of(first)
    assert node_of(sleeper.new_id()) != node_of(first)


def test_a_renewed_lease_goes_on(clock):
    keeper = holder()
    first = keeper.new_id()
    for _ in range(5):
        clock.shift(5 * MINUTE)
        keeper.renew()
    assert node_of(holder().new_id()) != node_of(first)
    assert node_of(keeper.new_id()) == node_of(first)


def test_under_a_clock_that_goes_back_ids_go_on_and_their_node_stays_taken(clock):
    keeper = holder()
    made = [keeper.new_id()]
    clock.shift(-60 * MINUTE)
    made += [keeper.new_id() for _ in range(5)]
    assert made == sorted(set(made))
    keeper.release()
    # The next holder's clock is an hour behind the ids already made.
    heir = holder()
    assert node_of(heir.new_id()) != node_of(made[0])
    clock.shift(61 * MINUTE)
    assert node_of(made[0]) in {node_of(holder().new_id()) for _ in range(2)}


def test_ids_made_ahead_of_the_clock_never_pass_the_end_of_the_lease(clock):
    keeper = holder()
    clock.shift(9 * MINUTE)
    keeper.new_id()
    clock.shift(-9 * MINUTE)
    keeper.renew()
    assert NodeLease.objects.get().expires_ms >= ids.to_ms(NOON + 19 * MINUTE)


def test_a_lease_taken_within_a_transaction_outlives_its_rollback(clock):
    late = nodes.NodeHolder()
    if connection.vendor == "sqlite":
        with transaction.atomic(), pytest.raises(RuntimeError, match=r"nodes\.start"):
            late.new_id()
        return
    with transaction.atomic():
        made = late.new_id()
        transaction.set_rollback(True)
    assert NodeLease.objects.get().node == node_of(made)
    late.release()


def test_when_all_nodes_are_leased_it_says_so(clock):
    until = ids.to_ms(NOON + MINUTE)
    NodeLease.objects.bulk_create(
        NodeLease(node=node, holder="x", expires_ms=until) for node in range(ids.LEASABLE_NODES)
    )
    with pytest.raises(RuntimeError, match="1,023"):
        holder()
