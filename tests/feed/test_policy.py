from __future__ import annotations

import re

import pytest

from kring.feed.features import NAMES
from kring.feed.policy import DEFAULT_FILE, HEADS, PolicyError, default_policy, parse_policy

TEXT = DEFAULT_FILE.read_text(encoding="utf-8")


def changed(before: str, after: str) -> str:
    assert before in TEXT
    return TEXT.replace(before, after, 1)


def test_the_shipped_policy_is_sound_and_covers_every_feature():
    policy = default_policy()
    assert set(policy.features) == set(NAMES)
    assert len(policy.value.weights) == len(HEADS)
    assert re.fullmatch("[0-9a-f]{16}", policy.hash)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("value = 300,", "value = 9000,", "must lie between 0 and 5000 posts"),
        ("value = 300,", "value = 2.5,", "must be a whole number"),
        ("value = 300,", 'value = "many",', "must be a number"),
        ("value = 300,", "value = nan,", "must be a number"),
        ("value = 300,", "value = [1],", "must be one number"),
        ("value = true,", "value = 1,", "must be true or false"),
        ("connections_quota", "conections_quota", "conections_quota|connections_quota"),
        ("[affinity]", "[afinity]", "is (unknown|missing)"),
        ('unit = "posts", ', "", "must give value, unit, min, max and why"),
        ("[1, 0.5, 4, 5, 20, -40]", "[1, 0.5, 4, 5, 20]", "must hold 6 numbers"),
        ("[1, 0.5, 4, 5, 20, -40]", "[1, 0.5, 4, 5, 20, 40]", "must be positive for all heads"),
        ("[0, 0.3, 0.6, 1]", "[0, 0.6, 0.3, 1]", "must rise"),
        ("[0, 0.2, 0.45, 0.7]", "[0, 0.2, 0.45]", "as many numbers in its curve"),
        ("value = 140,", "value = 10,", "must come after"),
        ("[act_weights]", "[act_weights", "not valid TOML"),
    ],
)
def test_a_number_that_cannot_be_used_is_named_in_one_sentence(before, after, sentence):
    with pytest.raises(PolicyError, match=sentence) as caught:
        parse_policy(changed(before, after))
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")


def test_every_number_says_why():
    with pytest.raises(PolicyError, match="must say why"):
        parse_policy(re.sub(r'why = "[^"]+"', 'why = " "', TEXT, count=1))


def test_the_hash_follows_the_values_and_nothing_else():
    policy = default_policy()
    explained = parse_policy(re.sub(r'why = "[^"]+"', 'why = "Because."', TEXT))
    assert explained.hash == policy.hash
    assert parse_policy("# note\n" + TEXT.replace("value = 1,", "value = 1.0,")).hash == policy.hash
    assert parse_policy(changed("value = 300,", "value = 299,")).hash != policy.hash


def test_no_feature_may_be_left_out():
    without = TEXT[: TEXT.index("[features.new_subject]")]
    from kring.feed.ranker import Ranker

    with pytest.raises(PolicyError, match="new_subject"):
        Ranker(parse_policy(without))
