"""Fixtures of the feed's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kring.core import clock as core_clock
from kring.core import nodes
from kring.core.ids import IdGenerator
from kring.feed.world import columns as columns_module
from kring.network import graph as graph_module
from tests.feed.histories import History, SteadyClock
from tests.worlds import small_town

START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
# Before each history: everybody knows each other, and there is something to act upon.
BEFORE = [
    ("publish", 0, 0, 1), ("publish", 1, 0, 2), ("publish", 2, 0, 5), ("publish", 3, 0, 0),
    ("repost", 3, 1, 2), ("repost", 4, 0, 2), ("comment", 1, 0, 0), ("react", 2, 0, 1),
    ("read", 4, 0, 2), ("see", 3, 1, 3), ("company", 0, 1, 0), ("company", 1, 1, 0),
]  # fmt: skip


@pytest.fixture
def often(monkeypatch):
    """Indexes are put in order after every few changes."""
    monkeypatch.setattr(columns_module, "REBUILD_FROM", 5)
    monkeypatch.setattr(graph_module, "YOUNG", 2)
    monkeypatch.setattr(graph_module, "COMPACT_AT", 4)


@pytest.fixture
def history(often, monkeypatch):
    """A town in which something happened; ids and moments of everything go by its clock."""
    time = SteadyClock(START)
    monkeypatch.setattr(core_clock, "utc_now", time.now)
    before = nodes.holder._ids
    nodes.holder.use(IdGenerator(899, lambda: time.ms))
    town = small_town(now=time() - timedelta(hours=1))
    people = [town.ada, town.bob, town.cleo, town.dan, town.eve, town.mallory]
    begun = History(people, [town.choir, town.bakery], time)
    for one in range(5):
        for other in range(one):
            begun.tell("connect", one, other, 0)
    for telling in BEFORE:
        begun.tell(*telling)
    begun.finish()
    yield begun
    nodes.holder.use(before)
