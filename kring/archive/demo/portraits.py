"""Portraits and logos of the demo: flat shapes in one hue, like a print on tinted paper.

One hue stands for skin, hair and clothes alike: nobody's looks are guessed from their name. Drawn
larger and made smaller, because Pillow's edges are jagged. The same seed gives the same bytes.
"""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

SIDE, SCALE = 256, 2
# Paper, the lighter shape, the darker shape: the tints that initials stand on, and their ink.
HUES = (
    ("#dbe7d9", "#9fbf9f", "#24452f"), ("#f2ddd2", "#dda98c", "#6a3116"),
    ("#dae2e8", "#9fb4c4", "#263f52"), ("#e8dde8", "#c3a3c4", "#552a57"),
    ("#ede3c8", "#cfb777", "#574208"), ("#d2e6e4", "#8fbfba", "#134846"),
)  # fmt: skip
# By pronouns, where somebody names theirs; nobody else's are guessed.
HAIR = {
    "she/her": ("bob", "long", "bun", "curls", "parted", "scarf"),
    "he/him": ("short", "parted", "curls", "bald", "short"),
    "": ("short", "parted", "curls", "bob"),
}
Box = tuple[float, float, float, float]


class Hue(NamedTuple):
    paper: str
    light: str
    dark: str


class Sheet:
    """A drawing in units of the finished picture."""

    def __init__(self, width: int, height: int, paper: str) -> None:
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), paper)
        self._draw = ImageDraw.Draw(self._image)

    def oval(self, x: float, y: float, across: float, high: float, fill: str) -> None:
        """An ellipse about (x, y)."""
        box = (x - across / 2, y - high / 2, x + across / 2, y + high / 2)
        self._draw.ellipse(_scaled(box), fill=fill)

    def ring(self, x: float, y: float, across: float, width: float, ink: str) -> None:
        box = (x - across / 2, y - across / 2, x + across / 2, y + across / 2)
        self._draw.ellipse(_scaled(box), outline=ink, width=round(width * SCALE))

    def slab(self, box: Box, fill: str, radius: float = 0) -> None:
        """A rectangle from one corner to the other."""
        self._draw.rounded_rectangle(_scaled(box), radius=radius * SCALE, fill=fill)

    def shape(self, points: list[tuple[float, float]], fill: str) -> None:
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def line(self, points: list[tuple[float, float]], ink: str, width: float) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(scaled, fill=ink, width=round(width * SCALE), joint="curve")

    def words(self, at: tuple[float, float], text: str, ink: str, size: float) -> None:
        """One line of text that begins at a point, its top there."""
        x, y = at
        self._draw.text((x * SCALE, y * SCALE), text, fill=ink, font_size=size * SCALE)

    def png(self) -> bytes:
        buffer = io.BytesIO()
        self._image.reduce(SCALE).save(buffer, "PNG")
        return buffer.getvalue()


def _scaled(box: Box) -> Box:
    left, top, right, bottom = box
    return left * SCALE, top * SCALE, right * SCALE, bottom * SCALE


def portrait(rng: np.random.Generator, pronouns: str = "") -> bytes:
    """Somebody, as a PNG."""
    hue = Hue(*HUES[int(rng.integers(len(HUES)))])
    sheet = Sheet(SIDE, SIDE, hue.paper)
    choice = HAIR.get(pronouns, HAIR[""])
    hair = choice[int(rng.integers(len(choice)))]
    wide = float(rng.uniform(78, 92))
    x, y = 128 + float(rng.uniform(-8, 8)), 112 + float(rng.uniform(-5, 5))
    turned = float(rng.uniform(-7, 7))
    _behind(sheet, hair, (x, y, wide), hue)
    sheet.oval(x, 268, float(rng.uniform(184, 214)), 150, hue.dark)
    sheet.slab((x - 17, y + 30, x + 17, y + 92), hue.light, 15)
    _collar(sheet, int(rng.integers(3)), (x, y), hue)
    sheet.oval(x, y, wide, wide * 1.26, _mixed(hue.light, hue.paper, 0.45))
    _before(sheet, hair, (x, y, wide), hue)
    if rng.random() < 0.3:
        for side in (-1, 1):
            sheet.ring(x + turned + side * 19, y + 4, 30, 3.2, hue.dark)
        sheet.line([(x + turned - 4, y + 4), (x + turned + 4, y + 4)], hue.dark, 3)
    return sheet.png()


def _behind(sheet: Sheet, hair: str, head: tuple[float, float, float], hue: Hue) -> None:
    x, y, wide = head
    if hair == "long":
        sheet.slab((x - wide * 0.66, y - 50, x + wide * 0.66, y + 108), hue.dark, 46)
    elif hair == "bob":
        sheet.slab((x - wide * 0.66, y - 56, x + wide * 0.66, y + 46), hue.dark, 40)
    elif hair == "bun":
        sheet.oval(x, y - 66, 48, 44, hue.dark)
    elif hair == "curls":
        for turn in np.linspace(-2.9, -0.2, 9).tolist():
            sheet.oval(x + np.cos(turn) * 48, y - 8 + np.sin(turn) * 52, 44, 44, hue.dark)
    elif hair == "scarf":
        sheet.oval(x, y + 2, wide * 1.44, wide * 1.66, hue.dark)
        sheet.slab((x - 46, y + 30, x + 46, y + 100), hue.dark, 26)


def _before(sheet: Sheet, hair: str, head: tuple[float, float, float], hue: Hue) -> None:
    x, y, wide = head
    crown = y - wide * 0.63
    if hair in ("short", "bun", "long", "bob"):
        fringe = {"short": 40, "bun": 26, "long": 30, "bob": 40}[hair]
        _cap(sheet, (x, y, wide), crown + fringe, hue)
    elif hair == "parted":
        _cap(sheet, (x, y, wide), crown + 22, hue)
        sheet.oval(x - wide * 0.24, crown + 20, wide * 0.66, 44, hue.dark)


def _cap(sheet: Sheet, head: tuple[float, float, float], until: float, hue: Hue) -> None:
    """Hair on the top of the head: the upper part of an oval a little larger than it."""
    x, y, wide = head
    across, high = wide * 1.1, wide * 1.36
    turns = np.linspace(0, 2 * np.pi, 90)
    points = [
        (x + across / 2 * float(np.cos(turn)), y - 2 + high / 2 * float(np.sin(turn)))
        for turn in turns
    ]
    upper = [point for point in points if point[1] <= until]
    sheet.shape(
        sorted(upper, key=lambda point: np.arctan2(until - point[1] + 1, point[0] - x)), hue.dark
    )


def _collar(sheet: Sheet, kind: int, at: tuple[float, float], hue: Hue) -> None:
    x, _y = at
    if kind == 0:
        sheet.shape([(x - 30, 196), (x, 238), (x + 30, 196)], hue.light)
    elif kind == 1:
        sheet.oval(x, 198, 66, 30, hue.light)
    else:
        sheet.shape([(x - 34, 194), (x - 4, 214), (x - 22, 240)], hue.paper)
        sheet.shape([(x + 34, 194), (x + 4, 214), (x + 22, 240)], hue.paper)


def _mixed(one: str, other: str, share: float) -> str:
    parts = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def logo(rng: np.random.Generator) -> bytes:
    """The mark of an organisation, as a PNG: a few plain shapes."""
    hue = Hue(*HUES[int(rng.integers(len(HUES)))])
    sheet = Sheet(SIDE, SIDE, hue.dark)
    kind = int(rng.integers(5))
    if kind == 0:
        for turn in range(3):
            sheet.oval(
                128, 88 + 40 * turn, 150 - 44 * turn, 76, (hue.paper, hue.light, hue.dark)[turn]
            )
    elif kind == 1:
        for place, high in enumerate(rng.permutation([60, 96, 132, 108]).tolist()):
            fill = hue.paper if place % 2 else hue.light
            sheet.slab((56 + place * 38, 196 - high, 86 + place * 38, 196), fill, 6)
    elif kind == 2:
        sheet.oval(104, 128, 112, 112, hue.paper)
        sheet.oval(156, 128, 112, 112, hue.light)
    elif kind == 3:
        sheet.shape([(128, 52), (204, 128), (128, 204), (52, 128)], hue.paper)
        sheet.shape([(128, 96), (160, 128), (128, 160), (96, 128)], hue.dark)
    else:
        for across in (150, 108, 66):
            sheet.ring(128, 128, across, 12, hue.light if across == 108 else hue.paper)
    return sheet.png()
