"""What somebody asks: words, and what is chosen besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kring.core.html import clean_text
from kring.search.fields import Fields
from kring.search.folding import whole, words
from kring.search.models import Kind
from kring.search.names import in_order, joint_words, name_words, whole_name, without_particles
from kring.search.terms import language_key, telling

LONGEST, MOST_WORDS, FEWEST_LETTERS = 100, 8, 2
DEGREES = (1, 2, 3)
FILTERS: dict[str, Kind] = {
    "skill": Kind.SKILL,
    "company": Kind.COMPANY,
    "city": Kind.CITY,
    "language": Kind.LANGUAGE,
}


@dataclass(frozen=True, slots=True)
class Question:
    """text: as it was typed; words: folded, all of which must be found
    joint: for words with particles before them, both joint words (`names.joint_words`)

    chosen: folded values by kind, all of which must be had; degrees: 3 stands for further away
    exact: nothing but what was typed will do; organisations: these alone, instead of people
    named: in names and handles alone, of people and organisations alike, as mentions are
    """

    text: str = ""
    words: tuple[str, ...] = ()
    joint: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    whole_name: str = ""
    chosen: Mapping[Kind, str] = field(default_factory=dict)
    degrees: frozenset[int] = frozenset()
    exact: bool = False
    organisations: bool = False
    named: bool = False

    @property
    def asks(self) -> bool:
        """Whether anything narrows the answer down to somebody."""
        return bool(self.words or self.chosen)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word of a question and what will do for it.

    begins: also words that begin with it; near: also these, so many slips of the pen away
    """

    word: str
    begins: bool = False
    near: Mapping[str, int] = field(default_factory=dict)

    def fits(self, found: str) -> bool:
        return (
            found == self.word
            or (self.begins and found.startswith(self.word))
            or found in self.near
        )


def ask(
    text: str, *, exact: bool = False, organisations: bool = False,
    degrees: frozenset[int] = frozenset(), **chosen: str,
) -> Question:  # fmt: skip
    """A question from what was typed and chosen (`FILTERS`), however odd it is.

    At most `MOST_WORDS` words count; a single letter asks nothing.
    """
    text = " ".join(clean_text(text)[:LONGEST].split())
    split = words(in_order(text))
    if "_" in text and " " not in text:
        split = [text.removeprefix("@").lower()]  # a handle
    asked = [word for word in without_particles(split) if len(word) >= FEWEST_LETTERS]
    return Question(
        text=text,
        words=tuple(dict.fromkeys(asked[:MOST_WORDS])),
        joint={word: both for word, both in joint_words(split).items() if word in asked},
        whole_name=whole_name(text) if len(split) > 1 else "",
        chosen={FILTERS[name]: key for name, value in chosen.items() if (key := whole(value))},
        degrees=degrees if degrees != frozenset(DEGREES) else frozenset(),
        exact=exact,
        organisations=organisations,
    )


def has_chosen(fields: Fields, chosen: Mapping[Kind, str]) -> bool:
    """Whether these fields, as they are now, have every chosen value."""
    values = {
        Kind.SKILL: fields.skills,
        Kind.COMPANY: [job.company for job in fields.jobs if job.current],
        Kind.CITY: (fields.city,),
        Kind.LANGUAGE: [language_key(code) for code in fields.languages],
    }
    return all(key in map(whole, values[kind]) for kind, key in chosen.items())


def words_of(name: bool, text: str) -> set[str]:
    """The words by which this text is found; of a name also the joint ones."""
    return name_words(text) if name else set(telling(words(text)))
