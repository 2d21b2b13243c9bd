"""One order of results, against the plainest sort there is."""

from __future__ import annotations

import numpy as np
import pytest

from kring.search import ranking
from kring.search.matching import Matches

PAGE = 7


@pytest.mark.parametrize(("people", "kinds"), [(0, 1), (1, 1), (6, 2), (60, 4), (60, 60), (300, 2)])
def test_every_page_is_a_part_of_the_plain_order(monkeypatch, people, kinds):
    monkeypatch.setattr(ranking, "MOST_EQUALS", 40)
    random = np.random.default_rng(people + kinds)
    ids = np.sort(random.choice(2**60, people, replace=False))
    points, degrees = random.integers(0, kinds, people), random.integers(0, 4, people)
    names = {id_: f"{random.integers(people):04}" for id_ in ids.tolist()}
    rows = list(zip(ids.tolist(), points.tolist(), degrees.tolist(), strict=True))
    equals = {(more, far): 0 for _id, more, far in rows}
    for _id, more, far in rows:
        equals[more, far] += 1

    def place(row):
        id_, more, far = row
        return -more, far, names[id_] if equals[more, far] <= 40 else "", id_

    asked = []

    def names_of(wanted):
        asked.extend(wanted)
        return {id_: names[id_] for id_ in wanted}

    ranked = ranking.best_first(Matches(ids, points), degrees)
    found = []
    for start in range(0, people + PAGE, PAGE):
        found += ranking.page_of(ranked, slice(start, start + PAGE), names=names_of)
    assert found == [id_ for id_, *_ in sorted(rows, key=place)]
    crowded = {id_ for id_, more, far in rows if equals[more, far] > 40}
    assert crowded.isdisjoint(asked)


def test_points_beyond_any_question_s_do_not_turn_the_order_round():
    found = Matches(np.array([1, 2, 3]), np.array([10, 10**6, 4_000]))
    ranked = ranking.best_first(found, np.array([1, 2, 3]))
    assert ranked.ids.tolist() == [2, 3, 1]
