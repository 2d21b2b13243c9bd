"""Whom a viewer hears from, as numbers of the world: looked up once for all who ask."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from kring.feed.viewer import Viewer
from kring.feed.world import World
from kring.feed.world.columns import Rows


@dataclass(frozen=True, eq=False)
class Circle:
    """The dense numbers of the viewer's ties, in the order of their ids; -1 where unknown."""

    world: World
    viewer: Viewer

    @cached_property
    def connections(self) -> Rows:
        return self.world.people.find_many(self.viewer.connection_ids)

    @cached_property
    def followed(self) -> Rows:
        return self.world.people.find_many(self.viewer.followed_ids)

    @cached_property
    def memberships(self) -> Rows:
        return self.world.people.find_many(self.viewer.membership_ids)

    @cached_property
    def last_of_connections(self) -> Rows:
        """The row of the last post of each connection; -1 for none."""
        return self.world.posts.by_author.last(self.connections)
