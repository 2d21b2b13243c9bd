"""Bins by hand, and learners that find what a made-up world is made of."""

from __future__ import annotations

import numpy as np
import pytest

from kring.lab.probe.curves import Curves
from kring.lab.probe.learners import Listwise, Logistic, kept


@pytest.fixture
def random():
    return np.random.Generator(np.random.PCG64(7))


def test_every_row_has_one_column_per_curve_and_cross(random):
    past = random.random((400, 3))
    curves = Curves(["a", "b", "c"], past, past[:40], crosses=[("a", "c"), ("a", "gone")])
    rows = np.concatenate([past, [[-9.0, 9.0, 0.5]]])
    active = curves.active(rows)
    assert active.shape == (401, 2 * 3 + 1) == (401, curves.width)
    assert active.min() >= 0
    assert active.max() < curves.columns
    # No two curves or crosses share a column.
    seen = [set(active[:, at].tolist()) for at in range(curves.width)]
    assert sum(map(len, seen)) == len(set().union(*seen))


def test_cuts_are_of_the_past_and_a_feature_that_never_differs_has_one_bin(random):
    past = np.column_stack([np.full(50, 2.0), np.arange(50.0)])
    curves = Curves(["still", "moving"], past, past[:9], crosses=[])
    again = curves.active(np.array([[5.0, 1e9], [2.0, 1e12]]))
    assert (again[0] == again[1]).all()


def test_the_list_learner_finds_which_way_a_feature_points(random):
    past = random.random((500, 2))
    curves = Curves(["good", "noise"], past, past[past[:, 0] > 0.7], crosses=[])
    learner = Listwise(curves.columns, rate=0.1, begin=0.1)
    for _ in range(300):
        rows = random.random((20, 2))
        opened = np.arange(20) == np.argmax(rows[:, 0])
        learner.learn(curves.active(rows), np.zeros(20), opened)
    probe = np.array([[0.95, 0.1], [0.05, 0.9]])
    high, low = learner.scores(curves.active(probe))
    assert high > low + 1.0


def test_an_offset_that_explains_everything_leaves_nothing_to_learn(random):
    rows = random.random((20, 1))
    curves = Curves(["only"], rows, rows[:5], crosses=[])
    learner = Listwise(curves.columns, rate=0.1, begin=0.1)
    opened = np.arange(20) == 3
    learner.learn(curves.active(rows), np.where(opened, 50.0, 0.0), opened)
    assert np.abs(learner.scores(curves.active(rows))).max() < 1e-6


def test_a_persons_own_rate_is_fitted_and_left_out():
    """One person engages with everything, another with nothing: the feature must stay at zero."""
    rows = np.array([[0.0], [1.0]])
    curves = Curves(["side"], rows.repeat(9, axis=0), rows[1:], crosses=[])
    learner = Logistic(curves.columns, rate=0.03, begin=0.1, anchor=0.01, usual=-2.0)
    for _ in range(60):
        for person, outcome in (("always", True), ("never", False)):
            for row in rows:
                learner.learn(person, curves.active(row[None]), outcome)
    apart = np.diff(learner.scores(curves.active(rows)))
    assert abs(apart[0]) < 0.2


def test_the_newest_stay_and_the_others_stand_for_those_left_out(random):
    chosen, stands = kept(3, 4, 11, random.random(11))
    assert chosen[:3].tolist() == [0, 1, 2]
    assert len(chosen) == 7
    assert stands.sum() == pytest.approx(11)
    everything, alone = kept(3, 4, 2, random.random(2))
    assert everything.tolist() == [0, 1]
    assert alone.tolist() == [1.0, 1.0]
