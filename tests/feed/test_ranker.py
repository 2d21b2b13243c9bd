"""The additive ranker: curves as they are written, and equals that stay equal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.feed.features import GROUP_OF, NAMES
from kring.feed.policy import default_policy
from kring.feed.ranker import Ranker

POLICY = default_policy()
RANKER = Ranker(POLICY)
ROWS = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).normal(0, 4, (7, len(NAMES))).astype(np.float32)
)


def by_hand(features):
    """Every curve drawn with straight lines between its knots, level beyond them."""
    columns = [
        np.interp(features[:, at].astype(np.float64), curve.knots, curve.curve)
        for at, curve in enumerate(POLICY.features[name] for name in NAMES)
    ]
    return np.stack(columns, axis=1)


@given(ROWS)
def test_a_curve_is_straight_between_its_knots_and_level_beyond_them(features):
    assert RANKER.curve_values(features) == pytest.approx(by_hand(features), abs=1e-12)


@given(ROWS, st.tuples(*[st.floats(0, 2)] * 6))
def test_log_odds_are_the_bias_and_the_terms(features, factors):
    terms = RANKER.terms(features, factors)
    gains = RANKER.gains * np.array(factors)[GROUP_OF][:, None]
    assert terms == pytest.approx(by_hand(features)[:, :, None] * gains, abs=1e-12)
    whole = RANKER.bias + terms.sum(axis=1)
    assert RANKER.log_odds(features, factors) == pytest.approx(whole, abs=1e-11)


@pytest.mark.parametrize("count", [2, 3, 5, 17, 64, 386])
def test_equals_stay_equal_to_the_last_bit_wherever_they_stand(count):
    row = np.random.default_rng(count).normal(0, 2, len(NAMES)).astype(np.float32)
    odds = RANKER.log_odds(np.asfortranarray(np.tile(row, (count, 1))))
    assert len(np.unique(odds, axis=0)) == 1
