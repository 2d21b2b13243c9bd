"""Who follows whom, readable from both ends."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kring.feed.world.columns import Column, GroupedRows, IdIndex, Ints, Rows
from kring.network.graph import distinct


@dataclass
class FollowTable:
    people: IdIndex
    follower: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    followed: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    removed: Column[np.bool_] = field(default_factory=lambda: Column(np.bool_))
    by_follower: GroupedRows = field(default_factory=GroupedRows)
    by_followed: GroupedRows = field(default_factory=GroupedRows)

    def load(self, follower_ids: Ints, followed_ids: Ints, *, without: Rows | None = None) -> None:
        """Append many pairs, each once. without: numbers of people of whom no tie is kept"""
        follower, followed = self.people.add_many(follower_ids), self.people.add_many(followed_ids)
        pairs = distinct(follower.astype(np.int64) << 32 | followed)
        follower, followed = (pairs >> 32).astype(np.int32), pairs.astype(np.int32)
        if without is not None and without.size:
            kept = ~np.isin(follower, without) & ~np.isin(followed, without)
            follower, followed = follower[kept], followed[kept]
        self.follower.extend(follower)
        self.followed.extend(followed)
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
        for grouping in (self.by_follower, self.by_followed):
            if grouping.overgrown:
                grouping.settle()

    def remove(self, follower_id: int, followed_id: int) -> None:
        follower, followed = self.people.find(follower_id), self.people.find(followed_id)
        self._remove(self._pair(follower, followed))

    def forget(self, person: int) -> None:
        """End all ties of one person, both ways."""
        self._remove(self.by_follower.rows(person))
        self._remove(self.by_followed.rows(person))

    def of(self, id_: int) -> Ints:
        """Ids this one follows, ascending."""
        rows = self.by_follower.rows(self.people.find(id_))
        return np.sort(self.people.ids.view[self.followed.view[rows]])

    def to(self, id_: int) -> Ints:
        """Ids that follow this one, ascending."""
        rows = self.by_followed.rows(self.people.find(id_))
        return np.sort(self.people.ids.view[self.follower.view[rows]])

    def _pair(self, follower: int, followed: int) -> Rows:
        rows = self.by_follower.rows(follower)
        return np.asarray(rows[self.followed.view[rows] == followed])

    def _remove(self, rows: Rows) -> None:
        for row in rows.tolist():
            self.removed.view[row] = True
            self.by_follower.remove(int(self.follower.view[row]), row)
            self.by_followed.remove(int(self.followed.view[row]), row)

    def _regroup(self) -> None:
        gone = self.removed.view
        self.by_follower.rebuild(np.where(gone, -1, self.follower.view))
        self.by_followed.rebuild(np.where(gone, -1, self.followed.view))
