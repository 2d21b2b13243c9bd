import dataclasses

import pytest

from kring.feed.exposure import added_up, chances_seen, read_after_ms
from kring.feed.policy import PolicyError, default_policy, parse_policy
from kring.feed.policy.reading import DEFAULT_FILE

NUMBERS = default_policy().attention


def test_reading_takes_longer_the_longer_the_text_and_never_less_than_a_moment():
    assert read_after_ms(0, NUMBERS) == read_after_ms(30, NUMBERS) == 3_000
    assert read_after_ms(31, NUMBERS) == 3_100
    assert read_after_ms(400, NUMBERS) == 40_000
    quick = dataclasses.replace(NUMBERS, read_seconds=1.0, words_per_second=8.0)
    assert read_after_ms(400, quick) == 20_000


def test_lower_places_are_seen_less_where_nobody_can_tell():
    chances = chances_seen(30, NUMBERS)
    assert len(chances) == 30
    assert list(chances) == sorted(chances, reverse=True)
    assert (chances[0], chances[2], chances[3], chances[29]) == (0.95, 0.95, 0.85, 0.3)
    assert chances_seen(0, NUMBERS) == ()


def test_time_adds_up_over_pages():
    assert added_up([{1: 5, 2: 7}, {1: 3}, {}], [1, 2, 3]) == {1: 8, 2: 7, 3: 0}


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("eta_from", "[1, 4, 7, 11, 21]", "[1, 4, 7, 11]", "a number of eta for each"),
        ("eta_from", "[1, 4, 7, 11, 21]", "[2, 4, 7, 11, 21]", "begin at 1"),
        ("eta_from", "[1, 4, 7, 11, 21]", "[1, 7, 4, 11, 21]", "must rise"),
        ("add_up_hours", "value = 72", "value = 24", ""),
        ("page_hours", "value = 24,", "value = 100,", "must not be less"),
    ],
)
def test_numbers_that_do_not_belong_together_are_refused(name, old, new, said):
    lines = DEFAULT_FILE.read_text().splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith(f"{name} = "))
    assert old in lines[at]
    lines[at] = lines[at].replace(old, new, 1)
    if not said:
        parse_policy("\n".join(lines))
        return
    with pytest.raises(PolicyError, match=said):
        parse_policy("\n".join(lines))
