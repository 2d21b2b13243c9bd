"""Words that are nearly the same, found by trigrams: FTS5 on SQLite, pg_trgm on PostgreSQL.

A word is cut into pieces so far apart that one slip of the pen (a letter more, less, other, or two
exchanged) cannot touch two of them. With one piece more than slips are allowed, whatever is within
reach has at least one piece as it was typed. The first piece is the beginning of the word, which an
index of whole words finds; the others are found by their trigrams. The database may bring words
that are further away; which are near is decided here, so that both databases give the same answer.
"""

from __future__ import annotations

from django.db import connection
from rapidfuzz import process
from rapidfuzz.distance import OSA

from kring.search.models import Kind

# Of trigrams that follow each other: two letters exchanged are in four of them.
TOUCHED_BY_A_SLIP = 4
MOST = 50
_LAST = "\U0010ffff"
_TABLE = "search_term_trigrams"


def slips_allowed(word: str) -> int:
    """How many slips of the pen a word may hold: none in short ones and in numbers.

    None outside a-z: what a letter is there, PostgreSQL decides by its locale.
    """
    if len(word) < 4 or word.isdigit() or not word.isascii():
        return 0
    return 1 if len(word) < 8 else 2


def similar_words(word: str) -> list[tuple[int, str, int]]:
    """(term, word, slips) of the known words nearest to `word`, itself included. 1 query.

    By slips, then alphabetically; at most `MOST`.
    """
    slips = slips_allowed(word)
    if not slips:
        return []
    found = _on_postgres if connection.vendor == "postgresql" else _on_sqlite
    known = {key: term for term, key in found(word, slips) if key.isascii()}
    near = process.extract(word, list(known), scorer=OSA.distance, score_cutoff=slips, limit=None)
    kept = sorted((distance, key) for key, distance, _at in near)
    return [(known[key], key, int(distance)) for distance, key in kept[:MOST]]


def trigrams_there() -> bool:
    """Whether the database can cut words into trigrams. 1 query."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        return cursor.fetchone() is not None


def pieces(word: str, slips: int) -> list[str]:
    """The pieces of which one is left by so many slips, in order, with two spaces before the word
    and one behind."""
    padded = f"  {word} "
    many = len(padded) - 2
    free = many - (TOUCHED_BY_A_SLIP - 1) * slips
    found, at = [], 0
    for left in range(slips + 1, 0, -1):
        # The most for the first: so many words begin alike.
        size = -(-free // left)
        found.append(padded[at : at + size + 2])
        at, free = at + size + TOUCHED_BY_A_SLIP - 1, free - size
    return found


def _on_sqlite(word: str, slips: int) -> list[tuple[int, str]]:
    first, *others = pieces(word, slips)
    asked = " OR ".join(
        "(" + " AND ".join(f'"{piece[at : at + 3]}"' for at in range(len(piece) - 2)) + ")"
        for piece in others
    )
    statement = f"""
        SELECT id, key FROM search_term
        WHERE kind = %s AND key >= %s AND key < %s AND length(key) BETWEEN %s AND %s
        UNION
        SELECT id, key FROM search_term
        WHERE id IN (SELECT rowid FROM {_TABLE} WHERE {_TABLE} MATCH %s)
        AND length(key) BETWEEN %s AND %s
    """  # noqa: S608
    begins, bounds = first.strip(), (len(word) - slips, len(word) + slips)
    values: list[int | str] = [int(Kind.WORD), begins, begins + _LAST, *bounds, asked, *bounds]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _on_postgres(word: str, slips: int) -> list[tuple[int, str]]:
    first, *others = pieces(word, slips)
    likely = " OR ".join(["key LIKE %s"] * len(others))
    statement = f"""
        SELECT id, key FROM search_term
        WHERE kind = %s AND key >= %s AND key < %s AND length(key) BETWEEN %s AND %s
        UNION
        SELECT id, key FROM search_term
        WHERE kind = {int(Kind.WORD)} AND ({likely}) AND length(key) BETWEEN %s AND %s
    """  # noqa: S608
    begins, bounds = first.strip(), (len(word) - slips, len(word) + slips)
    with connection.cursor() as cursor:
        values: list[int | str] = [int(Kind.WORD), begins, begins + _LAST, *bounds]
        values += [*map(_pattern, others), *bounds]
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _pattern(piece: str) -> str:
    """What is LIKE this holds the piece, at its end where the piece is the end."""
    letters = piece.rstrip(" ").replace("_", r"\_")
    return f"%{letters}" if piece.endswith(" ") else f"%{letters}%"
