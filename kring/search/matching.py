"""From words to people: postings as columns of ids and points, in the order nobody relies on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kring.search import postings
from kring.search.models import Field, Kind
from kring.search.postings import Ints
from kring.search.question import Question, Wanted
from kring.search.trigrams import similar_words

# Points of a word by the field it stands in, and how well it fits, in hundredths.
POINTS = {
    Field.NAME: 100,
    Field.HANDLE: 90,
    Field.SKILL: 80,
    Field.HEADLINE: 70,
    Field.POSITION: 60,
    Field.CITY: 50,
}
BEGINS, BY_SLIPS = 75, (100, 60, 45)
# A name typed in full, and particles typed as the name has them.
WHOLE_NAME, JOINT = 40, 15
FEW = 400
# Two letters begin half of all words: they are looked for in names.
SHORT = 2
_LAST = "\U0010ffff"
_IN_NAMES = f" AND posting.field IN ({int(Field.NAME)}, {int(Field.HANDLE)})"
_POINTS = np.array([POINTS.get(Field(at), 0) for at in range(len(Field))], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Matches:
    """Ascending ids, and the points of each."""

    ids: Ints
    points: Ints

    def among(self, ids: Ints) -> NDArray[np.bool_]:
        """Who of them is one of these."""
        chosen = np.zeros(self.ids.size, np.bool_)
        if self.ids.size:
            place = np.searchsorted(self.ids, ids)
            place[place == self.ids.size] = 0
            chosen[place[self.ids[place] == ids]] = True
        return chosen

    def only(self, kept: NDArray[np.bool_]) -> Matches:
        return Matches(self.ids[kept], self.points[kept])


NOBODY = Matches(np.zeros(0, np.int64), np.zeros(0, np.int64))


def wanted_words(question: Question, *, widely: bool) -> list[Wanted]:
    """What will do for each word: itself, and for the last one, which may be still being typed,
    also what begins with it. Widely: for each also what begins with it or is nearly the same."""
    joint = question.joint
    wanted = [
        Wanted(word, near={joint[word][0]: 0} if word in joint else {}) for word in question.words
    ]
    if wanted and not question.exact:
        wanted[-1] = replace(wanted[-1], begins=True)
    if not widely:
        return wanted
    return [
        replace(
            one,
            begins=len(one.word) > SHORT,
            near={key: slips for _term, key, slips in similar_words(one.word)} | dict(one.near),
        )
        for one in wanted
    ]


def matches(question: Question, wanted: Sequence[Wanted]) -> Matches:
    """Everybody who has all the words and all that was chosen. A query or two for each."""
    found: list[Matches] = []
    # The longest first, which few people have: of the others only those few are read.
    for one in sorted(wanted, key=lambda one: -len(one.word)):
        few = min((part.ids for part in found), key=len, default=None)
        among = few if few is not None and few.size <= FEW else None
        found.append(_of_word(one, among, named=question.named))
    for kind, key in question.chosen.items():
        found.append(_having(f"term.kind = {int(kind)} AND term.key = %s", [key], 0))
    if not found:
        return NOBODY
    both, *others = sorted(found, key=lambda part: part.ids.size)
    for other in others:
        both = _in_both(both, other)
    # Of many words each counts less, so that points mean the same in every question.
    both = Matches(both.ids, both.points // max(len(wanted), 1))
    return _with_extra(both, question)


def organisations(among: Ints) -> Ints:
    """The organisations, of which these are all that matter. 1 query."""
    only = _only(among) if among.size <= FEW else ""
    ids, _fields = postings.read(f"term.kind = {int(Kind.ORGANISATION)}", [], only)
    return ids


def _of_word(wanted: Wanted, among: Ints | None, *, named: bool) -> Matches:
    """Who has a word that will do; among: of these alone; named: in names and handles alone."""
    word, parts = wanted.word, []
    only = ("" if among is None else _only(among)) + (_IN_NAMES if named else "")
    if wanted.begins:
        short = _IN_NAMES if len(word) <= SHORT else ""
        where = "term.kind = 0 AND term.key > %s AND term.key < %s"
        parts.append(_having(where, [word, word + _LAST], BEGINS, short + only))
    for slips in range(len(BY_SLIPS)):
        keys = sorted({key for key, at in {**wanted.near, word: 0}.items() if at == slips})
        if keys:
            marks = ",".join(["%s"] * len(keys))
            where = f"term.kind = 0 AND term.key IN ({marks})"
            parts.append(_having(where, keys, BY_SLIPS[slips], only))
    return _any(parts)


def _only(ids: Ints) -> str:
    """A condition; ids are whole numbers of our own."""
    return f" AND posting.identity_id IN ({','.join(map(str, ids.tolist())) or '0'})"


def _with_extra(found: Matches, question: Question) -> Matches:
    """More points for a name typed in full, and for its particles. 2 queries at most."""
    extra = []
    if question.whole_name:
        where = f"term.kind = {int(Kind.NAME)} AND term.key = %s"
        extra.append((postings.read(where, [question.whole_name]), WHOLE_NAME))
    if question.joint:
        marks = ",".join(["%s"] * len(question.joint))
        where, in_names = f"term.kind = 0 AND term.key IN ({marks})", int(Field.NAME)
        shorts = [short for _full, short in question.joint.values()]
        named = postings.read(where, shorts, f" AND posting.field = {in_names}")
        extra.append((named, JOINT))
    points = found.points
    for (ids, _fields), more in extra:
        points = points + more * np.isin(found.ids, ids)
    return Matches(found.ids, points)


def _having(where: str, values: Sequence[str], quality: int, only: str = "") -> Matches:
    """Whoever has a posting that fits, with the points of their best field."""
    ids, fields = postings.read(where, values, only)
    return _any([Matches(ids, _POINTS[fields] * quality // 100)])


def _in_both(few: Matches, many: Matches) -> Matches:
    """Whoever is in both, with the points of both."""
    place = np.searchsorted(many.ids, few.ids)
    place[place == many.ids.size] = 0
    there = many.ids[place] == few.ids if many.ids.size else np.zeros(few.ids.size, np.bool_)
    return Matches(few.ids[there], few.points[there] + many.points[place[there]])


def _any(parts: Iterable[Matches]) -> Matches:
    """Whoever is in any of the parts, with their most points."""
    listed = [part for part in parts if part.ids.size]
    if not listed:
        return NOBODY
    ids = np.concatenate([part.ids for part in listed])
    points = np.concatenate([part.points for part in listed])
    if (ids[1:] > ids[:-1]).all():
        return Matches(ids, points)
    order = np.lexsort((points, ids))
    ids, points = ids[order], points[order]
    last = np.ones(ids.size, np.bool_)
    np.not_equal(ids[1:], ids[:-1], out=last[:-1])
    return Matches(ids[last], points[last])
