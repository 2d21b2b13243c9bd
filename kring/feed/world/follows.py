"""Who follows whom, readable from both ends."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kring.feed.world.columns import Column, GroupedRows, IdIndex, Ints, Rows


@dataclass
class FollowTable:
    people: IdIndex
    follower: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    followed: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    removed: Column[np.bool_] = field(default_factory=lambda: Column(np.bool_))
    by_follower: GroupedRows = field(default_factory=GroupedRows)
    by_followed: GroupedRows = field(default_factory=GroupedRows)

    def load(self, follower_ids: Ints, followed_ids: Ints) -> None:
        pairs = np.unique(np.stack([follower_ids, followed_ids], axis=1), axis=0)
        self.follower.extend(self.people.add_many(pairs[:, 0]))
        self.followed.extend(self.people.add_many(pairs[:, 1]))
        self.removed.fill_to(len(self.follower), False)
        self._regroup()

    def add(self, follower_id: int, followed_id: int) -> None:
        follower, followed = self.people.add(follower_id), self.people.add(followed_id)
        if self._pair(follower, followed).size:
            return
        row = len(self.follower)
        self.follower.append(follower)
        self.followed.append(followed)
        self.removed.append(False)
        self.by_follower.add(follower, row)
        self.by_followed.add(followed, row)
        if self.by_follower.overgrown:
            self._regroup()

    def remove(self, follower_id: int, followed_id: int) -> None:
        follower, followed = self.people.find(follower_id), self.people.find(followed_id)
        self.removed.view[self._pair(follower, followed)] = True

    def of(self, id_: int) -> Ints:
        """Ids this one follows, ascending."""
        rows = self._living(self.by_follower.rows(self.people.find(id_)))
        return np.sort(self.people.ids.view[self.followed.view[rows]])

    def to(self, id_: int) -> Ints:
        """Ids that follow this one, ascending."""
        rows = self._living(self.by_followed.rows(self.people.find(id_)))
        return np.sort(self.people.ids.view[self.follower.view[rows]])

    def _pair(self, follower: int, followed: int) -> Rows:
        rows = self._living(self.by_follower.rows(follower))
        return np.asarray(rows[self.followed.view[rows] == followed])

    def _living(self, rows: Rows) -> Rows:
        return np.asarray(rows[~self.removed.view[rows]])

    def _regroup(self) -> None:
        arrival = np.arange(len(self.follower), dtype=np.int64)
        self.by_follower.rebuild(self.follower.view, arrival)
        self.by_followed.rebuild(self.followed.view, arrival)
