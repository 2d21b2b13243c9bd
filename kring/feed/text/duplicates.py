"""Near-duplicates: how much of their word triples two texts have in common, from 256 bytes each.

A text becomes the set of its word triples ("shingles"). MinHash (Broder 1997) keeps, for each of
64 hash functions, the smallest hash over the set; the share of places at which two signatures
agree estimates the Jaccard similarity of the sets, with a standard error of √(J(1−J)/64) ≤ .0625.
16 bands of 4 places find candidates: texts of similarity J share a band with probability
1 − (1 − J⁴)¹⁶, which is .89 at .6, .99 at .7 and .03 at .2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kring.feed.text.words import words

HASHES, BANDS, SHINGLE = 64, 16, 3
SIGNATURE_BYTES = HASHES * 4
Signature = NDArray[np.uint32]

# One odd factor and one addend per hash function: multiply-shift hashing of 64-bit numbers
# (Dietzfelbinger 1996). Stored signatures depend on them: they never change.
_RANDOM = np.random.Generator(np.random.PCG64(20_261_122))
_FACTORS = _RANDOM.integers(0, 1 << 63, HASHES, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_ADDENDS = _RANDOM.integers(0, 1 << 63, HASHES, dtype=np.uint64)


def signature(text: str, *, min_words: int) -> Signature | None:
    """shape (64,); None for a text of fewer than `min_words` words, which is no near-duplicate.

    Alike for texts that differ in case, accents, punctuation, layout and addresses alone.
    """
    said = words(text)
    if len(said) < max(min_words, SHINGLE):
        return None
    triples = {" ".join(said[at : at + SHINGLE]) for at in range(len(said) - SHINGLE + 1)}
    hashes = np.frombuffer(
        b"".join(hashlib.blake2b(t.encode(), digest_size=8).digest() for t in triples), "<u8"
    ).astype(np.uint64)
    mixed = hashes[:, None] * _FACTORS + _ADDENDS
    return np.asarray((mixed >> np.uint64(32)).min(axis=0), dtype=np.uint32)


def similarity(a: Signature, b: Signature) -> float:
    """Estimated Jaccard similarity of the two texts' word triples, 0 to 1."""
    return float(np.mean(a == b))


def band_keys(of: Signature) -> list[int]:
    """16 signed 64-bit numbers; two texts are compared when they share one."""
    keys = []
    for band, rows in enumerate(of.reshape(BANDS, -1)):
        raw = bytes([band]) + rows.astype("<u4").tobytes()
        keys.append(int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), signed=True))
    return keys


def to_bytes(of: Signature) -> bytes:
    return of.astype("<u4").tobytes()


def from_bytes(stored: bytes | memoryview) -> Signature:
    """Raises ValueError for anything but a signature."""
    raw = bytes(stored)
    if len(raw) != SIGNATURE_BYTES:
        raise ValueError(f"a signature has {SIGNATURE_BYTES} bytes, not {len(raw)}")
    return np.frombuffer(raw, "<u4").astype(np.uint32)


def first_said(
    current: Signature, versions: Sequence[Signature | None], *, threshold: float
) -> int:
    """Which wording was the first to say nearly what is said now; `len(versions)`: this one is.

    versions: the earlier wordings, oldest first. They are compared with what is said *now*, so a
    text that was turned into another's step by step is as new as its last step.
    """
    for number, earlier in enumerate(versions):
        if earlier is not None and similarity(current, earlier) >= threshold:
            return number
    return len(versions)
