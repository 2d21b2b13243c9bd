"""The id of a new object, true to the moment it came to be.

An object made now takes the next id of this process's node. An object that is told to have come
to be at another moment (an import, a grown demo, a test's fixed noon) takes one of that
millisecond from the backdated node, so that ids stay chronology whoever owns the clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from kring.core import clock, ids, nodes

# A request reads the clock when it begins; what it writes within this time is written "now".
_PRESENT = timedelta(seconds=60)


def id_at(moment: datetime, model: type[models.Model]) -> int:
    """A free id for a row of `model`. No query for the present, one for another moment.

    Raises ValueError for a moment outside 2000-2069, or with 4,096 backdated rows already in its
    millisecond.
    """
    if abs(clock.utc_now() - moment) <= _PRESENT:
        return nodes.new_id()
    ms = clock.to_ms(moment)
    first = ids.compose(ms=ms, node=ids.BACKDATED_NODE, sequence=0)
    last = first + ids.MAX_SEQUENCE
    taken = model._default_manager.filter(pk__range=(first, last))
    newest = taken.order_by("-pk").values_list("pk", flat=True).first()
    return (
        first
        if newest is None
        else ids.compose(ms=ms, node=ids.BACKDATED_NODE, sequence=newest - first + 1)
    )
