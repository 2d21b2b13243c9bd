"""Pictures to send: sound ones, and ones that are something else besides."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
SCRIPT = b"<script>alert(document.domain)</script>"


def picture(kind="JPEG", size=(600, 400), colour=(180, 40, 40), **how) -> bytes:
    """One colour, but for a blue quarter at the top left, so that one sees which way is up."""
    image = Image.new("RGB", size, colour)
    image.paste((20, 40, 200), (0, 0, size[0] // 2, size[1] // 2))
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def telling_photo() -> bytes:
    """A JPEG that lies on its side and says where, and with a script, it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MAKER] = SCRIPT.decode()
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (52.0, 6.0, 1.5)
    return picture(exif=exif.tobytes(), comment=SCRIPT)


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("META-INF/MANIFEST.MF", "Main-Class: Evil")
    return out.getvalue()


POLYGLOTS = {
    "html": lambda: picture() + b"<html>" + SCRIPT,
    "zip": lambda: picture() + archive(),
    "gifar": lambda: picture("GIF") + archive(),
    "exif": telling_photo,
    "png": lambda: with_chunk(picture("PNG"), b"tEXt", b"Comment\0" + SCRIPT),
}


def with_chunk(png: bytes, name: bytes, content: bytes) -> bytes:
    """A PNG with one chunk more, after its header."""
    return png[:33] + _chunk(name, content) + png[33:]


def bomb(width=60_000, height=60_000) -> bytes:
    """A PNG of a few kilobytes that would be gigabytes of pixels."""
    rows = zlib.compress(b"\0" * 4_000_000, 9)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def _chunk(name: bytes, content: bytes) -> bytes:
    sum_ = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + sum_


SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>'
)
OTHERS = {
    "svg": SVG,
    "svg with a declaration": b'<?xml version="1.0"?>' + SVG,
    "pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj",
    "html": b"<!doctype html>" + SCRIPT,
    "zip": archive(),
    "text": b"hello",
    "tiff": b"II*\0" + b"\0" * 60,
    "heic": b"\0\0\0\x18ftypheic" + b"\0" * 60,
    "mvg": b"push graphic-context\nfill 'url(https://127.0.0.1/)'",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n(id) run",
    "nothing": b"",
}
