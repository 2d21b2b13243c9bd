"""The shapes by which a community is told from an invented one: numbers, without a database.

Counts are per person or post, zeros included unless said. References: the Deskdrop log of a
company's article-sharing site, and the LDBC benchmark's graph of acquaintances.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np

# Deskdrop's people worked in Brazil.
BRAZIL = timedelta(hours=-3)


def gini(counts: Iterable[int]) -> float:
    """0 when all have the same, near 1 when one has everything."""
    values = np.sort(np.array(list(counts), dtype=float))
    n = len(values)
    return float((2 * np.arange(1, n + 1) - n - 1) @ values / (n * values.sum()))


def per(keys: Iterable[object], of: Collection[object]) -> list[int]:
    """How often each of `of` occurs among the keys."""
    known = Counter(keys)
    return [known[one] for one in of]


def tail_distance(one: Iterable[int], other: Iterable[int]) -> float:
    """The largest gap between the two shares of those above x times their mean, over all x."""
    a, b = (np.array(list(values), dtype=float) for values in (one, other))
    a, b = np.sort(a / a.mean()), np.sort(b / b.mean())
    at = np.concatenate([a, b])
    above = [1 - np.searchsorted(values, at, side="right") / len(values) for values in (a, b)]
    return float(np.abs(above[0] - above[1]).max())


def degrees(pairs: Iterable[tuple[int, int]]) -> list[int]:
    return list(Counter(end for pair in pairs for end in pair).values())


def clustering(pairs: Iterable[tuple[int, int]]) -> float:
    """The mean share of anybody's acquaintances who know each other (Watts and Strogatz)."""
    known: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        known[one].add(other)
        known[other].add(one)
    shares = [
        sum(b in known[a] for a, b in combinations(sorted(mine), 2))
        / (len(mine) * (len(mine) - 1) / 2)
        for mine in known.values()
        if len(mine) > 1
    ]
    return float(np.mean(shares))


def by_hour(moments: Collection[datetime]) -> np.ndarray:
    """The share of each hour of the day; shape (24,)."""
    hours = Counter(moment.hour for moment in moments)
    return np.array([hours[hour] for hour in range(24)]) / len(moments)


def weekend(moments: Collection[datetime]) -> float:
    return sum(moment.weekday() >= 5 for moment in moments) / len(moments)


def ldbc_pairs(folder: Path) -> list[tuple[int, int]]:
    with (folder / "dynamic" / "person_knows_person_0_0.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.reader(file, delimiter="|") if row[0].isdigit()]
    return sorted({(min(int(a), int(b)), max(int(a), int(b))) for a, b, *_since in rows})


class LdbcTexts:
    """Posts per person, and comments per post that has words, of the LDBC graph."""

    def __init__(self, folder: Path) -> None:
        posts = self._rows(folder / "dynamic" / "post_0_0.csv")
        comments = self._rows(folder / "dynamic" / "comment_0_0.csv")
        people = [row["id"] for row in self._rows(folder / "dynamic" / "person_0_0.csv")]
        self.posts_per_person = per((row["creator"] for row in posts), people)
        above = {row["id"]: row["replyOfComment"] or row["replyOfPost"] for row in comments}
        roots = []
        for row in comments:
            root = row["id"]
            while root in above:
                root = above[root]
            roots.append(root)
        self.comments_per_text = per(roots, [row["id"] for row in posts if row["content"]])

    @staticmethod
    def _rows(path: Path) -> list[dict[str, str]]:
        with path.open(encoding="utf-8") as file:
            return list(csv.DictReader(file, delimiter="|"))


class Deskdrop:
    """Reads, reactions and comments as (person, article) and when, from the log."""

    RESPONSES = ("LIKE", "BOOKMARK", "COMMENT CREATED", "FOLLOW")

    def __init__(self, folder: Path) -> None:
        with gzip.open(folder / "interactions.csv.gz", "rt", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.moments = [
            datetime.fromtimestamp(int(row["timestamp"]), tz=UTC) + BRAZIL for row in rows
        ]
        self.articles = sorted({row["content_id"] for row in rows})
        self.people = sorted({row["person_id"] for row in rows})
        self._pairs: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for row in rows:
            self._pairs[row["event_type"]].add((row["person_id"], row["content_id"]))

    def pairs(self, *kinds: str) -> set[tuple[str, str]]:
        return set().union(*(self._pairs[kind] for kind in kinds))

    def per_article(self, *kinds: str) -> list[int]:
        return per((article for _person, article in self.pairs(*kinds)), self.articles)

    def per_person(self, *kinds: str) -> list[int]:
        return per((person for person, _article in self.pairs(*kinds)), self.people)
