"""Words as they are compared: without case, accents and punctuation, the same on every database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Letters that NFKD does not take apart.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)
_WORD = re.compile(r"[^\W_]+")
LONGEST = 40


def fold(text: str) -> str:
    """`text` in small letters without accents: "Şahin-Løken" gives "sahin-loken"."""
    if text.isascii():
        return text.lower()
    # Taken apart first: of letters in another dress, such as 𝑨, the plain one has a case.
    small = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    apart = unicodedata.normalize("NFKD", small)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def words(text: str) -> list[str]:
    """The folded words of `text` in order; of each at most its first `LONGEST` letters."""
    return [found[:LONGEST] for found in _WORD.findall(fold(text))]


def spans(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, folded word) of each word as it stands in `text`, for showing what matched."""
    # Marks written apart from their letter belong to its word.
    for found in re.finditer(r"(?:[^\W_][\u0300-\u036f]*)+", text):
        folded = words(found[0])
        if folded:
            yield found.start(), found.end(), "".join(folded)


def whole(text: str) -> str:
    """A skill, company or city as one folded value: "  Den  Haag " gives "den haag"."""
    return " ".join(words(text))[:100]
