"""Who is mentioned in which post."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kring.feed.world.columns import Column, GroupedRows, IdIndex, Ints, Rows


@dataclass
class MentionTable:
    people: IdIndex
    person: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    post_row: Column[np.int32] = field(default_factory=lambda: Column(np.int32))
    removed: Column[np.bool_] = field(default_factory=lambda: Column(np.bool_))
    by_person: GroupedRows = field(default_factory=GroupedRows)
    by_post: GroupedRows = field(default_factory=GroupedRows)

    def load(self, post_rows: Rows, person_ids: Ints, *, without: Rows | None = None) -> None:
        """Append many pairs; those of unknown posts (row -1) are left out.

        without: numbers of people of whom no mention is kept
        """
        person = self.people.add_many(np.asarray(person_ids, dtype=np.int64))
        held = post_rows >= 0
        if without is not None and without.size:
            held &= ~np.isin(person, without)
        self.person.extend(person[held])
        self.post_row.extend(post_rows[held])
        self.removed.fill_to(len(self.person), False)
        self._regroup()

    def set(self, post_row: int, person_ids: tuple[int, ...]) -> None:
        """The people mentioned in a post are now these."""
        wanted = {self.people.add(person) for person in person_ids}
        rows = self.by_post.rows(post_row)
        for at in rows.tolist():
            person = int(self.person.view[at])
            if person in wanted:
                wanted.remove(person)
            else:
                self._remove(at)
        for person in sorted(wanted):
            at = len(self.person)
            self.person.append(person)
            self.post_row.append(post_row)
            self.removed.append(False)
            self.by_person.add(person, at)
            self.by_post.add(post_row, at)
        self._settle()

    def posts_mentioning(self, person: int) -> Rows:
        """Rows of the posts in which one is mentioned, ascending."""
        return np.sort(self.post_row.view[self.by_person.rows(person)])

    def forget(self, person: int) -> None:
        """Nobody is mentioned by that name any more."""
        for at in self.by_person.rows(person).tolist():
            self._remove(at)

    def pairs_of(self, post_rows: Rows) -> tuple[Rows, Rows]:
        """(post row, person) of everyone mentioned in these posts."""
        rows = self.by_post.newest(post_rows, 64)
        return self.post_row.view[rows], self.person.view[rows]

    def _remove(self, at: int) -> None:
        self.removed.view[at] = True
        self.by_person.remove(int(self.person.view[at]), at)
        self.by_post.remove(int(self.post_row.view[at]), at)

    def _regroup(self) -> None:
        gone = self.removed.view
        self.by_person.rebuild(np.where(gone, -1, self.person.view))
        self.by_post.rebuild(np.where(gone, -1, self.post_row.view))

    def _settle(self) -> None:
        for grouping in (self.by_person, self.by_post):
            if grouping.overgrown:
                grouping.settle()
