"""An author's own words, and the same words in a form in which copies look alike."""

from __future__ import annotations

import re
import unicodedata

# Long texts are looked at from the beginning; a post may have 10,000 characters.
MAX_CHARACTERS = 20_000
MAX_WORDS = 3_000

_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
_QUOTE = re.compile(r"^ {0,3}>.*$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]\n]{0,300})\]\((?:[^()\s]{0,1000})\)")
_URL = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
# Chinese and Japanese put no spaces between words: each sign counts as one.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
# Letters that look different and mean the same, and that decomposition leaves alone.
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i"})


def own_words(text: str) -> str:
    """The text without what it quotes: whoever quotes to answer neither copies nor says it."""
    return _QUOTE.sub("", _FENCE.sub("", text[:MAX_CHARACTERS])).strip()


def plain(text: str) -> str:
    """The text as read: a link's words without its address, no bare addresses."""
    return _URL.sub(" ", _LINK.sub(r"\1", text[:MAX_CHARACTERS]))


def fold(text: str) -> str:
    """Lower case, without accents, in the letters that a reader takes them for."""
    spread = unicodedata.normalize("NFKD", text[:MAX_CHARACTERS]).casefold()
    # The accents of European letters alone: in other scripts a mark makes another sound.
    bare = _ACCENTS.sub("", spread)
    return unicodedata.normalize("NFKC", bare.translate(_LETTERS))


def normalised(text: str) -> str:
    """Words with one space between them: alike for texts that differ in case, accents,
    punctuation, layout and addresses alone. Normalising twice changes nothing.
    """
    return " ".join(words(text))


def words(text: str) -> list[str]:
    """The words of `normalised`, at most `MAX_WORDS`."""
    return _WORD.findall(fold(plain(text)))[:MAX_WORDS]
