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
from kring.network.graph import distinct

HOUR_MS = 3_600_000


class Evidence(NamedTuple):
    """Per post: people who responded, how many were expected to, of how many who saw it.

    reach: 0 where nothing is known of who saw it; then the expectation goes by age
    """

    observed: Floats
    expected: Floats
    reach: Floats


def evidence(world: World, rows: Rows, now_ms: int, policy: Policy) -> Evidence:
    """What the community's response says of each post."""
    posts, table = world.posts, world.exposures
    observed, expected, reach = np.zeros(len(rows)), np.zeros(len(rows)), np.zeros(len(rows))
    before, within = _known(world, rows)
    if before.size:
        observed[before] = posts.responders.view[rows[before]]
        expected[before] = expected_by_age(world, rows[before], now_ms, policy)
    if within.size:
        seen = rows[within]
        observed[within] = table.sum_observed.view[seen].sum(axis=1)
        expected[within] = table.sum_expected.view[seen].sum(axis=1)
        reach[within] = table.reach.view[seen]
    return Evidence(observed, expected, reach)


def response_ratio(world: World, rows: Rows, now_ms: int, policy: Policy) -> Floats:
    """ρ of each post."""
    rules, posts, table = policy.response, world.posts, world.exposures
    ratio = np.ones(len(rows))
    before, within = _known(world, rows)
    if before.size:
        earlier = rows if before.size == len(rows) else rows[before]
        expected = expected_by_age(world, earlier, now_ms, policy)
        ratio[before] = (posts.responders.view.take(earlier) + rules.kappa) / (
            expected + rules.kappa
        )
    if within.size:
        seen = rows[within]
        o, e = table.sum_observed.view[seen], table.sum_expected.view[seen]
        # Applause of colleagues weighs less, and is never more than its share of the evidence.
        others = e[:, OTHERS] + rules.kappa
        most = rules.colleague_share / (1.0 - rules.colleague_share) * others
        weight = np.minimum(rules.colleague_weight, most / np.maximum(e[:, COLLEAGUES], 1e-9))
        observed = o[:, OTHERS] + weight * o[:, COLLEAGUES]
        expected = e[:, OTHERS] + weight * e[:, COLLEAGUES]
        ratio[within] = (observed + rules.kappa) / (expected + rules.kappa)
    return ratio


def _known(world: World, rows: Rows) -> tuple[Ints, Ints]:
    """Which of these posts are from before looks were known, and of which some are."""
    measured = world.posts.created_ms.view.take(rows) >= world.exposures.first_ms
    within = measured & (rows < len(world.exposures.reach))
    return np.flatnonzero(~measured), np.flatnonzero(within)


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
    created = posts.created_ms.view.take(rows)
    inside: Bools = (created >= window.start * DAY_MS) & (created < window.stop * DAY_MS)
    inside &= (posts.origin_id.view.take(rows) == 0) & ~posts.removed.view.take(rows)
    received = responses - posts.responders.view.take(rows) * inside
    others: Ints = known - inside
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
    people = distinct(author)
    place = np.searchsorted(people, author)
    chance = table.chance.view[rows].astype(np.float64)
    done = table.responded.view[rows].astype(np.float64)
    return Habit(
        people=people,
        shown=np.bincount(place, chance, minlength=len(people)).astype(np.float64),
        responded=np.bincount(place, done, minlength=len(people)).astype(np.float64),
        all_shown=float(chance.sum()),
        all_responded=float(done.sum()),
    )


class Standing(NamedTuple):
    """Per person: what the viewer is to them. followed: or a group or page they belong to"""

    followed: Bools
    connected: Bools
    colleague: Bools


def standing_of(world: World, viewer: Viewer, people: Rows) -> Standing:
    ids = world.person_ids(people)
    followed = contains(ids, viewer.followed_ids)
    followed |= contains(ids, viewer.membership_ids)
    colleague = np.zeros(len(people), dtype=np.bool_)
    if viewer.company_id:
        colleague = world.companies(people) == viewer.company_id
    return Standing(followed, contains(ids, viewer.connection_ids), colleague)


def class_rates(standing: Standing, policy: Policy) -> Floats:
    """How often people of that class of tie respond to what they see, by policy."""
    rules = policy.response
    rates = np.where(standing.followed, rules.rate_follow, rules.rate_unknown)
    rates[standing.connected] = rules.rate_peer
    rates[standing.colleague] = rules.rate_colleague
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
    base = class_rates(standing_of(world, viewer, authors), policy)
    busy = (known.all_responded + rules.habit_kappa * rules.rate_peer) / (
        known.all_shown + rules.habit_kappa
    )
    base = np.clip(base * busy / rules.rate_peer, rules.rate_lowest, rules.rate_highest)
    shown, responded = _of(known, authors)
    kappa = rules.pair_kappa
    return np.asarray(
        np.clip((responded + kappa * base) / (shown + kappa), rules.rate_lowest, rules.rate_highest)
    )


def _of(habit: Habit, authors: Rows) -> tuple[Floats, Floats]:
    """How often each author was shown, and responded to."""
    if not habit.people.size:
        return np.zeros(len(authors)), np.zeros(len(authors))
    place = np.minimum(np.searchsorted(habit.people, authors), habit.people.size - 1)
    known = habit.people[place] == authors
    return np.where(known, habit.shown[place], 0.0), np.where(known, habit.responded[place], 0.0)


def tie_rates(standing: Standing, authors: Rows, policy: Policy, habit: Habit) -> Floats:
    """(e_uv + κ·r_class) / (n_uv + κ) over r_class: 1 where the tie is as lively as its class."""
    kappa, base = policy.response.tie_kappa, class_rates(standing, policy)
    shown, responded = _of(habit, authors)
    return np.asarray((responded + kappa * base) / ((shown + kappa) * base))
