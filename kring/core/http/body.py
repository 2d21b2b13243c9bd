"""Reading an answer without letting it grow."""

import zlib
from collections.abc import Iterable
from typing import Protocol

from kring.core.http.errors import BadAnswer, TooLarge

ACCEPT_ENCODING = "gzip, identity"


class _Decoder(Protocol):
    def decode(self, data: bytes, limit: int) -> bytes:
        """At most `limit` bytes; to return that many may mean there were more."""
        ...

    def finish(self) -> None:
        """Raises BadAnswer if the answer stopped in the middle."""
        ...


class _Identity:
    def decode(self, data: bytes, limit: int) -> bytes:
        return data[:limit]

    def finish(self) -> None:
        pass


class _Gzip:
    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    def decode(self, data: bytes, limit: int) -> bytes:
        try:
            decoded = self._inflate.decompress(data, limit)
        except zlib.error as error:
            raise BadAnswer(f"not gzip: {error}") from error
        if self._inflate.unused_data:
            raise BadAnswer("data after the end of gzip")
        return decoded

    def finish(self) -> None:
        if not self._inflate.eof:
            raise BadAnswer("gzip cut short")


def _decoder(content_encoding: str) -> _Decoder:
    match content_encoding.strip().lower():
        case "" | "identity":
            return _Identity()
        case "gzip" | "x-gzip":
            return _Gzip()
        case other:
            raise BadAnswer(f"an encoding we did not ask for: {other!r}")


def read_body(
    chunks: Iterable[bytes], content_encoding: str, max_bytes: int, *, cut: bool = False
) -> bytes:
    """The decoded body, never holding more than `max_bytes` and one chunk.

    cut: at the limit, return what came instead of raising TooLarge

    Counts bytes before and after decoding: gzip may hold a thousand times its size, and may also
    go on for ever without decoding to anything. Raises TooLarge at either, and BadAnswer if the
    body is not what `content_encoding` says.
    """
    decoder: _Decoder | None = None
    body = bytearray()
    received = 0
    for chunk in chunks:
        # Only now: an answer to HEAD names the encoding of a body it does not have.
        decoder = decoder or _decoder(content_encoding)
        received += len(chunk)
        room = max_bytes - len(body)
        decoded = decoder.decode(chunk, room + 1)  # never 0, which would mean no limit to zlib
        if received > max_bytes or len(decoded) > room:
            if cut:
                return bytes(body + decoded[:room])
            raise TooLarge(f"more than {max_bytes} bytes")
        body += decoded
    if decoder:
        decoder.finish()
    return bytes(body)
