from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.feed.affinity import reciprocity, ties
from kring.feed.policy import default_policy
from kring.feed.world import Act, ActKind, World
from tests.feed.communities import DAY, HOUR, NOON, Town

POLICY = default_policy()
DRAWS = st.lists(
    st.tuples(st.integers(2, 5), st.sampled_from(list(ActKind)), st.integers(0, 400 * 24)),
    max_size=25,
)


@dataclass(frozen=True)
class Tally:
    """The formula as FEED.md has it, one step per act; `add` takes acts in any order."""

    value: float = 0.0
    at_ms: int = 0

    def add(self, weight: float, at_ms: int, half_life_days: float) -> Tally:
        if at_ms >= self.at_ms:
            kept = self.value * 2.0 ** (-(at_ms - self.at_ms) / DAY / half_life_days)
            return Tally(kept + weight, at_ms)
        late = weight * 2.0 ** (-(self.at_ms - at_ms) / DAY / half_life_days)
        return replace(self, value=self.value + late)

    def at(self, now_ms: int, half_life_days: float) -> float:
        return self.value * float(2.0 ** (-(now_ms - self.at_ms) / DAY / half_life_days))


@given(DRAWS)
def test_summing_all_acts_and_stepping_through_them_agree(draws):
    world = World()
    steps: dict[int, tuple[Tally, Tally]] = {}
    for target, kind, hours in dict.fromkeys(draws):
        at_ms = NOON - hours * HOUR
        world.add_act(Act(1, kind, at_ms, target_author_id=target))
        weight = getattr(POLICY.act_weights, kind.name.lower())
        short, long = steps.get(target, (Tally(at_ms=at_ms), Tally(at_ms=at_ms)))
        steps[target] = short.add(weight, at_ms, 7), long.add(weight, at_ms, 90)
    acts = world.acts_by(1)
    summed = ties(acts, acts.target, NOON, POLICY)
    people = world.person_ids(summed.people).tolist()
    assert sorted(people) == sorted(steps)
    for person, short, long in zip(people, summed.short, summed.long, strict=True):
        assert short == pytest.approx(steps[person][0].at(NOON, 7), abs=1e-9)
        assert long == pytest.approx(steps[person][1].at(NOON, 90), abs=1e-9)


def test_half_of_an_act_is_left_after_its_half_life():
    world = World()
    world.add_act(Act(1, ActKind.COMMENT, NOON - 7 * DAY, target_author_id=2))
    world.add_act(Act(1, ActKind.COMMENT, NOON + 1, target_author_id=3))
    acts = world.acts_by(1)
    summed = ties(acts, acts.target, NOON, POLICY)
    numbers = world.people.find_many(np.array([2, 3]))
    assert summed.short_of(numbers).tolist() == [2.0, 0.0]


def test_only_ones_own_acts_make_ones_affinity_and_both_make_reciprocity():
    town = Town()
    town.talk(2, 1)
    acts = town.world.acts_by(1)
    assert ties(acts, acts.target, NOON, POLICY).people.size == 0
    one_way = reciprocity(np.array([9.0]), np.array([0.0]))
    two_way = reciprocity(np.array([4.0]), np.array([4.0]))
    assert one_way.tolist() == [0.0]
    assert two_way.tolist() == [0.8]


def test_whoever_passed_a_post_on_earns_a_share_of_the_tie():
    town = Town()
    original = town.post(2, 9)
    repost = town.post(3, 5, origin_id=original, origin_author_id=2, words=0)
    town.act(1, ActKind.COMMENT, 0, repost)
    acts = town.world.acts_by(1)
    summed = ties(acts, acts.target, NOON, POLICY)
    numbers = town.world.people.find_many(np.array([2, 3]))
    assert summed.long_of(numbers).tolist() == pytest.approx([4.0, 1.2])
