"""Candidates for tests of the order, and that order written down naively."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from hypothesis import strategies as st

from kring.feed.batch import Batch
from kring.feed.hydrators import Standing
from kring.feed.policy import default_policy
from kring.feed.profile import profile_of
from kring.feed.selection import Contest, Reranking
from kring.feed.stages import Context, Viewer
from kring.feed.text import PostText
from kring.feed.world import AuthorKind, PostColumns, World
from tests.feed.communities import NOON

POLICY = default_policy()
RULES = POLICY.selection
VIEWER = 9_000
INSIDE = 100  # Authors below this are the viewer's connections.


@dataclass(frozen=True)
class Row:
    """One candidate. company: of its author; vector: its first numbers, the others are 0."""

    author: int
    plus: float = 1.0
    minus: float = 0.0
    kind: int = AuthorKind.PERSON
    company: int = 0
    vector: tuple[int, ...] = ()
    topics: tuple[int, ...] = ()

    @property
    def score(self) -> float:
        return self.plus + self.minus


AUTHORS = st.integers(1, 5) | st.integers(INSIDE, INSIDE + 4)
ROWS = st.lists(
    st.builds(
        lambda author, plus, minus, kind, vector, topics: Row(
            author, plus, minus, kind, author % 4, vector, topics
        ),
        AUTHORS,
        st.floats(0, 4) | st.sampled_from([1.0, 2.0]),
        st.floats(-1, 0),
        st.sampled_from([AuthorKind.PERSON] * 4 + [AuthorKind.SOURCE]),
        st.sampled_from([(), (1, 0), (1, 1), (2, 1, 5), (-1, 0), (0, 3, 1)]),
        st.sampled_from([(), (3,), (3, 4), (4, 5, 6)]),
    ),
    max_size=26,
)


def batch_of(rows: list[Row]) -> Batch:
    """Ids are in no order of score: 100–310, each once."""
    n = len(rows)
    author = np.array([row.author for row in rows], dtype=np.int64)
    plus = np.array([row.plus for row in rows], dtype=np.float64)
    minus = np.array([row.minus for row in rows], dtype=np.float64)
    kind = np.array([row.kind for row in rows], dtype=np.uint8)
    return Batch(
        post_id=np.arange(1, n + 1) * 7 % 211 + 100,
        row=np.arange(n, dtype=np.int32),
        author_id=author,
        author=author.astype(np.int32),
        source=np.zeros(n, dtype=np.uint8),
        sources=np.ones(n, dtype=np.uint32),
        columns={"author_kind": kind},
        v_plus=plus,
        v_minus=minus,
        multiplier=np.ones(n),
        score=plus + minus,
    )


def contest(rows: list[Row], rules=RULES, outside_share: float | None = None) -> Contest:
    batch = batch_of(rows)
    world = World()
    order = np.argsort(batch.post_id)
    world.load_posts(PostColumns(batch.post_id, batch.author_id, np.full(len(rows), NOON)))
    place = np.empty(len(rows), dtype=np.int32)
    place[order] = np.arange(len(rows))
    batch.row = place
    people = sorted({row.author for row in rows})
    companies = {row.author: row.company for row in rows}
    world.load_companies(np.array(people), np.array([companies[one] for one in people]))
    batch.author = world.people.find_many(batch.author_id)
    for row, post_id in zip(rows, batch.post_id.tolist(), strict=True):
        vector = np.zeros(64, dtype=np.int8)
        vector[: len(row.vector)] = row.vector
        text = PostText(
            vector=vector if row.vector else None,
            language="",
            bait=False,
            duplicate_of=0,
            topics=row.topics,
        )
        world.set_text(post_id, text)
    viewer = Viewer(
        id=VIEWER,
        now_ms=NOON,
        connection_ids=[one for one in people if one < INSIDE],
        outside_share=outside_share,
    )
    policy = replace(POLICY, selection=rules)
    context = Context(world, viewer, policy, profile_of(world, viewer, policy))
    batch.columns.update(Standing().hydrate(context, batch))
    return Reranking().prepare(context, batch)


def likeness(one: Row, other: Row) -> float:
    if one.vector and other.vector:
        width = max(len(one.vector), len(other.vector))
        a, b = (np.array(row.vector + (0,) * (width - len(row.vector))) for row in (one, other))
        return float((a @ b) * (1 / np.sqrt(float(b @ b))) * (1 / np.sqrt(float(a @ a))))
    either = {*one.topics, *other.topics}
    return len({*one.topics} & {*other.topics}) / len(either) if either else 0.0


class Naive:
    """At each place look at everyone left."""

    def __init__(self, rows: list[Row], rules=RULES, outside_share: float | None = None) -> None:
        self.rows, self.rules = rows, rules
        self.share = POLICY.steering.outside_share if outside_share is None else outside_share
        self.ids = batch_of(rows).post_id.tolist()
        best = max((row.score for row in rows), default=1.0)
        self.scale = best if best > 0 else 1.0
        self.placed: list[int] = []

    def order(self, limit: int) -> list[int]:
        left = set(range(len(self.rows)))
        while left and len(self.placed) < limit:
            bars = {at: self.bars(at) for at in left}
            for let_go in (0, 1, 2, 3, 4):
                able = [at for at in left if not any(bars[at][: 4 - let_go])]
                if able:
                    break
            best = max(able, key=lambda at: (self.standing(at), self.ids[at]))
            self.placed.append(best)
            left.remove(best)
        return self.placed

    def places_of(self, at: int) -> list[int]:
        if self.rows[at].kind == AuthorKind.SOURCE:
            return []
        return [
            place
            for place, other in enumerate(self.placed)
            if self.rows[other].kind != AuthorKind.SOURCE
            and self.rows[other].author == self.rows[at].author
        ]

    def bars(self, at: int) -> tuple[bool, bool, bool, bool]:
        """Adjacency, window, company, outside: which of them keep one from standing here."""
        here, rules, stood, row = len(self.placed), self.rules, self.places_of(at), self.rows[at]
        of_company = [
            other
            for other in self.placed
            if row.company
            and self.rows[other].company == row.company
            and AuthorKind.SOURCE not in (row.kind, self.rows[other].kind)
        ]
        company_full = len(of_company) >= ceil(rules.company_share * (here + 1) - 1e-9)
        outside = [other for other in self.placed if self.rows[other].author >= INSIDE]
        return (
            here - 1 in stood,
            len([place for place in stood if place > here - rules.window]) >= rules.per_window,
            row.kind != AuthorKind.SOURCE and row.company > 0 and company_full,
            row.author >= INSIDE and len(outside) >= ceil(self.share * (here + 1) - 1e-9),
        )

    def standing(self, at: int) -> float:
        row, rules = self.rows[at], self.rules
        counted = row.plus * rules.second_post ** len(self.places_of(at)) + row.minus
        close = 0.0
        if len(self.placed) < rules.variety_places:
            close = max([0.0, *(likeness(self.rows[other], row) for other in self.placed)])
        return (1 - rules.variety) * counted - rules.variety * self.scale * close
