"""The company a reader keeps: people who open what they open, and who open it before them.

u's last posts name the people who opened them too. One of these, w, is alike by the posts both
opened, rarer ones counting more (a cosine, so that opening everything makes nobody alike), and
leads by the share of what w opened that u opened later. What such people opened lately is what u
is likely to open next: item-based collaborative filtering, one event deep (Deshpande & Karypis,
2004), kept current by reading the acts themselves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kring.feed.policy import Policy
from kring.feed.world import ActView, World
from kring.feed.world.columns import Bools, Floats, Ints, Rows, contains
from kring.feed.world.crowd import HEAT_HOURS, HOUR_MS
from kring.feed.world.kinds import COMMENTS, ENGAGES, OPENS, PUBLIC_ACTS


class Company(NamedTuple):
    """The people who share something with the viewer: numbers, ascending, and their weights.

    alike: cosine in [0, 1]; leads: share in [0, 1]; alike_engaged: by what both did more with
    """

    people: Rows
    alike: Floats
    leads: Floats
    alike_engaged: Floats


class NearCrowd(NamedTuple):
    """Per candidate: what people the viewer knows do with it, as sums of their weights.

    heat: shape (n, 4), decayed at the half-lives of `crowd.HEAT_HOURS`
    """

    heat: Floats
    openers: Floats
    engaged: Floats
    commenters: Floats


class Drawn(NamedTuple):
    """Per candidate: what the company does with it. Sums over people who opened it.

    alike_people, leading, engaging: of how many people these are, whatever they weigh
    near: the same of those the viewer knows; None for a viewer who knows nobody
    """

    alike: Floats
    alike_lately: Floats
    leads: Floats
    alike_engaged: Floats
    alike_people: Ints
    leading: Ints
    engaging: Ints
    near: NearCrowd | None = None


def company_of(world: World, me: int, acts: ActView, policy: Policy) -> Company:
    """Who opens what the viewer opens, from the viewer's last posts and their last openers."""
    rules, none = policy.company, np.zeros(0)
    chosen = np.flatnonzero(OPENS[acts.kind] & (acts.post_row >= 0))
    chosen = chosen[~world.posts.removed.view[acts.post_row[chosen]]]
    mine = _first_opened(acts, chosen[::-1], rules.posts_read)
    found = openers(world, mine.row, rules.openers_each)
    found = found.only(found.actor != me)
    row, actor, at_ms, engaged = found.row, found.actor, found.at_ms, found.engaged
    if not row.size:
        return Company(row, none, none, none)
    people, who = np.unique(actor, return_inverse=True)
    place = np.searchsorted(mine.row, row)
    rarity = 1.0 / np.log2(2.0 + world.posts.crowd.openers.view[row])
    opened = world.acts.opened_by.view[people].astype(np.float64)
    size = np.sqrt(np.maximum(opened, 1.0) * len(mine.row)) + rules.alike_kappa
    both = rarity * (engaged & mine.engaged[place])
    return Company(
        people=people,
        alike=np.bincount(who, rarity) / size,
        leads=np.bincount(who, at_ms < mine.at_ms[place]) / (opened + rules.leads_kappa),
        alike_engaged=np.bincount(who, both) / size,
    )


class Openers(NamedTuple):
    """One entry per post and person: who opened it first when, and what more they did."""

    row: Rows
    actor: Rows
    at_ms: Ints
    engaged: Bools
    commented: Bools
    public: Bools

    def only(self, chosen: Bools) -> Openers:
        return Openers(
            self.row[chosen],
            self.actor[chosen],
            self.at_ms[chosen],
            self.engaged[chosen],
            self.commented[chosen],
            self.public[chosen],
        )


class Opened(NamedTuple):
    """Posts that one person opened, one entry each."""

    row: Rows
    at_ms: Ints
    engaged: Bools


def _first_opened(acts: ActView, newest_first: Ints, most: int) -> Opened:
    """The posts the viewer opened last: ascending rows, when first, and whether they did more."""
    rows, kind, at_ms = (column[newest_first] for column in (acts.post_row, acts.kind, acts.at_ms))
    posts, last, place = np.unique(rows, return_index=True, return_inverse=True)
    first = np.full(posts.size, np.iinfo(np.int64).max)
    np.minimum.at(first, place, at_ms)
    engaged = np.bincount(place, ENGAGES[kind], minlength=posts.size) > 0
    kept = np.sort(np.argsort(last, kind="stable")[:most])
    return Opened(posts[kept].astype(np.int32), first[kept], engaged[kept])


def openers(world: World, posts: Rows, each: int) -> Openers:
    """The people who opened each of these posts, of the newest `each` acts on each."""
    table = world.acts
    rows = table.by_post.newest(posts, each)
    kind = table.kind.view[rows]
    rows = rows[OPENS[kind] & ~table.removed.view[rows]]
    row, actor, kind = table.post_row.view[rows], table.actor.view[rows], table.kind.view[rows]
    pairs = row.astype(np.int64) << 32 | actor
    order = np.argsort(pairs, kind="stable")
    pairs = pairs[order]
    starts = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]])[: pairs.size])
    if not starts.size:
        none = np.zeros(0, dtype=np.int32)
        never = none.astype(np.bool_)
        return Openers(none, none, none.astype(np.int64), never, never, never)
    return Openers(
        row=(pairs[starts] >> 32).astype(np.int32),
        actor=(pairs[starts] & 0xFFFFFFFF).astype(np.int32),
        at_ms=np.minimum.reduceat(table.at_ms.view[rows][order], starts),
        engaged=np.logical_or.reduceat(ENGAGES[kind][order], starts),
        commented=np.logical_or.reduceat(COMMENTS[kind][order], starts),
        public=np.logical_or.reduceat(PUBLIC_ACTS[kind][order], starts),
    )


def drawn_to(
    world: World, company: Company, near: Floats | None, posts: Rows, *, now_ms: int, policy: Policy
) -> Drawn:
    """What the company did with each of these posts.

    near: how much each person counts for the viewer, as `near_of` says. posts: rows, each once is
    enough. Where people know each other, what fewer than `fewest` of them did in private counts
    for nothing: one person's reading must not show in somebody else's page.
    """
    rules = policy.company
    wanted, place = np.unique(posts, return_inverse=True)
    found = openers(world, wanted, rules.openers_each)
    theirs = world.posts.author.view[found.row]
    found = found.only((found.actor != theirs) & (found.at_ms <= now_ms))
    at = np.searchsorted(wanted, found.row)
    weight = np.ones(len(at)) if near is None else near[found.actor]
    alike = contains(found.actor, company.people)
    if near is not None or len(world.connections):
        among = (weight > 0.0) if near is not None else alike
        enough = np.bincount(at[among], minlength=wanted.size) >= rules.fewest
        weight = weight * (enough[at] | found.public)
    hours = (now_ms - found.at_ms) / HOUR_MS

    def total(at: Ints, weights: Floats) -> Floats:
        sums = np.bincount(at, weights, minlength=wanted.size)
        return np.asarray(sums[place])

    crowd, counted = None, np.flatnonzero(alike)
    if near is not None:
        ours = np.flatnonzero(weight > 0.0)
        mass, since, where = weight[ours], hours[ours], at[ours]
        heat = [total(where, mass * np.exp2(-since / half)) for half in HEAT_HOURS]
        crowd = NearCrowd(
            heat=np.stack(heat, axis=1),
            openers=total(where, mass),
            engaged=total(where, mass * found.engaged[ours]),
            commenters=total(where, mass * found.commented[ours]),
        )
    who, where = np.searchsorted(company.people, found.actor[counted]), at[counted]
    mass = weight[counted]
    likeness, leads = mass * company.alike[who], mass * company.leads[who]
    engaged = mass * company.alike_engaged[who] * found.engaged[counted]

    def people(weights: Floats) -> Ints:
        return np.asarray(np.bincount(where[weights > 0], minlength=wanted.size)[place])

    return Drawn(
        alike=total(where, likeness),
        alike_lately=total(where, likeness * np.exp2(-hours[counted] / rules.lately_hours)),
        leads=total(where, leads),
        alike_engaged=total(where, engaged),
        alike_people=people(likeness),
        leading=people(leads),
        engaging=people(engaged),
        near=crowd,
    )
