"""A community's own colour, made readable in both themes.

Green is meaning and black is action: only what means something takes the colour, so it must be told
from the ink, and its words must be read on paper. A shade is as near to the colour as that allows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from django.utils.translation import gettext as _

from kring.core.colour import HEX, from_oklch, readable, to_oklch
from kring.core.errors import Invalid

# Of text, by WCAG 2.2 AA, and a little for rounding.
RATIO = 4.55
# Further from its own lightness a colour is another one: yellow becomes brown.
FURTHEST = 0.33
# Below this it cannot be told from the ink.
LEAST_CHROMA = 0.04
# The grounds of `tokens.css` that accents stand on: page, panels, inputs, in each theme.
LIGHT_GROUNDS = ("#fcfbf8", "#ffffff", "#f4f2ec", "#eae7de")
DARK_GROUNDS = ("#141614", "#1e211e", "#1d201d", "#2a2e2a")
DARK_INK = "#0c1a14"


@dataclass(frozen=True, slots=True)
class Shades:
    """The tokens of one theme that follow the community's colour."""

    accent: str
    accent_ink: str
    accent_tint: str
    accent_mid: str
    on_accent: str
    focus: str

    def css(self) -> str:
        return "".join(
            f"--{field.name.replace('_', '-')}:{getattr(self, field.name)};"
            for field in fields(self)
        )


def light_shades(accent: str) -> Shades:
    tint = _shade(accent, lightness=0.94, chroma=0.025)
    own = readable(accent, on=("#ffffff", *LIGHT_GROUNDS), ratio=RATIO, darker=True)
    return Shades(
        accent=own,
        accent_ink=readable(own, on=(tint, *LIGHT_GROUNDS), ratio=RATIO, darker=True),
        accent_tint=tint,
        accent_mid=_shade(accent, lightness=0.78, chroma=0.07),
        on_accent="#ffffff",
        focus=own,
    )


def dark_shades(accent: str) -> Shades:
    tint = _shade(accent, lightness=0.29, chroma=0.04)
    own = readable(accent, on=(DARK_INK, *DARK_GROUNDS), ratio=RATIO, darker=False)
    ink = readable(own, on=(tint, *DARK_GROUNDS), ratio=RATIO, darker=False)
    return Shades(
        accent=own,
        accent_ink=ink,
        accent_tint=tint,
        accent_mid=_shade(accent, lightness=0.55, chroma=0.09),
        on_accent=DARK_INK,
        focus=ink,
    )


def checked(accent: str) -> str:
    """The colour as it is kept, or "" for Kring's own. Raises Invalid where it cannot be read."""
    colour = accent.strip().lower()
    if not colour:
        return ""
    if not HEX.fullmatch(colour):
        raise Invalid(_("Write the colour as # and six digits, such as #0d6648."), field="accent")
    asked = to_oklch(colour)
    if asked.chroma < LEAST_CHROMA:
        raise Invalid(
            _("That colour is hardly different from the text. Choose one with more colour in it."),
            field="accent",
        )
    if asked.lightness - to_oklch(light_shades(colour).accent).lightness > FURTHEST:
        raise Invalid(
            _(
                "That colour is too pale to be read on a light page: made dark enough, it would be "
                "another colour. Choose a darker one."
            ),
            field="accent",
        )
    return colour


def _shade(accent: str, *, lightness: float, chroma: float) -> str:
    """The same hue at that lightness, at most that colourful."""
    own = to_oklch(accent)
    return from_oklch(replace(own, lightness=lightness, chroma=min(own.chroma, chroma)))
