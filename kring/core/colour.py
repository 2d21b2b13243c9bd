"""Colours as people see them: contrast by WCAG 2, and lightness changed without changing the hue.

OKLCH and its matrices: Björn Ottosson, "A perceptual color space for image processing", 2020.
Colours are "#rrggbb"; channels and lightness are in [0, 1], hue in radians.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

HEX = re.compile(r"#[0-9a-f]{6}")
Channels = tuple[float, float, float]
# Finer than eight bits of a channel can show.
STEP = 0.002


@dataclass(frozen=True, slots=True)
class Oklch:
    """Lightness 0 (black) to 1 (white), chroma 0 (grey) to about 0.37, hue in radians."""

    lightness: float
    chroma: float
    hue: float


def contrast(one: str, other: str) -> float:
    """The ratio WCAG asks about: 1 for the same, 21 for black on white."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def to_oklch(colour: str) -> Oklch:
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    cone = (
        math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue),
        math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue),
        math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue),
    )
    lightness, a, b = _times(
        (
            (0.2104542553, 0.7936177850, -0.0040720468),
            (1.9779984951, -2.4285922050, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.8086757660),
        ),
        cone,
    )
    return Oklch(lightness, math.hypot(a, b), math.atan2(b, a))


def from_oklch(colour: Oklch) -> str:
    """The colour as screens show it; of what they cannot, the most colourful that they can."""
    chroma = colour.chroma
    while chroma > 0:
        channels = _rgb(replace(colour, chroma=chroma))
        if all(-0.0005 <= channel <= 1.0005 for channel in channels):
            return _hex(channels)
        chroma -= STEP
    return _hex(_rgb(replace(colour, chroma=0.0)))


def readable(colour: str, *, on: tuple[str, ...], ratio: float, darker: bool) -> str:
    """The colour itself, or as little darker (lighter) as gives that contrast on all of these.

    Black or white where no shade of it does.
    """
    shade, step = to_oklch(colour), -STEP if darker else STEP
    found = colour
    while any(contrast(found, ground) < ratio for ground in on):
        shade = replace(shade, lightness=shade.lightness + step)
        if not 0 < shade.lightness < 1:
            return "#000000" if darker else "#ffffff"
        found = from_oklch(shade)
    return found


def _rgb(colour: Oklch) -> Channels:
    a, b = colour.chroma * math.cos(colour.hue), colour.chroma * math.sin(colour.hue)
    cone = _times(
        (
            (1.0, 0.3963377774, 0.2158037573),
            (1.0, -0.1055613458, -0.0638541728),
            (1.0, -0.0894841775, -1.2914855480),
        ),
        (colour.lightness, a, b),
    )
    long, medium, short = (part**3 for part in cone)
    linear = _times(
        (
            (4.0767416621, -3.3077115913, 0.2309699292),
            (-1.2684380046, 2.6097574011, -0.3413193965),
            (-0.0041960863, -0.7034186147, 1.7076147010),
        ),
        (long, medium, short),
    )
    red, green, blue = (_companded(channel) for channel in linear)
    return red, green, blue


def _times(matrix: tuple[Channels, Channels, Channels], vector: Channels) -> Channels:
    first, second, third = (
        sum(factor * part for factor, part in zip(row, vector, strict=True)) for row in matrix
    )
    return first, second, third


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> Channels:
    if not HEX.fullmatch(colour):
        raise ValueError("a colour is # and six hexadecimal digits in lower case")
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(channels: Channels) -> str:
    return "#" + "".join(f"{round(min(max(one, 0), 1) * 255):02x}" for one in channels)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _companded(channel: float) -> float:
    if channel <= 0.0031308:
        return 12.92 * channel
    return float(1.055 * channel ** (1 / 2.4) - 0.055)
