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
from kring.feed.world.columns import Floats, Ints, Rows
from kring.feed.world.crowd import HOUR_MS
from kring.feed.world.kinds import ENGAGES, OPENS
from kring.network.graph import distinct


class Company(NamedTuple):
    """Weights per number of a person, dense; 0 for whoever shares nothing with the viewer.

    alike: cosine in [0, 1]; leads: share in [0, 1]; alike_engaged: by what both did more with
    """

    alike: Floats
    leads: Floats
    alike_engaged: Floats


class Drawn(NamedTuple):
    """Per candidate: what the company does with it. Sums over people who opened it."""

    alike: Floats
    alike_lately: Floats
    leads: Floats
    alike_engaged: Floats


def company_of(world: World, me: int, acts: ActView, policy: Policy) -> Company:
    """Who opens what the viewer opens, from the viewer's last posts and their last openers."""
    rules, people = policy.company, len(world.people)
    nobody = Company(np.zeros(people), np.zeros(people), np.zeros(people))
    chosen = np.flatnonzero(OPENS[acts.kind] & (acts.post_row >= 0))
    chosen = chosen[~world.posts.removed.view[acts.post_row[chosen]]]
    if not chosen.size:
        return nobody
    _, last = np.unique(acts.post_row[chosen][::-1], return_index=True)
    mine = np.sort(chosen.size - 1 - last)[-rules.posts_read :]
    posts, mine_ms = _first_opened(acts, chosen, acts.post_row[chosen[mine]])
    row, actor, at_ms, engaged = openers(world, posts, rules.openers_each)
    others = actor != me
    row, actor, at_ms, engaged = row[others], actor[others], at_ms[others], engaged[others]
    if not row.size:
        return nobody
    rarity = 1.0 / np.log2(2.0 + world.posts.crowd.openers.view[row])
    place = np.searchsorted(posts, row)
    opened = np.maximum(world.acts.opened_by.view, 1.0)
    size = np.sqrt(np.pad(opened, (0, people - len(opened)), constant_values=1.0) * len(posts))
    shared = np.bincount(actor, rarity, minlength=people)
    both_engaged = engaged & np.isin(row, acts.post_row[chosen][ENGAGES[acts.kind[chosen]]])
    earlier = np.bincount(actor[at_ms < mine_ms[place]], minlength=people)
    return Company(
        alike=shared / (size + rules.alike_kappa),
        leads=earlier / (np.pad(opened, (0, people - len(opened))) + rules.leads_kappa),
        alike_engaged=np.bincount(actor[both_engaged], rarity[both_engaged], minlength=people)
        / (size + rules.alike_kappa),
    )


def _first_opened(acts: ActView, chosen: np.ndarray, posts: Rows) -> tuple[Rows, Ints]:  # type: ignore[type-arg]
    """The posts in ascending order, and when the viewer first opened each."""
    wanted = distinct(posts)
    rows, at_ms = acts.post_row[chosen], acts.at_ms[chosen]
    place = np.searchsorted(wanted, rows)
    place[place == wanted.size] = 0
    held = wanted[place] == rows
    first = np.full(wanted.size, np.iinfo(np.int64).max)
    np.minimum.at(first, place[held], at_ms[held])
    return wanted, first


class Openers(NamedTuple):
    """One entry per post and person: who opened it first when, and whether they did more."""

    row: Rows
    actor: Rows
    at_ms: Ints
    engaged: np.ndarray[tuple[int], np.dtype[np.bool_]]


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
        return Openers(none, none, none.astype(np.int64), none.astype(np.bool_))
    return Openers(
        row=(pairs[starts] >> 32).astype(np.int32),
        actor=(pairs[starts] & 0xFFFFFFFF).astype(np.int32),
        at_ms=np.minimum.reduceat(table.at_ms.view[rows][order], starts),
        engaged=np.logical_or.reduceat(ENGAGES[kind][order], starts),
    )


def drawn_to(world: World, company: Company, posts: Rows, now_ms: int, policy: Policy) -> Drawn:
    """What the company did with each of these posts. posts: rows, each once is enough."""
    rules = policy.company
    wanted, place = np.unique(posts, return_inverse=True)
    row, actor, at_ms, _ = found = openers(world, wanted, rules.openers_each)
    foreign = (actor != world.posts.author.view[row]) & (at_ms <= now_ms)
    at = np.searchsorted(wanted, row[foreign])
    actor, hours = actor[foreign], (now_ms - at_ms[foreign]) / HOUR_MS
    recent = np.exp2(-hours / rules.lately_hours)

    def total(weights: Floats) -> Floats:
        sums = np.bincount(at, weights, minlength=wanted.size)
        return np.asarray(sums[place])

    alike = company.alike[actor]
    return Drawn(
        alike=total(alike),
        alike_lately=total(alike * recent),
        leads=total(company.leads[actor]),
        alike_engaged=total(company.alike_engaged[actor] * found.engaged[foreign]),
    )
