"""What of somebody matched, as it may be shown: pieces of their own words, marked or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kring.search.fields import Fields
from kring.search.folding import spans
from kring.search.models import Field
from kring.search.question import Question, Wanted, has_chosen, words_of
from kring.search.terms import texts

# A text in order, cut where marking begins or ends; templates escape every piece.
Pieces = tuple[tuple[str, bool], ...]
MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """A field in which something was found. Names and headlines are shown anyway."""

    field: int
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody's name and headline with what matched, and where else it matched.

    instead: for each word that stands there otherwise than it was typed, how it stands there
    """

    name: Pieces
    headline: Pieces
    reasons: tuple[Reason, ...]
    instead: dict[str, str]


def shown(fields: Fields, question: Question, wanted: Sequence[Wanted]) -> Shown | None:
    """How this result is shown; None when, as the profile is now, it is none."""
    if not has_chosen(fields, question.chosen):
        return None
    told = [(field, text) for field, text in texts(fields) if text]
    found = [_words_in(field, text) for field, text in told]
    if not all(any(one.fits(word) for words in found for word in words) for one in wanted):
        return None
    reasons = [
        Reason(field, marked_pieces(text, wanted))
        for (field, text), words in zip(told, found, strict=True)
        if field not in (Field.NAME, Field.HANDLE, Field.HEADLINE)
        and any(one.fits(word) for one in wanted for word in words)
    ]
    return Shown(
        name=marked_pieces(fields.name, wanted),
        headline=marked_pieces(fields.headline, wanted),
        reasons=tuple(reasons[:MOST_REASONS]),
        instead=dict(_instead(found, told, wanted)),
    )


def marked_pieces(text: str, wanted: Sequence[Wanted]) -> Pieces:
    """`text` with the words that fit marked; of one that only begins so, its beginning."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end, folded in spans(text):
        fit = next((one for one in wanted if one.fits(folded)), None)
        if fit is None:
            continue
        only_begins = folded != fit.word and folded not in fit.near
        # Where folding changed the length, letters cannot be told apart: the whole word is marked.
        if only_begins and len(folded) == end - start:
            end = start + len(fit.word)
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at:], False))
    return tuple(piece for piece in pieces if piece[0])


def _words_in(field: int, text: str) -> set[str]:
    if field == Field.HANDLE:
        return {text.lower()}
    return words_of(field == Field.NAME, text)


def _instead(
    found: Sequence[set[str]], told: Sequence[tuple[int, str]], wanted: Sequence[Wanted]
) -> Iterator[tuple[str, str]]:
    for one in wanted:
        if any(one.word in words for words in found):
            continue
        if one.begins and any(w.startswith(one.word) for words in found for w in words):
            continue
        for _field, text in told:
            fitting = [text[a:b] for a, b, word in spans(text) if one.near.get(word, 0) > 0]
            if fitting:
                yield one.word, fitting[0]
                break
