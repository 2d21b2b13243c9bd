"""What every stage of the home feed promises, checked for each one that is registered."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kring.feed import filters
from kring.feed.features import GROUPS, NAMES
from kring.feed.home import HOME, context_of
from kring.feed.pipeline import score
from kring.feed.policy import default_policy
from kring.feed.sources import gather
from kring.feed.stages import Viewer
from kring.feed.world import World
from tests.feed.communities import NOON, Size, crowd

POLICY = default_policy()
GENEROUS = replace(
    POLICY,
    sources=replace(
        POLICY.sources, connections_quota=5000, follows_quota=2000, strong_ties_quota=2000
    ),
)


def named(stages):
    return pytest.mark.parametrize("stage", stages, ids=lambda stage: stage.name)


def nobody():
    return context_of(World(), Viewer(id=1, now_ms=NOON), POLICY)


def one_post():
    world, viewer = crowd(2, Size(people=3, posts=9, acts=5, ties=2))
    return context_of(world, viewer, POLICY)


def thousands():
    world, viewer = crowd(1, Size(people=1500, posts=15_000, acts=40_000, ties=900))
    return context_of(world, viewer, GENEROUS)


@pytest.fixture(scope="module", params=[nobody, one_post, thousands], ids=lambda f: f.__name__)
def context(request):
    return request.param()


@pytest.fixture
def batch(context):
    batch, _ = gather(HOME.sources, context)
    if context.world.posts.index.ids.view.size == 9:
        batch = batch.take(np.arange(len(batch))[:1])
    for hydrator in HOME.hydrators:
        batch.columns.update(hydrator.hydrate(context, batch))
    return batch


def test_the_sizes_are_what_they_claim(context, batch):
    size = len(context.world.posts)
    assert {0: len(batch) == 0, 9: len(batch) == 1}.get(size, len(batch) > 2000)


def fingerprint(batch):
    columns = [batch.post_id, batch.source, batch.sources, batch.features, batch.p]
    columns += [batch.v_plus, batch.v_minus, *batch.columns.values()]
    return [column.tobytes() for column in columns]


def test_names_are_unique_within_a_kind():
    for kind in (HOME.sources, HOME.hydrators, HOME.filters, HOME.scorers, HOME.multipliers):
        assert len({stage.name for stage in kind}) == len(kind)
    assert len({source.tag for source in HOME.sources}) == len(HOME.sources)


def test_the_drawing_names_every_stage_and_group():
    drawing = Path(filters.__file__).with_name("README.md").read_text(encoding="utf-8")
    stages = [*HOME.sources, *HOME.filters, *HOME.multipliers, HOME.selector]
    for name in [*(stage.name for stage in stages), *GROUPS]:
        assert re.search(rf"\b{name}\b", drawing), name


@named(HOME.sources)
def test_a_source_names_existing_posts_once_within_its_quota(stage, context):
    rows = stage.find(context)
    assert rows.tolist() == stage.find(context).tolist()
    assert len(set(rows.tolist())) == len(rows)
    posts = context.world.posts
    assert not posts.removed.view[rows].any()
    assert (posts.created_ms.view[rows] <= context.viewer.now_ms).all()
    quota = getattr(context.policy.sources, f"{stage.name}_quota")
    read = np.isin(posts.index.ids.view[rows], context.viewer.read_post_ids)
    assert (~read).sum() <= quota


@named(HOME.hydrators)
def test_a_hydrator_fills_whole_columns(stage, context, batch):
    once, twice = stage.hydrate(context, batch), stage.hydrate(context, batch)
    assert all(len(column) == len(batch) for column in once.values())
    assert all((column == twice[name]).all() for name, column in once.items())


@named(HOME.filters)
def test_a_filter_explains_every_removal_and_changes_nothing_else(stage, context, batch):
    before = fingerprint(batch)
    verdict, again = stage.filter(context, batch), stage.filter(context, batch)
    assert fingerprint(batch) == before
    assert fingerprint(verdict.kept) == fingerprint(again.kept)
    kept, removed = verdict.kept.post_id.tolist(), verdict.removed.tolist()
    assert sorted(kept + removed) == sorted(batch.post_id.tolist())
    assert kept == [id_ for id_ in batch.post_id.tolist() if id_ not in set(removed)]


@named(HOME.filters)
def test_filtering_twice_removes_no_more(stage, context, batch):
    kept = stage.filter(context, batch).kept
    assert stage.filter(context, kept).removed.size == 0


@named(HOME.scorers)
def test_a_scorer_is_deterministic_and_finite(stage, context, batch):
    score(HOME, context, batch)
    before = fingerprint(batch)
    stage.score(context, batch)
    assert fingerprint(batch) == before
    for column in (batch.features, batch.p, batch.v_plus, batch.v_minus):
        assert len(column) == len(batch)
        assert np.isfinite(column).all()


@named(HOME.multipliers)
def test_a_multiplier_lies_between_zero_and_one(stage, context, batch):
    factors = stage.factors(context, batch)
    assert len(factors) == len(batch)
    assert ((factors > 0) & (factors <= 1)).all()
    assert factors.tolist() == stage.factors(context, batch).tolist()


def test_each_row_is_scored_for_itself(context, batch):
    """What is known of a candidate does not depend on which others happen to be there.

    Its place among them does: those features say so in their names.
    """
    score(HOME, context, batch)
    half = batch.take(np.arange(len(batch))[::2])
    half.multipliers = {}
    score(HOME, context, half)
    alone = [at for at, name in enumerate(NAMES) if not name.endswith("_on_page")]
    assert np.array_equal(half.features[:, alone], batch.features[::2, alone])
    assert np.allclose(half.multiplier, batch.multiplier[::2], rtol=0, atol=1e-12)


def test_a_selector_places_each_once(context, batch):
    score(HOME, context, batch)
    placing = HOME.selector.prepare(context, batch)
    order = placing.order(len(batch))
    assert sorted(order) == list(range(len(batch)))
    assert placing.order(5) == order[:5]
