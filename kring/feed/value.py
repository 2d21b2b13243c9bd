"""What a candidate is worth, and which feature brings how much of it.

    V⁺ = Σ_{k positive} v_k · p_k + v_first · (p_react + p_comment) / (1 + responses to the author)
    V⁻ = v_negative · p_negative          score = V⁺ · Π multipliers + V⁻

Attribution is Aumann–Shapley along the straight path from the biases: feature j of head k gets
c_kj · (σ(z_k) − σ(b_k)) / (z_k − b_k), so that all of them sum to V − V at the biases.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kring.feed.batch import Batch, finite
from kring.feed.policy import HEADS, Policy
from kring.feed.stages import Context
from kring.feed.world import World
from kring.feed.world.columns import Floats, Rows

REACT, COMMENT, NEGATIVE = HEADS.index("react"), HEADS.index("comment"), HEADS.index("negative")
POSITIVE = slice(0, NEGATIVE)
# Below this distance the quotient loses digits and its series has all of them.
NEAR = 1e-3


@dataclass(frozen=True)
class Attribution:
    """Shares of V⁺ and V⁻: `prior + contributions.sum(axis=1)` is the value itself.

    prior_*: (n,), the value at the biases; plus, minus: (n, features)
    """

    prior_plus: Floats
    prior_minus: Floats
    plus: Floats
    minus: Floats


def sigmoid(z: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))


def path_slope(z: Floats, bias: Floats) -> Floats:
    """(σ(z) − σ(b)) / (z − b): the mean slope of σ between b and z, and σ′(b) where they meet."""
    step = z - bias
    at_bias = sigmoid(bias)
    first = at_bias * (1.0 - at_bias)
    second = first * (1.0 - 2.0 * at_bias)
    third = first * (1.0 - 6.0 * first)
    series = first + step * (second / 2.0 + step * third / 6.0)
    near = np.abs(step) < NEAR
    return np.where(near, series, (sigmoid(z) - at_bias) / np.where(near, 1.0, step))


def head_values(world: World, authors: Rows, now_ms: int, policy: Policy) -> Floats:
    """What each head is worth for each author; shape (n, heads).

    A reaction or a comment is worth more to an author who received few lately.
    """
    rules = policy.value
    received = world.acts.responses_in(authors, now_ms, rules.first_days)
    values = np.tile(np.array(rules.weights), (len(authors), 1))
    first = rules.first / (1.0 + received)
    values[:, REACT] += first
    values[:, COMMENT] += first
    return values


def attribute(bias: Floats, terms: Floats, values: Floats) -> Attribution:
    """Divide the value among features.

    bias: (heads,); terms: (n, features, heads) in log-odds; values: (n, heads)
    """
    slope = path_slope(bias + terms.sum(axis=1), bias) * values
    prior = values * sigmoid(bias)
    return Attribution(
        prior_plus=prior[:, POSITIVE].sum(axis=1),
        prior_minus=prior[:, NEGATIVE],
        plus=(terms[:, :, POSITIVE] @ slope[:, POSITIVE, None])[:, :, 0],
        minus=terms[:, :, NEGATIVE] * slope[:, None, NEGATIVE],
    )


class Value:
    """Scorer: fills `values`, and `v_plus` and `v_minus`."""

    name = "value"

    def score(self, context: Context, batch: Batch) -> None:
        viewer = context.viewer
        batch.values = head_values(context.world, batch.author, viewer.now_ms, context.policy)
        values = batch.values * batch.p
        batch.v_plus = finite("v_plus", values[:, POSITIVE].sum(axis=1))
        batch.v_minus = finite("v_minus", values[:, NEGATIVE])
