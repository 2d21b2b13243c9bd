"""Attacks in a small town: the twin is a twin, chance is shared, and the figures are sound."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace

import numpy as np
import pytest

from kring.feed.policy import default_policy
from kring.lab.attacks import schemes
from kring.lab.attacks.chance import draw
from kring.lab.attacks.experiment import (
    SMOKE,
    Pairs,
    Setting,
    attack,
    found,
    interval,
    pairs_of,
    play,
)
from kring.lab.attacks.life import Deed, Life
from kring.lab.attacks.schemes import FRIENDS, POD, SCHEMES, Scheme
from kring.lab.attacks.table import table
from kring.lab.attacks.town import DAY_MS, Settings, build_town

cli = importlib.import_module("kring.project.cli.main")
POLICY = default_policy()
BY_NAME = {scheme.name: scheme for scheme in (*SCHEMES, FRIENDS)}
SETTING = Setting("usual", "a test", (), surprise=0)
NOTHING = Scheme("nothing", (schemes.Measure("nothing", "nothing"),), schemes.circle_authors)


@pytest.fixture(scope="module")
def town():
    return build_town(Settings(seed=3, members=120, days=4))


@pytest.fixture(scope="module")
def past(town):
    life = Life(town, POLICY)
    until = life.now_ms + DAY_MS
    life.live([item for item in town.items if item.at_ms < until], (), until)
    return life


@pytest.fixture(scope="module")
def honest(past):
    life = past.fork()
    life.live([item for item in past.town.items if item.at_ms >= past.now_ms], (),
              past.town.ends_ms)  # fmt: skip
    return life


def first_post(town):
    return next(item for item in town.items if item.author in town.circles[0])


def test_the_days_lived_again_without_an_attack_are_the_same_days(town, past, honest):
    again = attack(past.fork(), NOTHING, past.now_ms)
    pairs = pairs_of(NOTHING, NOTHING.measures[0], again, honest, past.now_ms)
    assert pairs.honest.sum() > 0
    assert pairs.attacked.tolist() == pairs.honest.tolist()
    assert found(SETTING, NOTHING.measures[0], [pairs]).gain == 1.0


def test_a_fork_leaves_its_past_alone(past, honest):
    assert len(honest.world.acts) > len(past.world.acts)
    assert len(honest.world.posts) > len(past.world.posts)


def test_a_town_is_drawn_from_its_seed(town):
    same, other = (build_town(Settings(seed=seed, members=120, days=4)) for seed in (3, 4))
    assert same.items == town.items
    assert same.visits == town.visits
    assert other.items != town.items


def test_circles_are_strangers_to_each_other_and_write_daily(town):
    groups = [*town.circles, town.friends, town.colleagues]
    members = [person for group in groups for person in group]
    assert len(members) == len(set(members))
    for author in town.circles[0]:
        assert sum(item.author == author for item in town.items) == 4


def test_draws_are_the_same_for_one_person_and_subject_and_even():
    subjects = np.arange(4_000)
    one, again, other = draw(1, 2, 3, subjects), draw(1, 2, 3, subjects), draw(1, 2, 4, subjects)
    assert one.tolist() == again.tolist()
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.05
    assert abs(one.mean() - 0.5) < 0.02
    assert (one >= 0).all()
    assert (one < 1).all()


def test_in_a_pod_everybody_answers_within_minutes_and_nobody_else(town):
    item = first_post(town)
    deeds = POD.deeds(town, item)
    assert {deed.person for deed in deeds} == {*town.circles[0]} - {item.author}
    assert all(0 < deed.at_ms - item.at_ms <= 600_000 for deed in deeds)
    assert POD.deeds(town, item) == deeds


def test_in_a_ring_each_likes_the_next_alone(town):
    likers = {}
    for item in town.items:
        if item.author in town.circles[0]:
            (deed,) = BY_NAME["ring"].deeds(town, item)
            likers[item.author] = deed.person
            assert "comment" not in deed.verbs
    assert sorted(likers.values()) == sorted(town.circles[0])


@pytest.mark.parametrize("count", [5, 20])
def test_tags_name_so_many_others(town, count):
    item = BY_NAME[f"tags-{count}"].alter(town, first_post(town))
    assert len(set(item.mentions) - {item.author}) == count
    assert BY_NAME[f"tags-{count}"].measures[0].apart(town, first_post(town)) == item.mentions


def test_stuffed_tags_are_not_what_the_post_is_about(town):
    item = BY_NAME["hashtags"].alter(town, first_post(town))
    assert len(item.tags) == 8
    assert item.topic + 1 not in item.tags


def test_puppets_are_new_and_only_some_were_accepted(town):
    untied, clan = (BY_NAME[name].newcomers(town) for name in ("puppets-react", "puppets-accepted"))
    assert all(one.person >= town.people and not one.ties for one in untied)
    members = [tie for one in clan for tie in one.ties if tie < town.people]
    assert len(members) == len(set(members)) == schemes.ACCEPTED


def test_volume_adds_six_posts_of_the_same_author(town):
    item = first_post(town)
    more = BY_NAME["volume"].more(town, item)
    assert {one.author for one in more} == {item.author}
    assert len({item.post_id, *(one.post_id for one in more)}) == 7


def test_what_people_do_reaches_the_world_as_events(past):
    life, item = past.fork(), first_post(past.town)
    newcomer = past.town.people
    life.live((), [Deed(life.now_ms, newcomer, item.post_id, schemes.EVERYTHING)],
              life.now_ms + 1)  # fmt: skip
    before, after = (one.world.acts_on(item.post_id) for one in (past, life))
    assert len(after) - len(before) == 3
    assert len(life.world.exposures) - len(past.world.exposures) == 1


def test_an_interval_resamples_authors_not_posts():
    author = np.repeat(np.arange(10), 50)
    even = Pairs(np.full(500, 3.0), np.full(500, 2.0), author, np.zeros(500))
    assert interval(even) == (1.5, 1.5)
    lucky = replace(even, attacked=np.where(author == 0, 30.0, 3.0))
    low, high = interval(lucky)
    assert low < 1.6
    assert high > 4.0


def test_a_gain_is_held_only_with_its_whole_interval():
    author = np.arange(40)
    pairs = Pairs(np.where(author < 20, 1.7, 0.8), np.ones(40), author, np.ones(40))
    told = found(SETTING, POD.measures[0], [pairs])
    assert told.gain < 1.3 < told.high
    assert told.held is False
    assert found(replace(SETTING, fair=False), POD.measures[0], [pairs]).held is None
    assert "| **no** |" in table([told])


def test_applause_by_agreement_buys_little_in_a_small_town():
    """A pod is a tenth of this town, so it gains more than in a larger one: 1.43 with seed 1."""
    pod, puppets = play(POLICY, SMOKE, seeds=(1,), members=120)
    assert (pod.name, puppets.name) == ("pod", "puppets-react")
    assert puppets.high < 1.3
    assert pod.gain < 1.6
    assert pod.gain < pod.at_first


def test_the_command_names_what_it_knows(capsys):
    assert cli.main(["lab", "attacks", "--only", "bribes"]) == 2
    assert "no attack bribes; there are" in capsys.readouterr().err
    assert cli.main(["lab", "attacks", "--members", "20"]) == 2
    assert "at least 120" in capsys.readouterr().err
    assert cli.main(["lab", "attacks", "--policy", "/nowhere.toml"]) == 2


def test_the_command_tells_findings_as_json(capsys, monkeypatch):
    experiment = importlib.import_module("kring.lab.attacks.experiment")
    short = Setting("usual", "a test", (BY_NAME["ring"],), past=0, days=2, surprise=0)
    monkeypatch.setattr(experiment, "SMOKE", (short,))
    assert cli.main(["lab", "attacks", "--smoke", "--members", "120", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (finding,) = told["findings"]
    assert finding["name"] == "ring"
    assert finding["low"] <= finding["gain"] <= finding["high"]
    assert told["policy"] == POLICY.hash
