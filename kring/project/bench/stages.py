"""What each stage of a ranked page costs: the pipeline's own functions, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from kring.feed import pipeline
from kring.feed.home import HOME, context_of, rank
from kring.feed.hydrate import Asked, viewer_of
from kring.feed.log import pseudonyms
from kring.feed.queries import preferences_of
from kring.feed.reasons import explain
from kring.feed.seen import earlier
from kring.feed.serving import Server
from kring.feed.viewer import Viewer
from kring.feed.world import World
from kring.members.models import Identity
from kring.project.bench.measure import Costs

PAGE = 20
# Moments at which to look: as many steps back from now, so that other posts are candidates.
STEP = timedelta(minutes=37)


def measure(
    server: Server, viewers: list[Identity], costs: Costs, *, now: datetime, runs: int
) -> float:
    """Rank `runs` pages of these viewers at different moments; returns the mean candidates.

    First stage by stage, then as a whole, as under a load of nothing else.
    """
    candidates = 0
    for spent, viewer, moment in _turns(viewers, costs, now, runs):
        found = _one(server, viewer, spent, moment)
        candidates += found if spent is costs else 0
    for spent, viewer, moment in _turns(viewers, costs, now, runs):
        with server.index.reading() as world:
            who = _hydrated(server, world, viewer, moment)
            with spent.of("rank: all of these"):
                rank(world, who, server.policy, PAGE)
    for spent, viewer, moment in _turns(viewers, costs, now, runs):
        server.kept.forget_all()
        with spent.of("rank: with hydration and visibility"):
            server.rank_for(viewer, now=moment, limit=PAGE)
    return candidates / runs


def _turns(
    viewers: list[Identity], costs: Costs, now: datetime, runs: int
) -> Iterator[tuple[Costs, Identity, datetime]]:
    """Each viewer in turn, at earlier and earlier moments; the first round is not counted."""
    for run in range(-len(viewers), runs):
        moment = now - STEP * (run // len(viewers) % 40)
        yield (costs if run >= 0 else Costs()), viewers[run % len(viewers)], moment


def _one(server: Server, viewer: Identity, costs: Costs, now: datetime) -> int:
    with costs.of("index: take in news"), server.index.reading() as world:
        pass
    with costs.of("hydrate"):
        who = _hydrated(server, world, viewer, now)
    return _by_stage(server, world, who, costs)


def _hydrated(server: Server, world: World, viewer: Identity, now: datetime) -> Viewer:
    pseudonym = pseudonyms([viewer.pk])[viewer.pk]
    visit = timedelta(minutes=server.policy.filters.visit_minutes)
    looks = server.seen.looks(pseudonym, now=now, visit=visit)
    seen = earlier(looks, now=now, visit=visit)
    asked = Asked(preferences_of(viewer.pk))
    who = viewer_of(viewer, world, server.policy, asked=asked, seen=seen, now=now)
    return replace(who, seen_at={post_id: looks[post_id][1] for post_id in seen})


def _by_stage(server: Server, world: World, who: Viewer, costs: Costs) -> int:
    with costs.of("profile"):
        context = context_of(world, who, server.policy)
    with costs.of("candidates"):
        batch, _ = pipeline.candidates(HOME, context)
    features, *scorers = HOME.scorers
    with costs.of("features"):
        features.score(context, batch)
    with costs.of("scoring"):
        pipeline.score(replace(HOME, scorers=tuple(scorers)), context, batch)
    with costs.of("re-ranking"):
        placing = HOME.selector.prepare(context, batch)
        order = np.array(placing.order(PAGE), dtype=np.intp)
    with costs.of("reasons"):
        told = explain(context, batch, order, placing)
    assert told.what_ifs is not None
    with costs.of("what-ifs, after the page"):
        assert len(told.what_ifs.ranks) == len(order)
    return len(batch)
