"""What one's connections talk about: the latest comments, found in memory instead of by a query.

Of thousands of comments by hundreds of connections a margin shows three. The world knows who
spoke last and where; the database is then asked for those few alone.
"""

from __future__ import annotations

import numpy as np

from kring.feed.world import World
from kring.feed.world.columns import Ints
from kring.feed.world.kinds import COMMENTS

# How far back in what each person did: enough to find a comment between other acts. Of whoever
# knows thousands, the last act of each is enough to find three that spoke.
ACTS_EACH = 8
ACTS_READ = 4_000


def latest_threads(world: World, viewer_id: int, *, limit: int) -> tuple[Ints, Ints]:
    """(ids of threads, ids of who spoke there) of the latest comments by connections, by moment.

    At most `limit` comments, newest first, one per thread. A comment under a repost counts for
    the original.
    """
    ties = world.people.find_many(world.connections.neighbours(viewer_id))
    table = world.acts
    each = min(ACTS_EACH, max(1, ACTS_READ // max(len(ties), 1)))
    rows = table.by_actor.newest(ties, each)
    rows = rows[COMMENTS[table.kind.view[rows]] & (table.post_row.view[rows] >= 0)]
    rows = rows[~table.removed.view[rows]]
    newest = rows[np.argsort(-table.at_ms.view[rows], kind="stable")]
    _, first = np.unique(table.post_id.view[newest], return_index=True)
    chosen = newest[np.sort(first)[:limit]]
    return table.post_id.view[chosen], world.person_ids(table.actor.view[chosen])
