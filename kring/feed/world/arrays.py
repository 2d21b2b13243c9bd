"""A world as named arrays and back, so that it can lie in a file and be shared between processes.

Everything that is held goes by the names of the attributes that hold it: a table that gets another
column has another layout, and a file of the old one does not fit any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kring.feed.world.columns import Column, GroupedRows, IdIndex
from kring.feed.world.state import World
from kring.network.graph import Graph

Array = NDArray[Any]


def columns_of(world: World) -> dict[str, Column[Any]]:
    """All growable columns, by name."""
    return {
        f"{part}.{name}": value
        for part, holder in _parts(world)
        for name, value in vars(holder).items()
        if isinstance(value, Column)
    }


def to_arrays(world: World) -> dict[str, Array]:
    """Everything a world knows. Puts its indexes in order first; the arrays are its own."""
    found = {name: column.view for name, column in columns_of(world).items()}
    for part, holder in _parts(world):
        for name, value in vars(holder).items():
            if isinstance(value, GroupedRows):
                value.settle()
                found[f"{part}.{name}.order"], found[f"{part}.{name}.start"] = value.arrays()
            elif isinstance(value, int):
                found[f"{part}.{name}"] = np.array([value], dtype=np.int64)
        if isinstance(holder, IdIndex):
            found[f"{part}.sorted"], found[f"{part}.numbers"] = holder.arrays()
    found["acts.early"] = np.array([*world.acts.early], dtype=np.int64)
    for name, ids in _sets(world).items():
        found[name] = np.array(sorted(ids), dtype=np.int64)
    people, starts, targets = world.connections.arrays()
    found |= {"graph.ids": people, "graph.starts": starts, "graph.targets": targets}
    return found


def from_arrays(arrays: Mapping[str, Array], lengths: Mapping[str, int]) -> World:
    """The world that these arrays say. It writes in them, and goes on behind their lengths.

    lengths: rows that are filled, of columns that have room for more
    Raises KeyError or ValueError when they are of another layout.
    """
    world = World()
    for name, column in columns_of(world).items():
        column.adopt(arrays[name], lengths[name])
    for part, holder in _parts(world):
        for name, value in list(vars(holder).items()):
            if isinstance(value, GroupedRows):
                value.adopt(arrays[f"{part}.{name}.order"], arrays[f"{part}.{name}.start"])
            elif isinstance(value, int):
                setattr(holder, name, int(arrays[f"{part}.{name}"][0]))
        if isinstance(holder, IdIndex):
            holder.adopt(arrays[f"{part}.sorted"], arrays[f"{part}.numbers"])
    world.acts.early.update(dict.fromkeys(arrays["acts.early"].tolist()))
    for name, ids in _sets(world).items():
        ids.update(arrays[name].tolist())
    world.connections = Graph.from_arrays(
        arrays["graph.ids"], arrays["graph.starts"], arrays["graph.targets"]
    )
    return world


def _parts(world: World) -> Iterator[tuple[str, Any]]:
    posts = world.posts
    yield from (
        ("world", world), ("people", world.people), ("posts", posts), ("index", posts.index),
        ("topic_ids", posts.topic_ids), ("crowd", posts.crowd), ("texts", posts.texts),
        ("mentions", posts.mentions), ("exposures", world.exposures), ("acts", world.acts),
        ("follows", world.follows),
    )  # fmt: skip


def _sets(world: World) -> dict[str, set[int]]:
    return {
        "world.home_only": world._home_only,
        "world.limited": world._limited,
        "world.gone": world.gone,
    }
