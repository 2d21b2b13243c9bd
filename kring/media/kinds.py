"""What a file is, by what is in it: its name and what the sender calls it count for nothing."""

from __future__ import annotations

from kring.media.refused import empty, heic, not_a_picture

HEAD = 32


def kind_of(head: bytes) -> str:
    """The one decoder that may look at a file beginning so. Raises Refused for any other file."""
    if not head:
        raise empty()
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc"):
        raise heic()
    raise not_a_picture()
