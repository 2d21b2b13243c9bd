"""What single keys do. `keys.js` does it; the sheet of keys says it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Key:
    """keys: pressed one after the other."""

    keys: tuple[str, ...]
    does: str | Promise


SHEET: tuple[tuple[str | Promise, tuple[Key, ...]], ...] = (
    (
        _("From post to post"),
        (
            Key(("j",), _("The next post")),
            Key(("k",), _("The post before")),
            Key(("o",), _("Open it")),
            Key((".",), _("Show the new posts")),
        ),
    ),
    (
        _("With a post"),
        (
            Key(("r",), _("It helped me, or not after all")),
            Key(("c",), _("Reply")),
            Key(("b",), _("Keep it, or let it go")),
            Key(("m",), _("Why it stands here")),
            Key(("z",), _("Undo the last thing")),
        ),
    ),
    (
        _("Everywhere"),
        (
            Key(("n",), _("Write a post")),
            Key(("/",), _("Search for people")),
            Key(("g", "h"), _("To Home")),
            Key(("g", "p"), _("To People")),
            Key(("g", "t"), _("To Topics")),
            Key(("g", "b"), _("To Bookmarks")),
            Key(("g", "f"), _("To Your feed")),
            Key(("g", "s"), _("To Settings")),
            Key(("?",), _("This sheet")),
        ),
    ),
)
