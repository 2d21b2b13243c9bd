"""The array graph against the plainest search there is."""

from __future__ import annotations

from collections import deque

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kring.network import graph as graph_module
from kring.network.graph import LONG_ROWS, Graph

PEOPLE = st.integers(1, 14).map(lambda n: n * 10**15 + n % 3)
EDGES = st.lists(st.tuples(PEOPLE, PEOPLE), max_size=40)
CHANGES = st.lists(st.tuples(st.booleans(), PEOPLE, PEOPLE), max_size=25)


class Plain:
    def __init__(self, edges):
        self.ties = {}
        for a, b in edges:
            self.connect(a, b)

    def connect(self, a, b):
        self.ties.setdefault(a, set())
        self.ties.setdefault(b, set())
        if a != b:
            self.ties[a].add(b)
            self.ties[b].add(a)

    def disconnect(self, a, b):
        self.ties.get(a, set()).discard(b)
        self.ties.get(b, set()).discard(a)

    def distances(self, start):
        far = {start: 0} if start in self.ties else {}
        queue = deque(far)
        while queue:
            here = queue.popleft()
            for other in self.ties[here] - far.keys():
                far[other] = far[here] + 1
                queue.append(other)
        return far

    def smallest_path(self, a, b):
        """Walk from a, always to the smallest id that is one step nearer to b."""
        far = self.distances(b)
        if a not in far:
            return None
        path = [a]
        while path[-1] != b:
            path.append(min(n for n in self.ties[path[-1]] if far[n] == far[path[-1]] - 1))
        return path


def build(edges):
    return Graph.from_edges([a for a, _ in edges], [b for _, b in edges])


def assert_same(graph, plain):
    people = sorted(plain.ties)
    for a in [*people, 7]:
        far = plain.distances(a)
        assert graph.neighbours(a).tolist() == sorted(plain.ties.get(a, ()))
        assert graph.within(a, 2).tolist() == sorted(b for b, d in far.items() if 1 <= d <= 2)
        for b in people[:5]:
            assert graph.shortest_path(a, b) == plain.smallest_path(a, b)
            near = far.get(b)
            assert graph.degree(a, b, 3) == (near if near is not None and near <= 3 else None)
            shared = plain.ties.get(a, set()) & plain.ties[b]
            assert graph.mutuals(a, b).tolist() == sorted(shared)


@given(EDGES)
def test_a_built_graph_finds_what_a_plain_search_finds(edges):
    assert_same(build(edges), Plain(edges))


@given(EDGES, CHANGES, st.integers(0, 6))
def test_changes_give_the_graph_that_would_have_been_built(edges, changes, compact_at):
    graph, plain = build(edges), Plain(edges)
    usual, graph_module.COMPACT_AT = graph_module.COMPACT_AT, compact_at
    try:
        for adds, a, b in changes:
            if adds and a != b:
                graph = graph.with_edge(a, b)
                plain.connect(a, b)
            elif not adds:
                graph = graph.without_edge(a, b)
                plain.disconnect(a, b)
    finally:
        graph_module.COMPACT_AT = usual
    assert_same(graph, plain)


def test_a_change_leaves_the_graph_it_came_from_alone():
    before = Graph.from_edges([1], [2])
    after = before.with_edge(2, 3)
    assert before.shortest_path(1, 3) is None
    assert after.shortest_path(1, 3) == [1, 2, 3]
    assert after.without_edge(1, 2).shortest_path(1, 3) is None


def test_of_equally_short_paths_the_smallest_ids_win_in_both_directions():
    graph = Graph.from_edges([1, 1, 2, 3, 4, 5], [2, 3, 5, 4, 9, 9])
    assert graph.shortest_path(1, 9) == [1, 2, 5, 9]
    assert graph.shortest_path(9, 1) == [9, 4, 3, 1]


def test_a_person_without_connections_is_known_but_reaches_nobody():
    graph = Graph.from_edges([1], [2], ids=[3])
    assert len(graph) == 3
    assert graph.degree(3, 3, 0) == 0
    assert graph.degree(1, 3, 9) is None
    assert graph.within(3, 4).size == 0


def test_a_larger_random_graph():
    rng = np.random.default_rng(5)
    edges = list(zip(*rng.integers(1, 400, (2, 900)).tolist(), strict=True))
    graph, plain = build(edges), Plain(edges)
    for a, b in rng.integers(1, 400, (60, 2)).tolist():
        if b in plain.ties:
            assert graph.shortest_path(a, b) == plain.smallest_path(a, b)


def test_degrees_are_those_of_the_shortest_way_up_to_two():
    graph = Graph.from_edges([1, 2, 3, 9], [2, 3, 4, 2], ids=[50])
    graph = graph.with_edge(4, 7).with_edge(60, 1)
    others = np.array([1, 2, 3, 4, 7, 9, 50, 60, 99, 0])
    assert graph.degrees(1, others).tolist() == [0, 1, 2, 3, 3, 2, 3, 1, 3, 3]
    assert graph.degrees(60, others).tolist() == [1, 2, 3, 3, 3, 3, 3, 0, 3, 3]
    assert graph.degrees(99, np.array([99, 1])).tolist() == [0, 3]
    known = [graph.degree(1, one, 2) for one in others.tolist()]
    assert [3 if far is None else far for far in known] == graph.degrees(1, others).tolist()


def test_the_second_degree_is_told_with_the_ways_there():
    graph = Graph.from_edges([1, 1, 2, 3, 3, 5], [2, 3, 4, 4, 5, 6]).with_edge(2, 0).with_edge(2, 3)
    ids, ways = graph.second(1)
    assert dict(zip(ids.tolist(), ways.tolist(), strict=True)) == {0: 1, 4: 2, 5: 1}
    assert ids.tolist() == sorted(ids.tolist())
    assert graph.second(99)[0].size == 0


def test_degrees_asked_again_are_those_of_the_network_as_it_is_then():
    graph = Graph.from_edges([1, 2, 4], [2, 3, 5])
    others = np.array([1, 2, 3, 4, 5])
    for _ in range(2):
        assert graph.degrees(1, others).tolist() == [0, 1, 2, 3, 3]
        assert graph.degrees(5, others).tolist() == [3, 3, 3, 1, 0]
    grown = graph.with_edge(1, 4)
    assert grown.degrees(1, others).tolist() == [0, 1, 2, 1, 2]
    assert grown.second(1)[0].tolist() == [3, 5]
    assert grown.without_edge(1, 2).degrees(1, others).tolist() == [0, 3, 3, 1, 2]


def test_those_with_many_connections_are_as_near_as_others():
    """Long rows are read in another way than short ones."""
    rng = np.random.default_rng(7)
    edges = rng.integers(1, 150, (2, 9_000))
    graph, plain = Graph.from_edges(*edges), Plain(list(zip(*edges.tolist(), strict=True)))
    graph = graph.with_edge(1, 999)
    plain.connect(1, 999)
    everybody = np.array(sorted(plain.ties))
    assert np.mean([len(known) for known in plain.ties.values()]) > 2 * LONG_ROWS
    for who in (1, 2, 999):
        ways = {one: len(plain.ties[who] & plain.ties[one]) for one in everybody.tolist()}
        second = {
            one: many
            for one, many in ways.items()
            if many and one != who and one not in plain.ties[who]
        }
        ids, found = graph.second(who)
        assert dict(zip(ids.tolist(), found.tolist(), strict=True)) == second
        wanted = [
            0 if one == who else 1 if one in plain.ties[who] else 2 if one in second else 3
            for one in everybody.tolist()
        ]
        assert graph.degrees(who, everybody).tolist() == wanted
