"""Templates that stand on a page many times: rendered once for each shape, then filled in.

What differs from card to card is a few words; the rest depends on a handful of yes and no. So a
template is rendered once per language and shape with marks where the words go, and a card costs
one string formatting instead of hundreds of template nodes. Nothing of any post or person is
kept, so nothing can be out of date and nothing can be shown to the wrong reader.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from kring.web.words import spoken

SHAPES = 1_024
# A sign that no text on a page has: `clean_text` takes it out of all that people write.
_EDGE = "\x1a"
_MARK = re.compile(f"{_EDGE}([a-z_]+){_EDGE}")


def fill(template_name: str, words: dict[str, str], **shape: Any) -> SafeString:
    """The template with these words in their places.

    words: by the name the template calls them; escaped unless marked safe, and never looked at
    again, whatever stands in them
    shape: everything the template asks about; values are part of what is kept, so few in number
    """
    pattern = _pattern(template_name, spoken() or "en", tuple(words), tuple(shape.items()))
    return mark_safe(pattern % {name: _safe(word) for name, word in words.items()})


def _safe(word: str) -> str:
    return word if isinstance(word, SafeString) else escape(word)


@lru_cache(maxsize=SHAPES)
def _pattern(
    template_name: str, language: str, names: tuple[str, ...], shape: tuple[tuple[str, Any], ...]
) -> str:
    """The rendered shape, ready for `%`. language: is part of the key, and active already."""
    marks = {name: f"{_EDGE}{name}{_EDGE}" for name in names}
    rendered = render_to_string(template_name, {**marks, **dict(shape)}).strip()
    return _MARK.sub(r"%(\1)s", rendered.replace("%", "%%"))
