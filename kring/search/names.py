"""Names as the Dutch write and look them up: "van der Berg" is a Berg.

A particle alone identifies nobody, and is written in many ways (van der, v.d., v/d, vd; 't; d').
So a name is found by its other words, and particles only add: "vd berg" and "van der berg" both
come to the joint word "vdberg", which a Van der Berg has and a Berg has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kring.search.folding import LONGEST, words

PARTICLES = frozenset({
    "aan", "af", "al", "am", "bij", "d", "da", "das", "de", "del", "den", "der", "des", "di", "do",
    "dos", "du", "el", "het", "in", "la", "las", "le", "los", "o", "of", "onder", "op", "over", "s",
    "t", "te", "ten", "ter", "tot", "uit", "v", "vd", "van", "vander", "vanden", "ver", "vom",
    "von", "voor", "zu", "zum", "zur",
})  # fmt: skip
# How a particle begins when all of it is shortened to initials.
_INITIALS = {"vd": "vd", "vander": "vd", "vanden": "vd"}
_COMMA = re.compile(r"\s*,\s*")


def name_words(name: str) -> set[str]:
    """Every word by which a name is found, joint ones included.

    "Jan van der Berg" gives jan, berg, vanderberg, vdberg, and its particles.
    """
    split = words(in_order(name))
    return {*split, *(joint for pair in joint_words(split).values() for joint in pair)}


def joint_words(asked: Sequence[str]) -> dict[str, tuple[str, str]]:
    """For each word with particles before it, both joint words: berg in "van den berg" gives
    vandenberg, which is a name of its own, and vdberg."""
    return {word: (full, short) for word, full, short in _with_joined(asked)}


def without_particles(asked: Sequence[str]) -> list[str]:
    """The words that identify; all of them when there are only particles ("van" may be Vanessa)."""
    return [word for word in asked if word not in PARTICLES] or list(asked)


def whole_name(name: str) -> str:
    """A name in any order of its words, without particles: the same for "Berg, Jan van der"."""
    return " ".join(sorted(without_particles(words(name))))[:100]


def sort_name(name: str) -> str:
    """How a name is ordered: "Jan van der Berg" as "berg jan van der", among the Bergs.

    The surname begins after the particles where there are any, else it is the last word; what is
    written with a comma says so itself.
    """
    parts = _COMMA.split(name.strip(), maxsplit=1)
    if len(parts) == 2 and words(parts[0]) and words(parts[1]):
        surname = words(parts[0])
        given = words(parts[1])
    else:
        split = words(name)
        at = next((at for at in range(1, len(split)) if split[at] in PARTICLES), len(split) - 1)
        given, surname = split[: max(at, 0)], split[max(at, 0) :]
    first = next((at for at, word in enumerate(surname) if word not in PARTICLES), 0)
    return " ".join([*surname[first:], *given, *surname[:first]])[:100]


def in_order(name: str) -> str:
    """ "Berg, Jan van der" as "Jan van der Berg"; anything else as it is."""
    parts = _COMMA.split(name.strip(), maxsplit=1)
    return f"{parts[1]} {parts[0]}" if len(parts) == 2 else name


def _with_joined(split: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """For each word behind particles: them and it in one word, in full and with initials."""
    particles: list[str] = []
    for word in split:
        if word in PARTICLES:
            particles.append(word)
            continue
        if particles:
            initials = "".join(_INITIALS.get(particle, particle[0]) for particle in particles)
            yield word, "".join([*particles, word])[:LONGEST], f"{initials}{word}"[:LONGEST]
        particles = []
