"""So much and no more: the limits of `posts.policy`, counted on the rows themselves."""

from __future__ import annotations

import math
from datetime import datetime

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from kring.core import ids
from kring.core.errors import TooMany
from kring.posts.policy import Limit


def require_room(rows: QuerySet[Model], limit: Limit, *, now: datetime) -> None:
    """Raise TooMany when `limit.count` of these rows came to be within its window. 1 query."""
    since = ids.first_id_at(now - limit.window)
    recent = list(
        rows.filter(pk__gte=since).order_by("-pk").values_list("pk", flat=True)[: limit.count]
    )
    if len(recent) == limit.count:
        free_at = ids.moment_of(recent[-1]) + limit.window
        seconds = max(1, math.ceil((free_at - now).total_seconds()))
        raise TooMany(
            _("That is a lot in a short time. Try again in a while."), retry_after=seconds
        )
