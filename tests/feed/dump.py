"""A world said by ids, in an order that does not depend on how it came to be."""

from __future__ import annotations

from typing import Any

import numpy as np

from kring.feed.world import World
from kring.feed.world.columns import Ints, Rows
from kring.feed.world.exposures import STRATA
from kring.feed.world.posts import DAY_MS


def dump(world: World, now_ms: int) -> dict[str, Any]:
    """Every table of it, as of a moment."""
    return {
        "posts": _posts(world, now_ms),
        "community": _community(world),
        "people": _people(world, now_ms),
        "acts": _acts(world),
        "exposures": _exposures(world),
        "ties": _ties(world),
    }


def _ids(world: World, numbers: Rows) -> list[int]:
    ids: Ints = world.people.ids.view
    return [int(ids[number]) if number >= 0 else 0 for number in numbers.tolist()]


def _posts(world: World, now_ms: int) -> dict[int, Any]:
    posts, table = world.posts, world.exposures
    heat = posts.crowd.heat_at(np.arange(len(posts)), now_ms)
    authors, origins = _ids(world, posts.author.view), _ids(world, posts.origin_author.view)
    found: dict[int, Any] = {}
    for row, post_id in enumerate(posts.index.ids.view.tolist()):
        told: dict[str, Any] = {
            "author": authors[row],
            "origin": (int(posts.origin_id.view[row]), origins[row]),
            "created": int(posts.created_ms.view[row]),
            "removed": bool(posts.removed.view[row]),
            "words": int(posts.words.view[row]),
            "flags": int(posts.flags.view[row]),
            "topics": _topics(world, row),
            "mentions": sorted(_ids(world, posts.mentions.pairs_of(np.array([row]))[1])),
            "counters": [
                int(column.view[row])
                for column in (posts.responders, posts.commenters, posts.author_answers,
                               posts.crowd.openers, posts.crowd.engaged, posts.crowd.rejecters)
            ],
            "heat": heat[row],
            "text": _text(world, row),
        }  # fmt: skip
        if not told["removed"]:
            previous = int(posts.previous.view[row])
            told |= {
                "kind": int(posts.author_kind.view[row]),
                "audience": int(posts.audience.view[row]),
                "company": int(posts.company_id.view[row]),
                "previous": int(posts.index.ids.view[previous]) if previous >= 0 else 0,
                "seen": [
                    column.view[row].tolist() if row < len(column) else np.zeros(shape).tolist()
                    for column, shape in (
                        (table.sum_observed, STRATA),
                        (table.sum_expected, STRATA),
                        (table.reach, ()),
                    )
                ],
            }  # fmt: skip
        found[post_id] = told
    return found


def _topics(world: World, row: int) -> tuple[list[int], int]:
    numbers = world.posts.topics.view[row]
    ids = world.posts.topic_ids.ids.view[numbers[numbers >= 0]].tolist()
    return ids, int(world.posts.named_topics.view[row])


def _text(world: World, row: int) -> tuple[int, bool, int, list[int]]:
    texts = world.posts.texts
    return (
        int(texts.language.view[row]),
        bool(texts.bait.view[row]),
        int(texts.duplicate_of.view[row]),
        texts.vectors.view[texts.vector_at.view[row]].tolist(),
    )


def _community(world: World) -> dict[str, Any]:
    posts = world.posts
    crowd = posts.crowd
    topics = zip(posts.topic_ids.ids.view.tolist(), posts.posts_on_topic.view, strict=True)
    return {
        "originals": np.trim_zeros(posts.originals_on_day.view, "b").tolist(),
        "responses": np.trim_zeros(posts.responses_on_day.view, "b").tolist(),
        "topics": {topic: int(count) for topic, count in topics if count},
        "crowd": (crowd.all_openers, crowd.all_engaged),
        "first_look": world.exposures.first_ms,
        "home_only": world.home_only_authors().tolist(),
        "gone": sorted(world.gone),
    }


def _people(world: World, now_ms: int) -> dict[int, Any]:
    posts, crowd = world.posts, world.posts.crowd
    everyone = np.arange(len(world.people), dtype=np.int32)
    received = world.acts.responses_in(everyone, now_ms, 7).tolist()
    companies = world.companies(everyone).tolist()
    ids = posts.index.ids.view
    found = {}
    for number, person in enumerate(world.people.ids.view.tolist()):
        told = {
            "responses": received[number],
            "company": companies[number],
            "written": ids[posts.by_author.rows(number)].tolist(),
            "mentioned": sorted(ids[posts.mentions.posts_mentioning(number)].tolist()),
            **{
                name: int(column.view[number]) if number < len(column) else 0
                for name, column in (
                    ("originals", posts.originals_by), ("openers", crowd.author_openers),
                    ("engaged", crowd.author_engaged), ("opened", world.acts.opened_by),
                )
            },
            "done": _acts_of(world, world.acts.by_actor.rows(number)),
            "met": _acts_of(world, world.acts.by_target.rows(number)),
            "saw": world.exposures.post_id.view[world.exposures.by_viewer.rows(number)].tolist(),
        }  # fmt: skip
        if any(told.values()):
            found[person] = told
    return found


def _acts_of(world: World, rows: Rows) -> list[tuple[Any, ...]]:
    """In the order of the rows."""
    acts = world.acts
    return list(
        zip(
            acts.at_ms.view[rows].tolist(),
            acts.kind.view[rows].tolist(),
            _ids(world, acts.actor.view[rows]),
            _ids(world, acts.target.view[rows]),
            acts.post_id.view[rows].tolist(),
            (acts.post_row.view[rows] >= 0).tolist(),
            acts.passed_on.view[rows].tolist(),
            strict=True,
        )
    )


def _acts(world: World) -> list[tuple[Any, ...]]:
    return sorted(_acts_of(world, np.flatnonzero(~world.acts.removed.view).astype(np.int32)))


def _exposures(world: World) -> dict[tuple[int, int], Any]:
    table = world.exposures
    rows = np.flatnonzero(table.viewer.view >= 0)
    pairs = zip(
        _ids(world, table.viewer.view[rows]), table.post_id.view[rows].tolist(), strict=True
    )
    return {
        pair: (
            int(table.at_ms.view[row]), float(table.chance.view[row]),
            float(table.expected.view[row]), bool(table.responded.view[row]),
        )
        for pair, row in zip(pairs, rows.tolist(), strict=True)
    }  # fmt: skip


def _ties(world: World) -> dict[int, Any]:
    found = {}
    for person in world.people.ids.view.tolist():
        told = (
            world.connections.neighbours(person).tolist(),
            world.follows.of(person).tolist(),
            world.follows.to(person).tolist(),
        )
        if any(told):
            found[person] = told
    return found


__all__ = ["DAY_MS", "dump"]
