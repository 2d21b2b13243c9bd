"""Every limit on what one person may tell the feed, in one place."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kring.core.errors import Conflict

# What is told is read on every request; nobody means this much of it.
HIDDEN = 10_000
WISHES = 2_000
TOPIC_MUTES = 200
TOPIC_WISHES = 200
TOPIC_FOLLOWS = 200


def room_for_one_more(told: QuerySet[Any], most: int) -> None:
    """Raise Conflict when this much was told already."""
    if told.count() >= most:
        raise Conflict(
            _("That is %(count)d of these; that is the most. Undo some in Your feed.")
            % {"count": most},
            code="too_much_told",
        )
