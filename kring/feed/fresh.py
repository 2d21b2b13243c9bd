"""What came after a page was made: posts of one's own network that Home would show now.

Asked again and again while a page is open, and mostly in vain: so the first look is at arrays
alone, and the database is asked about the viewer only once there is a post that may be for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from kring.core.prepared import Prepared
from kring.feed.batch import SourceTag
from kring.feed.home import HOME, context_of
from kring.feed.hydrate import Asked, viewer_of
from kring.feed.pipeline import candidates
from kring.feed.serving import Server
from kring.feed.stages import Context
from kring.feed.world import World
from kring.feed.world.columns import Bools, Ints, Rows, contains
from kring.feed.world.kinds import AuthorKind
from kring.members.models import Identity
from kring.network.graph import distinct
from kring.posts.models import Post
from kring.posts.visibility import listed

# Of what arrived last: whoever was away for longer is told of those among these.
LAST_ARRIVED = 2_000

_LISTED = Prepared(
    lambda viewer, ids: (
        Post.objects.filter(listed(viewer), pk__in=ids).order_by("-pk").values_list("pk")
    )
)


@dataclass(slots=True)
class _Named:
    """A source that names rows found already."""

    rows: Rows
    name: str = "fresh"
    tag: SourceTag = SourceTag.CONNECTIONS

    def find(self, context: Context) -> Rows:
        return self.rows


def fresh_posts(
    server: Server, viewer: Identity, *, since_id: int, known_id: int, asked: Callable[[], Asked],
    now: datetime,
) -> list[int]:  # fmt: skip
    """Posts after `since_id` by the viewer's ties that pass every filter of Home, newest first.

    None where nothing came after `known_id` either, of which the asking page told before.
    asked: called only when something came
    1 query when there is none; 4 otherwise, beside those of `asked`.
    """
    with server.index.reading() as world:
        news = _arrived(world, max(since_id, known_id))
        if not news.size or not _may_concern(world, viewer.pk, news):
            return []
        who = viewer_of(viewer, world, server.policy, asked=asked(), seen={}, now=now)
        ties = np.concatenate([who.connection_ids, who.followed_ids, who.membership_ids])
        rows = _arrived(world, since_id)
        rows = rows[_by_any_of(world, rows, distinct(ties)) | _naming(world, rows, viewer.pk)]
        context = context_of(world, who, server.policy)
        batch, _steps = candidates(replace(HOME, sources=(_Named(rows),)), context)
        found = batch.post_id.tolist()
    return [post_id for (post_id,) in _LISTED.rows(viewer.pk, found)]


def _arrived(world: World, since_id: int) -> Rows:
    """Rows after that id, of those that arrived last."""
    posts = world.posts
    first = max(0, len(posts) - LAST_ARRIVED)
    rows = np.flatnonzero(posts.index.ids.view[first:] > since_id) + first
    return np.asarray(rows[~posts.removed.view[rows]], dtype=np.int32)


def _may_concern(world: World, viewer_id: int, rows: Rows) -> bool:
    """Whether one of these is by a tie, a page or a group, or names the viewer."""
    near = world.posts.author_kind.view[rows] != AuthorKind.PERSON
    near |= _by_any_of(world, rows, world.connections.neighbours(viewer_id))
    near |= _by_any_of(world, rows, world.follows.of(viewer_id))
    near |= _naming(world, rows, viewer_id)
    return bool(near.any())


def _by_any_of(world: World, rows: Rows, people: Ints) -> Bools:
    return contains(world.person_ids(world.posts.author.view[rows]), people)


def _naming(world: World, rows: Rows, viewer_id: int) -> Bools:
    person = world.people.find(viewer_id)
    return contains(rows, world.posts.mentions.posts_mentioning(person))
