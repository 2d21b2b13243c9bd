"""Writes a synthetic community into an empty SQLite database, as fast as it will go.

Indexes are dropped and made again afterwards, foreign keys are not checked and nothing waits for
the disk: none of which is for a database that anybody cares about.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import Any

import numpy as np
from django.db import connection, models

from kring.core.html import render_markdown
from kring.members.models import Account, Community, Identity
from kring.network.models import Connection
from kring.posts.models import Post, PostTopic, Reaction, ReactionKind, Topic
from kring.project.bench.crowd import DAY_MS, TEXTS, TOPICS, Crowd, Ints

CHUNK = 200_000
FILLER = (
    "letter fund question answer meeting rule number person screen month year plan tested "
    "found wrote asked again later simple better colleague because"
)
Columns = dict[str, Any]
Tell = Callable[[str], None]


def write(crowd: Crowd, *, tell: Tell) -> None:
    """Fill the database. tell: hears the name of each table before it is written."""
    connection.ensure_connection()
    raw: sqlite3.Connection = connection.connection
    tables = [model._meta.db_table for model in (Connection, Post, PostTopic, Reaction)]
    indexes = _indexes(raw, tables)
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute("PRAGMA synchronous=OFF")
    raw.execute("PRAGMA cache_size=-1000000")
    raw.execute("BEGIN IMMEDIATE")
    for name, _ in indexes:
        raw.execute(f'DROP INDEX "{name}"')
    for model, columns, count in _tables(crowd):
        tell(model._meta.db_table)
        _insert(raw, model, columns, count)
    tell("indexes")
    for _, statement in indexes:
        raw.execute(statement)
    raw.execute("COMMIT")
    raw.execute("ANALYZE")
    connection.close()


def _indexes(raw: sqlite3.Connection, tables: Sequence[str]) -> list[tuple[str, str]]:
    marks = ",".join("?" * len(tables))
    asked = f"SELECT name, sql FROM sqlite_master WHERE tbl_name IN ({marks}) AND type='index'"  # noqa: S608
    return [(name, sql) for name, sql in raw.execute(asked, tables) if sql]


def _insert(
    raw: sqlite3.Connection, model: type[models.Model], columns: Columns, count: int
) -> None:
    """Insert `count` rows; a column is an array, a list or one value for all rows."""
    given = {field.column: _of(field, columns) for field in model._meta.concrete_fields
             if field.name in columns or not isinstance(field, models.AutoField)}  # fmt: skip
    names = ", ".join(f'"{name}"' for name in given)
    marks = ", ".join("?" * len(given))
    statement = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})'  # noqa: S608
    for start in range(0, count, CHUNK):
        end = min(start + CHUNK, count)
        raw.executemany(statement, zip(*(_slice(v, start, end) for v in given.values()),
                                       strict=True))  # fmt: skip


def _of(field: models.Field[Any, Any], columns: Columns) -> Any:
    return columns[field.name] if field.name in columns else field.get_default()


def _slice(value: Any, start: int, end: int) -> Iterator[Any]:
    if isinstance(value, np.ndarray):
        return iter(value[start:end].tolist())
    if isinstance(value, list):
        return iter(value[start:end])
    return repeat(value, end - start)


def _moments(ms: Ints) -> list[str]:
    """As Django writes them into SQLite."""
    texts = np.datetime_as_string(ms.astype("datetime64[ms]"), unit="ms")
    return np.strings.replace(texts, "T", " ").tolist()  # type: ignore[no-any-return]


def _ids_or_none(ids: Ints, place: Ints) -> list[int | None]:
    found: list[int] = ids[place].tolist()
    return [id_ if at >= 0 else None for id_, at in zip(found, place.tolist(), strict=True)]


def _tables(crowd: Crowd) -> Iterator[tuple[type[models.Model], Columns, int]]:
    yield Community, {"id": 1, "name": "Bench", "sample": "bench"}, 1
    yield _accounts(crowd)
    yield _people(crowd)
    since = _moments(np.array([crowd.now_ms - 200 * DAY_MS]))[0]
    owner, other = crowd.member[crowd.owner], crowd.member[crowd.other]
    yield Connection, {"owner": owner, "other": other, "since": since}, len(owner)
    yield _posts(crowd)
    names = [f"topic{number}" for number in range(TOPICS)]
    yield Topic, {"id": np.arange(1, TOPICS + 1), "name": names}, TOPICS
    held = {"topic": crowd.topic + 1, "post": crowd.post[crowd.topic_post]}
    yield PostTopic, held, len(crowd.topic)
    reactions = {
        "id": crowd.reaction,
        "post": crowd.post[crowd.reacted_post],
        "by": crowd.member[crowd.reacted_by],
        "kind": [ReactionKind.HELPED.value if id_ % 6 == 0 else ReactionKind.LIKE.value
                 for id_ in crowd.reaction.tolist()],
        "created_at": _moments(crowd.reacted_ms),
    }  # fmt: skip
    yield Reaction, reactions, len(crowd.reaction)


def _accounts(crowd: Crowd) -> tuple[type[models.Model], Columns, int]:
    """Whoever is measured can sign in."""
    viewers = sorted({who for found in crowd.viewers.values() for who in found})
    columns = {
        "id": crowd.member[viewers],
        "password": "!",
        "email": [f"bench{who}@kring.invalid" for who in viewers],
        "asked_name": "",
        "created_at": _moments(crowd.now_ms - 400 * DAY_MS + np.zeros(len(viewers), np.int64)),
    }
    return Account, columns, len(viewers)


def _people(crowd: Crowd) -> tuple[type[models.Model], Columns, int]:
    count = len(crowd.member)
    accounts: list[int | None] = [None] * count
    for found in crowd.viewers.values():
        for who in found:
            accounts[who] = int(crowd.member[who])
    columns = {
        "id": crowd.member,
        "handle": [f"member{number}" for number in range(count)],
        "name": [f"Member {number}" for number in range(count)],
        "headline": "Measures things",
        "is_sample": True,
        "created_at": _moments(crowd.now_ms - 400 * DAY_MS + np.arange(count) * 1000),
        "account": accounts,
    }
    return Identity, columns, count


def _posts(crowd: Crowd) -> tuple[type[models.Model], Columns, int]:
    texts, htmls, words = _texts()
    variant = crowd.variant.tolist()
    thread = np.where(crowd.answered >= 0, crowd.answered, np.arange(len(crowd.post)))
    shared = _ids_or_none(crowd.post, crowd.origin)
    columns = {
        "id": crowd.post,
        "author": crowd.member[crowd.author],
        "created_at": _moments(crowd.created_ms),
        "text": [texts[one] for one in variant],
        "html": [htmls[one] for one in variant],
        "words": words[crowd.variant],
        "language": "en",
        "thread": crowd.post[thread],
        "in_reply_to": _ids_or_none(crowd.post, crowd.answered),
        "repost_of": shared,
        "origin": shared,
    }
    return Post, columns, len(crowd.post)


def _texts() -> tuple[list[str], list[str], Ints]:
    """The few wordings that all posts share, rendered once."""
    rng = np.random.default_rng(1)
    words = rng.integers(8, 90, TEXTS)
    texts = [" ".join(rng.choice(FILLER.split(), count)).capitalize() + "." for count in words]
    return texts, [render_markdown(text) for text in texts], words
