"""Attribution: exact, stable near the bias, and complete."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kring.feed.policy import HEADS, default_policy
from kring.feed.value import NEGATIVE, attribute, head_values, path_slope, sigmoid
from kring.feed.world import ActKind
from tests.feed.communities import NOON, Town

POLICY = default_policy()
ODDS = st.floats(-8, 8, allow_subnormal=False)
TERMS = hnp.arrays(
    np.float64, (4, 5, len(HEADS)), elements=st.floats(-3, 3) | st.floats(-1e-9, 1e-9)
)
BIAS = hnp.arrays(np.float64, (len(HEADS),), elements=ODDS)


@given(BIAS, TERMS)
def test_prior_and_contributions_sum_to_the_value(bias, terms):
    values = np.tile(np.array(POLICY.value.weights), (len(terms), 1))
    shares = attribute(bias, terms, values)
    worth = values * sigmoid(bias + terms.sum(axis=1))
    plus, minus = worth[:, :NEGATIVE].sum(axis=1), worth[:, NEGATIVE]
    assert np.allclose(shares.prior_plus + shares.plus.sum(axis=1), plus, rtol=0, atol=1e-9)
    assert np.allclose(shares.prior_minus + shares.minus.sum(axis=1), minus, rtol=0, atol=1e-9)


@given(ODDS, st.floats(-1e-2, 1e-2))
def test_the_slope_is_smooth_where_the_quotient_loses_its_digits(bias, step):
    steps = np.linspace(0.0, 1.0, 2001)
    at = sigmoid(np.array(bias + step * steps))
    mean_slope = float(np.trapezoid(at * (1 - at), steps))
    slope = path_slope(np.array([bias + step]), np.array([bias]))[0]
    assert slope == pytest.approx(mean_slope, rel=1e-6, abs=1e-12)


def test_at_the_bias_the_slope_is_the_derivative():
    bias = np.array([-6.2, -1.1, 0.0, 3.0])
    exact = sigmoid(bias) * (1 - sigmoid(bias))
    assert path_slope(bias, bias).tolist() == exact.tolist()


def test_a_feature_that_adds_nothing_gets_nothing():
    terms = np.zeros((1, 3, len(HEADS)))
    terms[0, 1] = 0.7
    values = np.array([POLICY.value.weights])
    shares = attribute(np.array(POLICY.value.bias), terms, values)
    assert shares.plus[0, 0] == shares.plus[0, 2] == shares.minus[0, 2] == 0
    assert shares.plus[0, 1] > 0 > shares.minus[0, 1]


def test_a_response_is_worth_more_to_an_author_who_got_none():
    town = Town()
    noticed, overlooked = town.post(2, 5), town.post(3, 5)
    for person in range(10, 14):
        town.act(person, ActKind.REACT, 2, noticed)
    assert noticed != overlooked
    authors = town.world.people.find_many(np.array([2, 3]))
    values = head_values(town.world, authors, NOON, POLICY)
    weights = np.array(POLICY.value.weights)
    assert values[1, 1] == weights[1] + POLICY.value.first
    assert values[0, 1] == pytest.approx(weights[1] + POLICY.value.first / 5)
    assert values[:, 0].tolist() == [weights[0]] * 2
