"""How to read an export, in the words of one language."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _


def readme(about: dict[str, Any], language: str) -> str:
    """Markdown: what lies where, and how many rows each part has."""
    with translation.override(language):
        parts = [f"- `{name}`: {count}" for name, count in about["rows"].items()]
        named = {"handle": about["handle"], "community": about["community"], "at": about["made_at"]}
        return "\n".join(
            [
                "# " + _("Your data at %(community)s") % named,
                "",
                _("A copy of what @%(handle)s gave and made, and of what is known of them. Made at "
                  "%(at)s.") % named,
                "",
                "- `data/`: " + _("every part as JSON. `schema.json` says what each column is."),
                "- `csv/`: " + _("the same as tables for a spreadsheet. A cell that could be taken "
                                 "for a formula begins with an apostrophe."),
                "- `media/`: " + _("your pictures, as they are stored, in their largest size."),
                "- `activitystreams/`: " + _("your posts, reactions, bookmarks and whom you "
                                             "follow, as ActivityStreams 2.0, for other "
                                             "networks."),
                "",
                _("Times are in UTC. Ids are text, because they are longer than many programs can "
                  "count. Others are named by their handle and name alone: their words, their "
                  "addresses and who follows you are theirs to take along."),
                "",
                _("Not in here: passwords and keys by which one signs in, which would open your "
                  "account to whoever finds this file, and indexes made from the rest. Keep the "
                  "file where only you can read it."),
                "",
                "## " + _("Parts and rows"),
                "",
                *parts,
                "",
            ]
        )  # fmt: skip
