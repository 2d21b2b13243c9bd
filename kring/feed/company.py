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

from kring.feed.near import Near
from kring.feed.policy import Policy
from kring.feed.world import ActView, World
from kring.feed.world.columns import Bools, Floats, Ints, Rows
from kring.feed.world.crowd import HEAT_HOURS, HOUR_MS
from kring.feed.world.kinds import COMMENTS, ENGAGES, OPENS, PUBLIC_ACTS
from kring.network.graph import distinct

# What an act of each kind shows, as bits.
_ENGAGED, _COMMENTED, _PUBLIC = 1, 2, 4
_DOES = (ENGAGES * _ENGAGED | COMMENTS * _COMMENTED | PUBLIC_ACTS * _PUBLIC).astype(np.uint8)


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
    others = np.flatnonzero(found.actor != me)
    if not others.size:
        return Company(found.actor[:0], none, none, none)
    actor = found.actor.take(others)
    people = distinct(actor)
    who = np.searchsorted(people, actor)
    place = np.searchsorted(mine.row, found.row.take(others))
    rarity = (1.0 / np.log2(2.0 + world.posts.crowd.openers.view.take(mine.row))).take(place)
    opened = world.acts.opened_by.view.take(people).astype(np.float64)
    size = np.sqrt(np.maximum(opened, 1.0) * len(mine.row)) + rules.alike_kappa
    first = found.at_ms.take(others) < mine.at_ms.take(place)
    both = found.engaged.take(others) & mine.engaged.take(place)
    return Company(
        people=people,
        alike=np.bincount(who, rarity) / size,
        leads=np.bincount(who, first) / (opened + rules.leads_kappa),
        alike_engaged=np.bincount(who, rarity * both) / size,
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
    rows = acts.post_row.take(newest_first)
    order = np.argsort(rows, kind="stable")
    rows, ordered = rows.take(order), newest_first.take(order)
    starts = np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]])[: rows.size])
    if not starts.size:
        return Opened(rows, newest_first, np.zeros(0, dtype=np.bool_))
    first = np.minimum.reduceat(acts.at_ms.take(ordered), starts)
    engaged = np.logical_or.reduceat(ENGAGES.take(acts.kind.take(ordered)), starts)
    last = order.take(starts)
    kept = np.sort(np.argsort(last, kind="stable")[:most])
    return Opened(rows.take(starts[kept]), first[kept], engaged[kept])


def openers(world: World, posts: Rows, each: int, among: Bools | None = None) -> Openers:
    """The people who opened each of these posts, of the newest `each` acts on each.

    among: by number of a person, whether they are asked for; everybody, when not given
    """
    table = world.acts
    rows = table.by_post.newest(posts, each)
    kind, actor = table.kind.view.take(rows), table.actor.view.take(rows)
    asked = OPENS.take(kind) & ~table.removed.view.take(rows)
    chosen = np.flatnonzero(asked if among is None else asked & among.take(actor))
    rows, kind, actor = rows.take(chosen), kind.take(chosen), actor.take(chosen)
    pairs = table.post_row.view.take(rows).astype(np.int64) << 32 | actor
    order = np.argsort(pairs, kind="stable")
    rows, pairs = rows.take(order), pairs.take(order)
    starts = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]])[: pairs.size])
    if not starts.size:
        none = np.zeros(0, dtype=np.int32)
        never = none.astype(np.bool_)
        return Openers(none, none, none.astype(np.int64), never, never, never)
    pairs = pairs.take(starts)
    does = np.bitwise_or.reduceat(_DOES.take(kind.take(order)), starts)
    return Openers(
        row=(pairs >> 32).astype(np.int32),
        actor=pairs.astype(np.int32),
        at_ms=np.minimum.reduceat(table.at_ms.view.take(rows), starts),
        engaged=(does & _ENGAGED) != 0,
        commented=(does & _COMMENTED) != 0,
        public=(does & _PUBLIC) != 0,
    )


def drawn_to(
    world: World, company: Company, near: Near | None, posts: Rows, *, now_ms: int, policy: Policy
) -> Drawn:
    """What the company did with each of these posts.

    posts: rows, each once is enough. Where people know each other, what fewer than `fewest` of
    them did in private counts for nothing: one person's reading must not show in somebody else's
    page.
    """
    rules, wanted = policy.company, distinct(posts)
    place = np.searchsorted(wanted, posts)
    found = openers(world, wanted, rules.openers_each, None if near is None else near.counting)
    theirs = world.posts.author.view.take(found.row)
    counts = (found.actor != theirs) & (found.at_ms <= now_ms)
    if not counts.all():
        found = found.only(counts)
    at = np.searchsorted(wanted, found.row)
    who, alike = _places(found.actor, company.people)
    weight = np.ones(at.size) if near is None else near.weight_of(found.actor)
    if near is not None or len(world.connections):
        among = at if near is not None else at[alike]
        enough = np.bincount(among, minlength=wanted.size) >= rules.fewest
        weight *= enough[at] | found.public
    hours = (now_ms - found.at_ms) / HOUR_MS

    def total(at: Ints, weights: Floats) -> Floats:
        sums = np.bincount(at, weights, minlength=wanted.size).take(place)
        return np.asarray(sums, dtype=np.float64)

    crowd = None
    if near is not None:
        heat = [total(at, weight * np.exp2(-hours / half)) for half in HEAT_HOURS]
        crowd = NearCrowd(
            heat=np.stack(heat, axis=1),
            openers=total(at, weight),
            engaged=total(at, weight * found.engaged),
            commenters=total(at, weight * found.commented),
        )
    who, where, mass = who.take(alike), at.take(alike), weight.take(alike)
    likeness, leads = mass * company.alike[who], mass * company.leads[who]
    engaged = mass * company.alike_engaged[who] * found.engaged[alike]

    def people(weights: Floats) -> Ints:
        return np.asarray(np.bincount(where[weights > 0], minlength=wanted.size).take(place))

    return Drawn(
        alike=total(where, likeness),
        alike_lately=total(where, likeness * np.exp2(-hours[alike] / rules.lately_hours)),
        leads=total(where, leads),
        alike_engaged=total(where, engaged),
        alike_people=people(likeness),
        leading=people(leads),
        engaging=people(engaged),
        near=crowd,
    )


def _places(values: Rows, keys: Rows) -> tuple[Ints, Ints]:
    """Where each value stands among ascending keys, and which values do."""
    if not keys.size:
        return np.zeros(len(values), dtype=np.int64), np.zeros(0, dtype=np.int64)
    place = np.searchsorted(keys, values)
    place[place == keys.size] = 0
    return place, np.flatnonzero(keys[place] == values)
