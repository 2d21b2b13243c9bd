"""The production ranker as a contestant: its world, its features, its curves, its value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np

from kring.feed.batch import Batch
from kring.feed.home import HOME, context_of
from kring.feed.pipeline import score
from kring.feed.policy import HEADS
from kring.feed.stages import Context
from kring.feed.value import POSITIVE
from kring.feed.viewer import Viewer
from kring.feed.world import AuthorKind
from kring.feed.world.columns import Floats, Rows
from kring.lab.community import Community
from kring.lab.deskdrop import LIKE, VIEW, Happening
from kring.lab.replay import Told
from kring.lab.worklist import Holdout, Query, View

By = Literal["read", "value", "score"]
DEFAULT_BY: By = "read"
READ = HEADS.index("read")
# The strength of a pair that was viewed once and no more (EVALUATION.md, P1).
ONE_VIEW = 1.0


def batch_of(context: Context, rows: Rows) -> Batch:
    """Candidates that somebody else chose, ready for the scorers: no source named them."""
    posts = context.world.posts
    author = posts.author.view[rows]
    batch = Batch(
        post_id=posts.index.ids.view[rows],
        row=rows,
        author_id=context.world.person_ids(author),
        author=author,
        source=np.zeros(len(rows), dtype=np.uint8),
        sources=np.zeros(len(rows), dtype=np.uint32),
    )
    for hydrator in HOME.hydrators:
        batch.columns.update(hydrator.hydrate(context, batch))
    return batch


def scored(context: Context, rows: Rows) -> Batch:
    """The batch with everything that production's scorers and multipliers fill."""
    batch = batch_of(context, rows)
    score(HOME, context, batch)
    return batch


def best_first(batch: Batch, worth: Floats) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Positions by falling worth; of equals the newer first, as on the page."""
    return np.lexsort((-batch.post_id, -worth))


class Production:
    """Answers as the page would, from a world built by production's own event handling.

    by: `read`, the chance of reading alone; `value`, what it is worth by all heads; `score`, the
    same after the multipliers
    """

    def __init__(self, community: Community, by: By) -> None:
        self.community = community
        self._by = by

    def happened(self, event: Happening) -> None:
        self.community.take_in(event)

    def rank(self, query: Query) -> list[str]:
        context = self.context(query.person_id, query.timestamp)
        return self.ranking(context, query.candidates)

    def rate(self, view: View) -> float:
        """What the view is worth beyond the reading itself. Nothing in it is the viewer's rate."""
        context = self.context(view.person_id, view.timestamp)
        batch = scored(context, self.community.rows([view.content_id]))
        beyond = (batch.values * batch.p)[:, POSITIVE]
        return float(beyond.sum(axis=1)[0] - beyond[0, READ])

    def context(self, person: str, at: int) -> Context:
        """The moment `at` (seconds), as this person meets it."""
        community = self.community
        viewer = Viewer(id=community.person(person), now_ms=at * 1_000)
        return context_of(community.world, viewer, community.policy)

    def ranking(self, context: Context, candidates: Sequence[str]) -> list[str]:
        batch = scored(context, self.community.rows(candidates))
        if self._by == "read":
            worth = batch.p[:, READ]
        else:
            worth = batch.score if self._by == "score" else batch.v_plus + batch.v_minus
        return [candidates[at] for at in best_first(batch, worth)]


def hold_out(
    work: Sequence[Holdout], production: Production, now: int, told: Told = lambda done: None
) -> Iterator[dict[str, Any]]:
    """P1's answers: its training rows as events of one moment, then one ranking per query.

    The protocol has no clock, so every item is as old as any other and one source published all;
    a pair that is stronger than a single view also counts as a reaction.
    """
    community = production.community
    train = [row for row in work if row.train]
    queries = [row for row in work if not row.train]
    source = community.number("the source of everything")
    items = {row.content_id for row in train}.union(*(row.candidates for row in queries))
    for item in sorted(items):
        community.publish(item, source, AuthorKind.SOURCE, now)
    for row in train:
        community.take_in(Happening(now, VIEW, row.content_id, row.person_id))
        if row.strength > ONE_VIEW:
            community.take_in(Happening(now, LIKE, row.content_id, row.person_id))
    contexts: dict[str, Context] = {}
    for number, query in enumerate(queries, start=1):
        person = query.person_id
        if person not in contexts:
            contexts = {person: production.context(person, now + 1)}
        ranking = production.ranking(contexts[person], query.candidates)
        yield {"query_id": query.query_id, "ranking": ranking}
        told(number)
