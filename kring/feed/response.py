"""Response to a post, judged against what was to be expected: ρ = (O + κ) / (E + κ)   (FEED.md).

Two kinds of expectation. Where people's looks at posts are known, E sums over those who saw the
post what each was expected to do, and O counts those of them who responded. Posts from before that
(imports, the first days) are judged against the community's mean for posts of their age.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kring.feed.policy import Policy
from kring.feed.viewer import Viewer
from kring.feed.world import World
from kring.feed.world.columns import Bools, Floats, Ints, Rows, contains
from kring.feed.world.exposures import COLLEAGUES, OTHERS
from kring.feed.world.posts import DAY_MS

HOUR_MS = 3_600_000


class Evidence(NamedTuple):
    """Per post: people who responded, how many were expected to, of how many who saw it.

    reach: 0 where nothing is known of who saw it; then the expectation goes by age
    ratio: 1 is what one would expect, and so is no evidence at all
    """

    observed: Floats
    expected: Floats
    reach: Floats
    ratio: Floats


def evidence(world: World, rows: Rows, now_ms: int, policy: Policy) -> Evidence:
    """What the community's response says of each post."""
    rules, posts, table = policy.response, world.posts, world.exposures
    measured = posts.created_ms.view[rows] >= table.first_ms
    observed = posts.responders.view[rows].astype(np.float64)
    expected = expected_by_age(world, rows, now_ms, policy)
    mass_observed, mass_expected = observed.copy(), expected.copy()
    reach = np.zeros(len(rows))
    within = np.flatnonzero(measured & (rows < len(table.reach)))
    seen = rows[within]
    o, e = table.sum_observed.view[seen], table.sum_expected.view[seen]
    # Applause of colleagues weighs less, and is never more than its share of the evidence.
    others = e[:, OTHERS] + rules.kappa
    most = rules.colleague_share / (1.0 - rules.colleague_share) * others
    weight = np.minimum(rules.colleague_weight, most / np.maximum(e[:, COLLEAGUES], 1e-9))
    observed[measured], expected[measured] = 0.0, 0.0
    mass_observed[measured], mass_expected[measured] = 0.0, 0.0
    observed[within], expected[within] = o.sum(axis=1), e.sum(axis=1)
    mass_observed[within] = o[:, OTHERS] + weight * o[:, COLLEAGUES]
    mass_expected[within] = e[:, OTHERS] + weight * e[:, COLLEAGUES]
    reach[within] = table.reach.view[seen]
    ratio = (mass_observed + rules.kappa) / (mass_expected + rules.kappa)
    return Evidence(observed, expected, reach, ratio)


def response_ratio(world: World, rows: Rows, now_ms: int, policy: Policy) -> Floats:
    return evidence(world, rows, now_ms, policy).ratio


def expected_by_age(world: World, rows: Rows, now_ms: int, policy: Policy) -> Floats:
    """People expected to have responded to a post of that age here, whoever wrote it.

    The community's mean over the posts of the window, without the post's own responses (it would
    explain itself), times the share that arrives within its age.
    """
    rules, posts = policy.response, world.posts
    today = now_ms // DAY_MS
    window = slice(max(today - rules.window_days, 0), today + 1)
    known = posts.originals_on_day.view[window].sum()
    responses = posts.responses_on_day.view[window].sum()
    created = posts.created_ms.view[rows]
    inside: Bools = (created // DAY_MS >= window.start) & (posts.origin_id.view[rows] == 0)
    inside &= ~posts.removed.view[rows] & (created // DAY_MS <= today)
    others: Ints = known - inside
    received = responses - posts.responders.view[rows] * inside
    mean = (received + rules.prior_posts * rules.prior_mean) / (others + rules.prior_posts)
    hours = np.maximum(now_ms - created, 0) / HOUR_MS
    return np.asarray(mean * (1.0 - np.exp2(-hours / rules.half_life_hours)))


class Habit(NamedTuple):
    """What a viewer was shown and did with it, by author: sorted numbers and their counts."""

    people: Rows
    shown: Floats
    responded: Floats
    all_shown: float
    all_responded: float


def habit_of(world: World, viewer_id: int, now_ms: int, policy: Policy) -> Habit:
    """From the viewer's own exposures, the newest few thousand; chances count as parts of one."""
    table = world.exposures
    rows = table.by_viewer.rows(world.people.find(viewer_id), newest=policy.response.exposures_read)
    rows = rows[table.at_ms.view[rows] <= now_ms]
    author = world.posts.author.view[table.post_row.view[rows]]
    people, place = np.unique(author, return_inverse=True)
    chance = table.chance.view[rows].astype(np.float64)
    done = table.responded.view[rows].astype(np.float64)
    return Habit(
        people=people,
        shown=np.bincount(place, chance, minlength=len(people)).astype(np.float64),
        responded=np.bincount(place, done, minlength=len(people)).astype(np.float64),
        all_shown=float(chance.sum()),
        all_responded=float(done.sum()),
    )


def class_rates(world: World, viewer: Viewer, authors: Rows, policy: Policy) -> Floats:
    """How often people of that class of tie respond to what they see, by policy."""
    rules, ids = policy.response, world.person_ids(authors)
    rates = np.full(len(authors), rules.rate_unknown)
    rates[contains(ids, viewer.followed_ids) | contains(ids, viewer.membership_ids)] = (
        rules.rate_follow
    )
    rates[contains(ids, viewer.connection_ids)] = rules.rate_peer
    if viewer.company_id:
        rates[world.companies(authors) == viewer.company_id] = rules.rate_colleague
    return rates


def expected_rates(
    world: World, viewer: Viewer, authors: Rows, policy: Policy, *, habit: Habit | None = None
) -> Floats:
    """p̂: the chance that this viewer responds to a post of each author once they see it.

    The viewer's own rate times that of the class of tie; where the two have a history, the history,
    shrunk towards it. Whoever always responds to somebody is expected to: a ring of mutual
    applause earns nothing. The post's own counters and the author's quality play no part.
    """
    rules = policy.response
    me = viewer.id if viewer.profiling else 0
    known = habit or habit_of(world, me, viewer.now_ms, policy)
    base = class_rates(world, viewer, authors, policy)
    busy = (known.all_responded + rules.habit_kappa * rules.rate_peer) / (
        known.all_shown + rules.habit_kappa
    )
    base = np.clip(base * busy / rules.rate_peer, rules.rate_lowest, rules.rate_highest)
    shown, responded = _of(known, authors, known.shown), _of(known, authors, known.responded)
    kappa = rules.pair_kappa
    return np.asarray(
        np.clip((responded + kappa * base) / (shown + kappa), rules.rate_lowest, rules.rate_highest)
    )


def _of(habit: Habit, authors: Rows, counts: Floats) -> Floats:
    if not habit.people.size:
        return np.zeros(len(authors))
    place = np.minimum(np.searchsorted(habit.people, authors), habit.people.size - 1)
    return np.where(habit.people[place] == authors, counts[place], 0.0)


def tie_rates(world: World, viewer: Viewer, authors: Rows, policy: Policy, habit: Habit) -> Floats:
    """(e_uv + κ·r_class) / (n_uv + κ) over r_class: 1 where the tie is as lively as its class."""
    kappa, base = policy.response.tie_kappa, class_rates(world, viewer, authors, policy)
    shown, responded = _of(habit, authors, habit.shown), _of(habit, authors, habit.responded)
    return np.asarray((responded + kappa * base) / ((shown + kappa) * base))
