"""The pictures of the demo's posts, each drawn after its description. Charts carry few words.

Every picture that the content names has a function here, under the name of its post.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kring.archive.demo.portraits import Sheet

WIDE, HIGH = 960, 600
PAPER, INK, QUIET, GRID = "#fcfbf8", "#191b19", "#85877d", "#e4e1d8"
GREEN, LIGHT_GREEN, WARM, YELLOW = "#0d6648", "#93c3a9", "#a2311d", "#e3c472"
LEFT, RIGHT, TOP, FOOT = 90.0, 900.0, 70.0, 520.0
Drawing = Callable[[Sheet, np.random.Generator], None]


def picture(post: str, rng: np.random.Generator) -> bytes:
    """The picture of this post of the content, as a PNG. Raises KeyError for one without."""
    sheet = Sheet(WIDE, HIGH, PAPER)
    DRAWINGS[post](sheet, rng)
    return sheet.png()


def _axes(sheet: Sheet, marks: int = 4) -> None:
    for y in np.linspace(TOP, FOOT, marks + 1).tolist():
        sheet.line([(LEFT, y), (RIGHT, y)], GRID, 1.5)
    sheet.line([(LEFT, FOOT), (RIGHT, FOOT)], QUIET, 2)


def _bars(sheet: Sheet, shares: list[float], highlight: int) -> None:
    """Bars as high as their share of the axis, one of them marked."""
    step = (RIGHT - LEFT) / len(shares)
    for place, share in enumerate(shares):
        x = LEFT + place * step
        top = FOOT - (FOOT - TOP) * share
        fill = GREEN if place == highlight else LIGHT_GREEN
        sheet.slab((x + step * 0.18, top, x + step * 0.82, FOOT), fill, 3)


def _first_of_january(sheet: Sheet, rng: np.random.Generator) -> None:
    _axes(sheet)
    _bars(sheet, [0.97, *rng.uniform(0.03, 0.09, 30).tolist()], 0)
    sheet.words((LEFT + 40, TOP + 6), "01-01-1901", INK, 26)
    sheet.words((LEFT + 40, TOP + 40), "2,316", GREEN, 40)
    for day in (1, 8, 15, 22, 29):
        x = LEFT + (day - 1) * (RIGHT - LEFT) / 31
        sheet.words((x + 6, FOOT + 14), str(day), QUIET, 22)


def _line_and_fan(sheet: Sheet, rng: np.random.Generator) -> None:
    for left, right in ((70.0, 450.0), (510.0, 890.0)):
        sheet.slab((left, TOP, right, FOOT), "#f4f2ec", 10)
    rising = np.linspace(FOOT - 60, TOP + 130, 24) + rng.normal(0, 3, 24)
    across = np.linspace(100, 420, 24)
    sheet.line(list(zip(across.tolist(), rising.tolist(), strict=True)), GREEN, 5)
    spread = np.linspace(0, 1, 24) ** 0.8
    for wide, grey in ((150, "#dedbd2"), (100, "#c6c4bb"), (52, "#a8a79f")):
        xs = (across + 440).tolist()
        upper = (rising + 30 - wide * spread).tolist()
        lower = (rising + 30 + wide * 0.9 * spread).tolist()
        edge = [*zip(xs, upper, strict=True), *zip(xs[::-1], lower[::-1], strict=True)]
        sheet.shape([(x, min(y, FOOT - 12)) for x, y in edge], grey)
    sheet.words((92, FOOT + 16), "A", INK, 28)
    sheet.words((532, FOOT + 16), "B", INK, 28)


def _waiting_on_monday(sheet: Sheet, rng: np.random.Generator) -> None:
    _axes(sheet)
    per_day = 12
    minutes = 3.0 + rng.uniform(0, 1.2, 5 * per_day)
    minutes[:per_day] += 12 * np.exp(-np.arange(per_day) / 1.6)
    minutes[0] = 5.0
    x = np.linspace(LEFT, RIGHT, len(minutes))
    y = FOOT - (FOOT - TOP) * minutes / 16.5
    sheet.line(list(zip(x.tolist(), y.tolist(), strict=True)), GREEN, 4.5)
    for day, name in enumerate(("ma", "di", "wo", "do", "vr")):
        sheet.words((LEFT + 50 + day * 163, FOOT + 14), name, QUIET, 24)
    for place, number in enumerate(("0", "4", "8", "12", "16")):
        sheet.words((44, FOOT - 14 - place * 109), number, QUIET, 22)


def _coffee_ring(sheet: Sheet, rng: np.random.Generator) -> None:
    sheet.slab((0, 0, WIDE, HIGH), "#8d8371")
    sheet.slab((120, 60, 840, 540), "#efe5c9", 6)
    for y in range(132, 520, 44):
        sheet.line([(150, y), (810, y)], "#d9ccab", 1.5)
    typed = ("NAAM   v.d. BERG, W.", "GEB.   12- 3-1931", "FUNCTIE  zetter", "IN DIENST  1- 4-1952",
             "FRANCHISE  zie Wil", "1964   f 3.120,-")  # fmt: skip
    for place, text in enumerate(typed):
        dx, dy = rng.uniform(-2, 2, 2).tolist()
        sheet.words((166 + dx, 100 + place * 44 + dy), text, "#3c372e", 25)
    for across, ink in ((178, "#c3a878"), (170, "#b39562"), (164, "#c9b083")):
        sheet.ring(672, 402, across, 3.5, ink)
    sheet.words((622, 390), "sorry, Ans", "#6f6a60", 22)


def _near_misses(sheet: Sheet, rng: np.random.Generator) -> None:
    sheet.slab((0, 0, WIDE, HIGH), "#d9d6cd")
    sheet.slab((50, 40, 910, 560), "#fdfdfb", 8)
    columns = (("iemand", 12, GREEN), ("controle", 6, "#263f52"), ("geluk", 4, WARM))
    for place, (name, notes, ink) in enumerate(columns):
        left = 90 + place * 280
        sheet.words((left + 20, 64), name, ink, 34)
        sheet.line([(left + 12, 112), (left + 190, 108)], ink, 3)
        for number in range(notes):
            x, y = left + 10 + number % 2 * 118, 134 + number // 2 * 66
            dx, dy = rng.uniform(-4, 4, 2).tolist()
            sheet.slab((x + dx, y + dy, x + dx + 104, y + dy + 52), "#f3e6b8", 2)
            for stroke in range(3):
                length = float(rng.uniform(40, 84))
                at = y + dy + 14 + stroke * 12
                sheet.line([(x + dx + 10, at), (x + dx + 10 + length, at + 1)], "#8a8066", 2.2)


def _eleven_steps(sheet: Sheet, _rng: np.random.Generator) -> None:
    waits = {2, 4, 5, 8, 10}
    for step in range(11):
        row, place = divmod(step, 4)
        column = place if row % 2 == 0 else 3 - place
        x, y = 70.0 + column * 215, 80.0 + row * 165
        if step < 10:
            turns = place == 3
            end = (x + 85, y + 165) if turns else (x + (215 if row % 2 == 0 else -45), y + 45)
            start = (x + 85, y + 90) if turns else (x + (170 if row % 2 == 0 else 0), y + 45)
            sheet.line([start, end], QUIET, 3)
        waiting = step in waits
        sheet.slab((x, y, x + 170, y + 90), YELLOW if waiting else "#e2efe6", 12)
        sheet.words((x + 16, y + 12), str(step + 1), QUIET, 20)
        if waiting:
            sheet.words((x + 54, y + 32), "wait", INK, 28)
        else:
            sheet.slab((x + 50, y + 34, x + 140, y + 42), LIGHT_GREEN, 4)
            sheet.slab((x + 50, y + 52, x + 110, y + 60), LIGHT_GREEN, 4)


def _one_bar(sheet: Sheet, _rng: np.random.Generator) -> None:
    _axes(sheet)
    sheet.slab((400, TOP + 60, 590, FOOT), GREEN, 4)
    sheet.words((470, TOP + 12), "11", INK, 40)
    sheet.words((262, FOOT + 18), "asked on Monday what the number means", INK, 25)


def _amount_and_range(sheet: Sheet, _rng: np.random.Generator) -> None:
    for place, left in enumerate((130.0, 510.0)):
        sheet.slab((left, 50, left + 320, 560), "#33372f", 26)
        sheet.slab((left + 14, 66, left + 306, 544), "#ffffff", 16)
        sheet.slab((left + 40, 104, left + 180, 116), GRID, 6)
        if place == 0:
            sheet.words((left + 74, 240), "1.412", INK, 64)
        else:
            sheet.words((left + 48, 212), "1.230 tot", INK, 46)
            sheet.words((left + 48, 268), "1.560", INK, 46)
            sheet.slab((left + 42, 350, left + 278, 366), LIGHT_GREEN, 8)
            sheet.oval(left + 150, 358, 26, 26, GREEN)
        sheet.slab((left + 40, 440, left + 280, 490), GREEN, 10)


def _cable_drum(sheet: Sheet, rng: np.random.Generator) -> None:
    sheet.slab((0, 0, WIDE, 400), "#c4ccd0")
    sheet.slab((0, 400, WIDE, HIGH), "#7f8a78")
    sheet.shape([(90, 250), (310, 120), (530, 250)], "#7d4a3a")
    sheet.slab((120, 250, 500, 430), "#c79f83")
    for left in (160, 270, 400):
        sheet.slab((left, 290, left + 60, 360), "#52606a", 3)
    sheet.slab((332, 330, 384, 430), "#4b3a30", 3)
    sheet.oval(700, 430, 250, 250, "#8a6a3f")
    sheet.oval(700, 430, 190, 190, "#e8c42a")
    for across in range(178, 80, -16):
        sheet.ring(700, 430, across, 2.5, "#b8961a")
    sheet.oval(700, 430, 70, 70, "#8a6a3f")
    sheet.oval(700, 430, 20, 20, "#3f352a")
    sheet.line([(795, 450), (860, 548), (960, 560)], "#e8c42a", 9)
    for _drop in range(150):
        x, y = float(rng.uniform(0, WIDE)), float(rng.uniform(0, HIGH))
        sheet.line([(x, y), (x - 5, y + 22)], "#dfe5e8", 1.3)


DRAWINGS: dict[str, Drawing] = {
    "p018": _first_of_january,
    "p079": _line_and_fan,
    "p107": _waiting_on_monday,
    "p119": _coffee_ring,
    "p163": _near_misses,
    "p178": _eleven_steps,
    "p196": _one_bar,
    "p236": _amount_and_range,
    "p242": _cable_drum,
}
