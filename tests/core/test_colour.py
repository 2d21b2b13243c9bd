"""Colours against published numbers, and shades that can be read."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.core.colour import contrast, from_oklch, readable, to_oklch

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),  # WCAG's own example of just too little
        ("#ff0000", "#ffffff", 4.0),
        ("#123456", "#123456", 1.0),
    ],
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize(
    ("colour", "lightness", "chroma", "degrees"),
    [
        ("#ffffff", 1.0, 0.0, None),
        ("#ff0000", 0.628, 0.258, 29.23),
        ("#00ff00", 0.866, 0.295, 142.5),
        ("#0000ff", 0.452, 0.313, 264.05),
    ],
)
def test_oklch_is_that_of_its_author(colour, lightness, chroma, degrees):
    found = to_oklch(colour)
    assert found.lightness == pytest.approx(lightness, abs=0.001)
    assert found.chroma == pytest.approx(chroma, abs=0.001)
    if degrees is not None:
        assert math.degrees(found.hue) % 360 == pytest.approx(degrees, abs=0.1)


@given(colours)
def test_there_and_back_is_the_same_colour(colour):
    back = from_oklch(to_oklch(colour))
    pairs = [(colour[at : at + 2], back[at : at + 2]) for at in (1, 3, 5)]
    assert all(abs(int(one, 16) - int(two, 16)) <= 1 for one, two in pairs)


@given(colours, st.booleans())
def test_every_colour_has_a_shade_that_can_be_read(colour, darker):
    grounds = ("#fcfbf8", "#f4f2ec") if darker else ("#141614", "#2a2e2a")
    found = readable(colour, on=grounds, ratio=4.5, darker=darker)
    assert all(contrast(found, ground) >= 4.5 for ground in grounds)


@pytest.mark.parametrize("wrong", ["", "red", "#fff", "#GGGGGG", "#ABCDEF", "#1234567"])
def test_what_is_no_colour_is_no_colour(wrong):
    with pytest.raises(ValueError, match="hexadecimal"):
        to_oklch(wrong)
