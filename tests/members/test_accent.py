"""A community's colour can be read in both themes, or is refused in a sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.core.colour import contrast
from kring.core.errors import Invalid
from kring.members.accent import (
    DARK_GROUNDS,
    LIGHT_GROUNDS,
    Shades,
    checked,
    dark_shades,
    light_shades,
)

TOKENS = Path(__file__).parents[2] / "kring" / "web" / "static" / "kring" / "tokens.css"
AA = 4.5


def holds(shades: Shades, grounds: tuple[str, ...]) -> bool:
    words = [(shades.accent, ground) for ground in grounds]
    words += [(shades.accent_ink, ground) for ground in (*grounds, shades.accent_tint)]
    words += [(shades.focus, ground) for ground in grounds]
    words.append((shades.on_accent, shades.accent))
    return all(contrast(one, other) >= AA for one, other in words)


@given(st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}"))
def test_whatever_is_accepted_can_be_read_in_both_themes(colour):
    try:
        accepted = checked(colour)
    except Invalid:
        return
    assert accepted == colour
    assert holds(light_shades(colour), LIGHT_GROUNDS)
    assert holds(dark_shades(colour), DARK_GROUNDS)


def test_a_dark_colour_stays_itself_on_paper():
    assert light_shades("#0d6648").accent == "#0d6648"
    assert light_shades("#1f3fa0").accent == "#1f3fa0"


@pytest.mark.parametrize(
    ("colour", "says"),
    [
        ("#ffff00", "too pale"), ("#fff3b0", "too pale"), ("#808080", "different from the text"),
        ("#000000", "different from the text"), ("green", "six digits"), ("#12345", "six digits"),
        ("#0d66480d", "six digits"), ("\0", "six digits"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_a_sentence(colour, says):
    with pytest.raises(Invalid, match=says):
        checked(colour)


@pytest.mark.parametrize(("written", "kept"), [("", ""), ("  ", ""), (" #0D6648 ", "#0d6648")])
def test_case_and_space_do_not_matter(written, kept):
    assert checked(written) == kept


def test_the_grounds_are_those_of_the_pages():
    text = TOKENS.read_text()
    light, dark = text.split('[data-theme="dark"]', 1)
    for grounds, theme in ((LIGHT_GROUNDS, light), (DARK_GROUNDS, dark)):
        found = [
            re.search(rf"--{name}:\s*(#\w{{6}})", theme)[1]
            for name in ("paper", "raised", "tint", "tint-2")
        ]
        assert list(grounds) == found
