from __future__ import annotations

import copy
import re
import tomllib
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kring.feed.features import NAMES
from kring.feed.policy import (
    DEFAULT_FILE,
    HEADS,
    PolicyError,
    choose_file,
    chosen_file,
    default_policy,
    differences,
    numbers_of,
    parse_policy,
    public_numbers,
)
from kring.feed.policy_file import MOST_BYTES, read_policy_file

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
        ("[act_weights]", "act_weights = 3\n[other]", "is (unknown|missing)"),
        ("[discovery]\nfamiliar_after =", "discovery =", "must give|is (unknown|missing)"),
        ("[features.tie]\n", "[features]\ntie = 3\n[features.ties]\n", "must be a section"),
        ("max = 5000,", 'max = "many",', "must have numbers for its min and max"),
        ("max = 5000,", "max = nan,", "must have numbers for its min and max"),
        ("value = 300,", f"value = 1{'0' * 400},", "must be a number"),
        ("value = 300,", "value = { a = 1 },", "must be a number"),
        ('unit = "posts", min', 'unit = "", min', "must say in what unit"),
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


JUNK = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
DOCUMENT = tomllib.loads(TEXT)
PLACES = [
    (section, *rest)
    for section, rows in DOCUMENT.items()
    for name in rows
    for rest in ((), (name,), *((name, key) for key in rows[name]))
]


def refusal_of(text):
    try:
        parse_policy(text)
    except PolicyError as refused:
        return str(refused)
    return None


@given(st.sampled_from(PLACES), JUNK)
@settings(max_examples=200)
def test_whatever_stands_in_a_policy_it_is_read_or_refused_in_a_sentence(place, junk):
    document = copy.deepcopy(DOCUMENT)
    inner = document
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = junk
    with mock.patch("kring.feed.policy.reading.tomllib.loads", return_value=document):
        outcome = refusal_of("")
    assert outcome is None or outcome.endswith(".")


def test_numbers_are_listed_in_the_order_of_the_file_with_all_that_is_told():
    numbers = numbers_of(TEXT)
    assert [number.path for number in numbers][:2] == ["act_weights.read", "act_weights.react"]
    assert (
        len({number.path for number in numbers}) == len(numbers) == len(re.findall("why =", TEXT))
    )
    quota = next(number for number in numbers if number.path == "sources.connections_quota")
    assert (quota.value, quota.unit, quota.low, quota.high) == (300, "posts", 0, 5000)
    assert quota.why


def test_policies_differ_where_their_values_do_and_nowhere_else():
    numbers = numbers_of(TEXT)
    explained = numbers_of(TEXT.replace('why = "', 'why = "Because: '))
    assert differences(numbers, explained) == []
    (found,) = differences(numbers, numbers_of(changed("value = 300,", "value = 299,")))
    assert found.path == "sources.connections_quota"
    assert (found.before.value, found.after.value) == (300, 299)
    (gone,) = differences(numbers, [one for one in numbers if one.path != found.path])
    assert (gone.before.value, gone.after, gone.known) == (300, None, gone.before)
    (new,) = differences([one for one in numbers if one.path != found.path], numbers)
    assert (new.before, new.known) == (None, new.after)


@pytest.fixture
def own(tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text(changed("value = 300,", "value = 299,"), encoding="utf-8")
    yield file
    choose_file(None)


def test_a_community_runs_on_its_own_policy_once_it_is_chosen(own):
    shipped = default_policy()
    assert read_policy_file(own).sources.connections_quota == 299
    choose_file(own)
    assert (chosen_file(), default_policy().sources.connections_quota) == (own, 299)
    assert default_policy().hash not in ("", shipped.hash)
    assert dict(public_numbers())["sources"][0]["value"] == 299
    choose_file(None)
    assert (chosen_file(), default_policy().hash) == (DEFAULT_FILE, shipped.hash)
    assert dict(public_numbers())["sources"][0]["value"] == 300


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("value = 300,", "value = 9000,", "must lie between"),
        (
            "min = 0, max = 5000,",
            "min = 0, max = 9000,",
            "have wider bounds than 0 to 5000",
        ),
        ('unit = "posts", min', 'unit = "people", min', "is in posts, not in people"),
        ("[features.tie]", "[features.ties]", "differ from the ranker's"),
    ],
)
def test_a_policy_of_ones_own_keeps_units_and_bounds(own, before, after, sentence):
    read_policy_file(own)
    own.write_text(changed(before, after), encoding="utf-8")
    with pytest.raises(PolicyError, match=sentence) as refused:
        read_policy_file(own)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"\xff\xfe", "not text in UTF-8"), (b"#" * (MOST_BYTES + 1), "longer than a megabyte")],
    ids=["signs", "length"],
)
def test_what_is_no_text_is_refused(own, content, sentence):
    own.write_bytes(content)
    with pytest.raises(PolicyError, match=sentence):
        read_policy_file(own)
