"""The promise of every reason (FEED.md): exact, faithful, public; whatever the viewer set.

Held against an evaluation of its own: log-odds from the policy's curves by interpolation, values
by the formula, the path integral by quadrature. Nothing of the product's attribution is used.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kring.feed.facts import BUILDERS
from kring.feed.features import FEATURES, GROUPS, NAMES
from kring.feed.home import HOME, context_of, rank
from kring.feed.pipeline import candidates, score
from kring.feed.policy import HEADS, default_policy
from tests.feed.communities import Size, crowd

POLICY = default_policy()
FACTORS = {
    "as the policy has it": (1.0,) * 6,
    "people first": (1.8, 0.4, 1.3, 1.0, 0.7, 0.2),
    "no freshness at all": (1.0, 2.0, 0.0, 0.5, 0.0, 1.5),
}


@pytest.fixture(scope="module")
def community():
    return crowd(11, Size(people=600, posts=4_000, acts=30_000, ties=200))


@pytest.fixture(scope="module", params=FACTORS.values(), ids=FACTORS.keys())
def explained(request, community):
    world, viewer = community
    viewer = replace(viewer, group_factors=request.param)
    return world, viewer, rank(world, viewer, POLICY, 120)


def log_odds(slate, upto=1.0):
    """(items, heads): along the straight path from the biases, at the share `upto`."""
    total = np.tile(np.array(POLICY.value.bias, dtype=float), (len(slate), 1))
    for at, feature in enumerate(FEATURES):
        curve = POLICY.features[feature.name]
        values = np.interp(slate.features[:, at], curve.knots, curve.curve)
        factor = slate.group_factors[GROUPS.index(feature.group)]
        total += upto * factor * values[:, None] * np.array(curve.gains)
    return total


def head_values(world, slate):
    values = np.tile(np.array(POLICY.value.weights, dtype=float), (len(slate), 1))
    authors = world.people.find_many(slate.author_id)
    received = world.acts.responses_in(authors, slate.now_ms, POLICY.value.first_days)
    for head in ("react", "comment"):
        values[:, HEADS.index(head)] += POLICY.value.first / (1 + received)
    return values


def sigma(z):
    return 1 / (1 + np.exp(-z))


def test_the_score_is_the_formula(explained):
    world, _viewer, slate = explained
    value = head_values(world, slate) * sigma(log_odds(slate))
    expected = value[:, :-1].sum(axis=1) * slate.multiplier + value[:, -1]
    assert slate.score == pytest.approx(expected, abs=1e-9)


def test_prior_and_contributions_sum_to_the_score(explained):
    slate = explained[2]
    error = slate.prior + slate.contributions.sum(axis=1) - slate.score
    assert np.abs(error).max() < 1e-9


def test_a_groups_share_is_the_integral_along_the_path(explained):
    """Aumann and Shapley's price: what the group adds at every point of the straight path."""
    world, _viewer, slate = explained
    values = head_values(world, slate)
    nodes, weights = np.polynomial.legendre.leggauss(24)
    slope = sum(
        weight / 2 * values * sigma(z) * (1 - sigma(z))
        for node, weight in zip(nodes, weights, strict=True)
        for z in [log_odds(slate, (node + 1) / 2)]
    )
    for number, group in enumerate(GROUPS):
        added = np.zeros((len(slate), len(HEADS)))
        for at, feature in enumerate(FEATURES):
            if feature.group == group:
                curve = POLICY.features[feature.name]
                shape = np.interp(slate.features[:, at], curve.knots, curve.curve)
                added += slate.group_factors[number] * shape[:, None] * np.array(curve.gains)
        share = slope * added
        whole = share[:, :-1].sum(axis=1) * slate.multiplier + share[:, -1]
        assert slate.contributions[:, number] == pytest.approx(whole, abs=1e-8)


def test_a_group_that_counts_for_nothing_contributes_nothing(explained):
    slate = explained[2]
    for number, factor in enumerate(slate.group_factors):
        if factor == 0:
            assert not slate.contributions[:, number].any()


def test_without_its_top_reason_the_score_falls_by_it_and_the_rank_with_it(explained):
    """The rank falls whenever the contribution exceeds the gap to the next below."""
    world, viewer, slate = explained
    context = context_of(world, viewer, POLICY)
    batch, _steps = candidates(HOME, context)
    score(HOME, context, batch)
    best = np.sort(batch.score)[::-1]
    for at, reason in enumerate(slate.reasons[:30]):
        if reason.top_group is None:
            continue
        contribution = slate.contributions[at, GROUPS.index(reason.top_group)]
        assert contribution == max(slate.contributions[at])
        place = int(np.flatnonzero(batch.post_id == slate.post_id[at])[0])
        lowered = batch.take(np.arange(len(batch)))
        group = next(one for one in reason.groups if one.group == reason.top_group)
        lowered.v_plus[place] -= group.plus
        lowered.v_minus[place] -= group.minus
        lowered.score = lowered.v_plus * lowered.multiplier + lowered.v_minus
        assert batch.score[place] - lowered.score[place] == pytest.approx(contribution, abs=1e-9)
        order = HOME.selector.prepare(context, lowered).order(POLICY.selection.look_ahead)
        found = order.index(place) + 1 if place in order else None
        assert slate.what_ifs.ranks[at] == found
        below = best[best < batch.score[place]]
        by_score = int((lowered.score > lowered.score[place]).sum())
        if below.size and contribution > batch.score[place] - below[0]:
            assert by_score > int((batch.score > batch.score[place]).sum())


def test_every_feature_can_be_told_and_every_rule_is_named(explained):
    assert len(BUILDERS) == len(NAMES)
    slate = explained[2]
    rules = {stage.name for stage in HOME.multipliers}
    assert set(slate.multipliers) == rules
    for at, reason in enumerate(slate.reasons):
        assert set(reason.held_back) <= rules
        product = np.prod([slate.multipliers[name][at] for name in rules])
        assert product == pytest.approx(slate.multiplier[at])
