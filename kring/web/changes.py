"""What changed between two wordings, word by word, for people to read."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kring.core.html import plain_text
from kring.web.words import gettext

# Comparing costs the product of the two lengths; longer texts are shown whole.
MOST_WORDS = 1_500
_PIECE = re.compile(r"\s+|[^\s]+")


def changes(before: str, after: str) -> SafeString | None:
    """The later wording with what was taken out and put in marked; None for texts too long.

    before, after: rendered posts. Each mark says in words what it is, for who hears the page.
    """
    old, new = (_PIECE.findall(plain_text(html).strip()) for html in (before, after))
    if len(old) > 2 * MOST_WORDS or len(new) > 2 * MOST_WORDS:
        return None
    parts: list[SafeString] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(format_html("{}", "".join(new[c:d])))
            continue
        if b > a:
            parts.append(_mark("del", gettext("taken out:"), "".join(old[a:b])))
        if d > c:
            parts.append(_mark("ins", gettext("put in:"), "".join(new[c:d])))
    return format_html_join("", "{}", ((part,) for part in parts))


def _mark(tag: str, said: str, words: str) -> SafeString:
    return format_html('<{}><span class="vh"> {} </span>{}</{}>', tag, said, words, tag)
