"""What a member sets becomes factors that the ranking obeys: bounded, neutral in the middle."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.feed.features import GROUPS as FEATURE_GROUPS
from kring.feed.home import rank
from kring.feed.policy import (
    DEFAULT_FILE,
    ENDS,
    GROUPS,
    MIXES,
    PolicyError,
    default_policy,
    parse_policy,
)
from kring.feed.stages import Viewer
from kring.feed.steering import (
    AXES,
    MIDDLE,
    Mix,
    factors_of,
    mix_of,
    outside_of,
    positions_of,
)
from kring.feed.world import ActKind
from tests.feed.communities import NOON, Town

POLICY = default_policy()
POSITION = st.integers(-2, 2)
ANY_AXES = st.tuples(POSITION, POSITION, POSITION, POSITION)


def test_groups_are_called_as_the_features_call_them():
    assert GROUPS == FEATURE_GROUPS


def test_the_middle_changes_nothing():
    assert factors_of(MIDDLE, POLICY) == (1.0,) * 6
    assert outside_of(Mix(), POLICY) is None
    assert mix_of("balanced", Mix((2, 2, 2, 2)), POLICY).axes == MIDDLE


@given(ANY_AXES)
def test_factors_stay_within_0_and_2(axes):
    factors = factors_of(axes, POLICY)
    assert len(factors) == len(GROUPS)
    assert all(0 <= factor <= 2 for factor in factors)


@given(ANY_AXES, st.none() | st.integers(0, 60))
def test_the_share_from_outside_stays_within_its_bounds_and_a_word_settles_it(axes, percent):
    share = outside_of(Mix(axes, percent), POLICY)
    assert share is None or 0 <= share <= 0.6
    if percent is not None:
        assert share == percent / 100


@given(ANY_AXES, st.integers(0, 3))
def test_every_group_moves_one_way_along_an_axis(axes, at):
    along = [
        factors_of((*axes[:at], position, *axes[at + 1 :]), POLICY) for position in range(-2, 3)
    ]
    for group in zip(*along, strict=True):
        assert list(group) in (sorted(group), sorted(group, reverse=True))


@given(ANY_AXES, st.integers(0, 3))
def test_half_way_is_half_the_effect(axes, at):
    alone = [0, 0, 0, 0]
    alone[at] = axes[at]
    end = getattr(POLICY.steering, ENDS[AXES[at]][axes[at] > 0])
    expected = [min(1 + abs(axes[at]) / 2 * (factor - 1), 2) for factor in end]
    assert factors_of(tuple(alone), POLICY) == pytest.approx(expected)


@pytest.mark.parametrize("preset", MIXES)
def test_a_preset_is_a_position_of_each_axis(preset):
    positions = positions_of(preset, POLICY)
    assert len(positions) == len(AXES)
    assert all(-2 <= position <= 2 for position in positions)
    assert mix_of(preset, Mix((1, 1, 1, 1), 30), POLICY) == Mix(positions, 30)


def test_ones_own_mix_is_ones_own():
    own = Mix((1, -2, 0, 2), 50)
    assert mix_of("own", own, POLICY) == own
    assert mix_of("time", own, POLICY) == Mix(MIDDLE, 50)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("people", "[1, 1, 1, 1, 1]", "must hold 6 numbers"),
        ("people", "[1.8, 1.4, 1.2, 0.8, 1, 1]", "either side of 1"),
        ("circle", "[1, 1, 1]", "4 whole numbers"),
        ("circle", "[1, 1, 1, 0.5]", "4 whole numbers"),
        ("outside", "[0, 0]", "8 numbers"),
        ("outside", "[0.1, 0.1, 0, 0, 0, 0, 0, 0]", "either way"),
        ("field", "[3, 0, 0, 0]", "between -2 and 2"),
    ],
)
def test_a_policy_that_would_not_steer_is_refused(name, value, sentence):
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    head, section = text.split("[steering]", 1)
    changed, count = re.subn(
        rf"(?m)^{name} = \{{ value = \[[^\]]*\]", f"{name} = {{ value = {value}", section, count=1
    )
    assert count == 1
    parse_policy(text)
    with pytest.raises(PolicyError, match=sentence):
        parse_policy(f"{head}[steering]{changed}")


def test_every_number_of_steering_is_used():
    used = {end for ends in ENDS.values() for end in ends} | set(MIXES)
    used |= {"outside", "outside_share", "more", "less"}
    assert {field.name for field in fields(POLICY.steering)} == used


# Through the ranked page


@pytest.fixture
def town():
    """Viewer 1 talks with 2 about anything, and cares about topic 70, on which 3 writes."""
    town = Town()
    town.talk(1, 2)
    for hours in range(24 * 20, 24 * 20 + 8):
        old = town.post(9, hours, topics=(70,))
        town.act(1, ActKind.REACT, hours - 24, old)
    for _ in range(8):
        town.post(8, 24 * 20, topics=(71,))
    return town


def order(town, **viewer):
    given = {"connection_ids": [2, 3, 4], **viewer}
    return rank(town.world, Viewer(id=1, now_ms=NOON, **given), POLICY, 20).post_id.tolist()


def test_people_first_or_subjects_first_as_the_member_says(town):
    friend, subject = town.post(2, 5, topics=(71,)), town.post(3, 5, topics=(70,))
    people = factors_of((-2, 0, 0, 0), POLICY)
    subjects = factors_of((2, 0, 0, 0), POLICY)
    by_people = order(town, group_factors=people)
    by_subject = order(town, group_factors=subjects)
    assert by_people.index(friend) < by_people.index(subject)
    assert by_subject.index(subject) < by_subject.index(friend)


def test_quick_brings_today_and_lasting_what_was_received_well(town):
    new, old = town.post(4, 1), town.post(3, 60)
    for person in range(20, 32):
        town.act(person, ActKind.COMMENT, 50, old)
    quick = order(town, group_factors=factors_of((0, 0, 0, -2), POLICY))
    lasting = order(town, group_factors=factors_of((0, 0, 0, 2), POLICY))
    assert quick.index(new) < quick.index(old)
    assert lasting.index(old) < lasting.index(new)


def test_a_topic_set_by_hand_outweighs_what_was_learned(town):
    learned, wanted = town.post(3, 5, topics=(70,)), town.post(4, 5, topics=(71,))
    plain = order(town)
    assert plain.index(learned) < plain.index(wanted)
    said = {71: POLICY.steering.more, 70: POLICY.steering.less}
    found = order(town, interest_set=said)
    assert found.index(wanted) < found.index(learned)


def test_without_profiling_ones_past_is_as_if_it_were_not(town):
    for author, hours in ((3, 5), (4, 6), (2, 7)):
        town.post(author, hours, topics=(71,))
    newcomer = Viewer(id=77, now_ms=NOON, connection_ids=[2, 3, 4])
    theirs = rank(town.world, newcomer, POLICY, 20).post_id.tolist()
    assert order(town, profiling=False) == theirs
    assert order(town)[0] != theirs[0]
