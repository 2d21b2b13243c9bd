"""The public page of the feed's numbers has all of them, in their groups, in both languages."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import translation

from kring.feed.policy import GROUPS, default_policy, public_numbers
from kring.web.templatetags import policy

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_number_and_its_reason_is_on_the_page(language):
    page = Client(headers={"accept-language": language}).get("/how-the-feed-works")
    text = page.content.decode()
    rows = [row for _name, rows in public_numbers() for row in rows]
    assert text.count("<dt>") == text.count("<dd>") == len(rows)
    assert default_policy().hash in text
    assert len(re.findall(r"<polyline points=", text)) == len(default_policy().features)


def test_curves_stand_in_the_group_whose_reason_they_are():
    groups = policy.curves(public_numbers())
    assert len(groups) == len(GROUPS)
    names = [feature.name for _label, drawn in groups for feature in drawn]
    assert sorted(names) == sorted(f"feature: {name}" for name in default_policy().features)
    rest = [name for name, _rows in policy.rules(public_numbers())]
    assert {*names, *rest} == {name for name, _rows in public_numbers()}


def test_a_curve_is_drawn_from_edge_to_edge_and_never_beyond():
    assert policy.points_of([0, 1, 2], [0, 1, -9]) == "0.0,12.0 48.0,6.6 96.0,22.8"
    for name, rows in public_numbers():
        if name.startswith("feature: "):
            values = {row["name"]: row["value"] for row in rows}
            points = policy.points_of(values["knots"], values["curve"]).split()
            pairs = [tuple(map(float, point.split(","))) for point in points]
            assert (pairs[0][0], pairs[-1][0]) == (0, policy.WIDE)
            assert all(0 <= down <= policy.HIGH for _across, down in pairs)


def test_a_number_per_head_or_group_says_which_is_which():
    numbers = {(name, row["name"]): row for name, rows in public_numbers() for row in rows}
    with translation.override("en"):
        weights = policy.parts(numbers["value", "weights"])
    assert weights[0] == ("reading", "1")
    assert [len(policy.parts(numbers["steering", end])) for end in ("people", "lasting")] == [6, 6]
    assert policy.parts(numbers["selection", "window"]) == []
    assert policy.parts(numbers["feature: tie", "knots"]) == []
