"""From a picture that anybody sent to pictures of ours. Runs as a process of its own.

    python decode.py JPEG width 480,960,1600  <picture  >result

The process reads its one picture from where it was opened for it and writes its result where that
was opened for it. Before it looks at the first byte it gives up everything else: more memory, time
or output than one picture needs, further processes, opening anything at all, files and connections
alike, and every call of the system that decoding does not make. So a decoder with a hole in it has
nothing to take, nothing to break and nowhere to go.

The result is one line of JSON, then the encoded sizes one after another. Only pixels go from one
to the other: metadata, profiles, and whatever hung on the file stay behind. Imports nothing of
Kring, so that nothing of Kring is there to be found.
"""

from __future__ import annotations

import ctypes
import errno
import io
import json
import os
import resource
import struct
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO

import blurhash
from PIL import (
    GifImagePlugin,
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

# Loaded while that is possible. A JPEG of several pictures is an MPO, and EXIF is written as TIFF.
CODECS = (
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
QUALITY = 80
BLUR_SIDE, BLUR_X, BLUR_Y = 32, 4, 3
ORIENTATION = 0x0112
NOBODY = 65534
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2  # linux/prctl.h, linux/seccomp.h
# Calls of the system that reading, computing and writing need: their numbers on x86-64 and ARM64.
CALLS = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "lseek": (8, 62),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214),
    "mremap": (25, 216), "madvise": (28, 233), "readv": (19, 65), "writev": (20, 66),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132), "restart_syscall": (219, 128), "sched_yield": (24, 124),
    "futex": (202, 98), "clock_gettime": (228, 113), "getrandom": (318, 278),
    "getpid": (39, 172), "gettid": (186, 178), "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
# By machine: which column of the numbers, and how the kernel calls it (linux/audit.h).
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # linux/bpf_common.h
ALLOWED, DENIED, KILLED = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000  # linux/seccomp.h


class Unusable(Exception):
    """`code` says what is wrong with the picture: "pixels" or "damaged"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def render(
    file: BinaryIO, *, kind: str, sizes: Sequence[int], square: bool, pixels: int, side: int
) -> tuple[dict[str, Any], list[bytes]]:
    """What to know of the picture, and its sizes as WebP, smallest first.

    kind: the only format that is tried; of an animation, the first frame counts
    sizes: widths, of which those beyond the first that shows all of it are left out; sides of
        squares cut from the middle, when `square`
    Raises Unusable for more pixels or longer sides than these, and for what cannot be decoded.
    """
    try:
        picture = Image.open(file, formats=(kind,))
        width, height = picture.size
        if width * height > pixels or max(width, height) > side:
            raise Unusable("pixels")
        # A JPEG can be decoded at half or a quarter of its size: no more work than is shown.
        picture.draft("RGB", (2 * sizes[-1], 2 * sizes[-1]) if square else (sizes[-1], height))
        plain = _plain(ImageOps.exif_transpose(picture))
        shown = _squares(plain, sizes) if square else _widths(plain, sizes)
        largest = shown[-1]
        known = {"width": largest.width, "height": largest.height, "blurhash": _blur(shown[0])}
        return known, [_encoded(one) for one in shown]
    except Unusable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unusable("pixels") from None
    except Exception:
        # Decoders of broken pictures raise whatever they like; all of it means the same.
        raise Unusable("damaged") from None


def _plain(picture: Image.Image) -> Image.Image:
    """Its pixels in sRGB, with alpha where it has any."""
    profile = picture.info.get("icc_profile")
    clear = "A" in picture.getbands() or "transparency" in picture.info
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            of_file = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, of_file, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            picture = converted or picture
        except (ImageCms.PyCMSError, OSError):
            pass  # a profile that cannot be read describes nothing
    return picture.convert("RGBA" if clear else "RGB")


def _widths(picture: Image.Image, sizes: Sequence[int]) -> list[Image.Image]:
    shown = []
    for size in sizes:
        width = min(size, picture.width)
        height = max(1, round(picture.height * width / picture.width))
        shown.append(picture.resize((width, height), Image.Resampling.LANCZOS))
        if size >= picture.width:
            break
    return shown


def _squares(picture: Image.Image, sizes: Sequence[int]) -> list[Image.Image]:
    return [ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS) for side in sizes]


def _blur(picture: Image.Image) -> str:
    ground = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    ground.alpha_composite(picture.convert("RGBA"))
    small = ground.convert("RGB").resize((BLUR_SIDE, BLUR_SIDE), Image.Resampling.BOX)
    flat = list(small.tobytes())
    pixels = [flat[at : at + 3] for at in range(0, len(flat), 3)]
    rows = [pixels[at : at + BLUR_SIDE] for at in range(0, len(pixels), BLUR_SIDE)]
    return str(blurhash.encode(rows, BLUR_X, BLUR_Y))


def _encoded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    # `info` holds what came with the file; nothing of it is handed on.
    picture.info = {}
    picture.save(out, "WEBP", quality=QUALITY, method=4, icc_profile=b"", exif=b"", xmp=b"")
    return out.getvalue()


def rehearse(kind: str) -> None:
    """Do all of it once with a picture of our own: what loads late is loaded by then."""
    turned = Image.Exif()
    turned[ORIENTATION] = 6
    file = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (8, 8)).save(file, kind, exif=turned.tobytes(), icc_profile=profile)
    for square in (True, False):
        render(
            io.BytesIO(file.getvalue()), kind=kind, sizes=(4, 8), square=square, pixels=64, side=8
        )


def confine(*, cpu: int, memory: int, result: int) -> None:
    """Give up what one picture does not need, for good."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, result),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(what, (most, most))
    if (machine := os.uname().machine) in MACHINES:
        deny_calls(libc, *MACHINES[machine])


def deny_calls(libc: ctypes.CDLL, column: int, machine: int) -> None:
    """Let the system refuse every call but CALLS, for good.

    The limits stop what needs a descriptor or a process; this stops what a path or the number of
    a process is enough for: to delete, cut short, trace, kill, execute.
    """
    allowed = [numbers[column] for numbers in CALLS.values()]
    last = len(allowed)
    steps = [
        # (code, steps to skip if equal, if not, operand); the call's data: its number, its machine.
        (LOAD, 0, 0, 4), (EQUAL, 1, 0, machine), (RETURN, 0, 0, KILLED), (LOAD, 0, 0, 0),
        *((EQUAL, last - at, 0, number) for at, number in enumerate(allowed)),
        (RETURN, 0, 0, DENIED), (RETURN, 0, 0, ALLOWED),
    ]  # fmt: skip
    rules = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *one) for one in steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(rules))
    if libc.prctl(SECCOMP, FILTER, ctypes.c_char_p(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the system takes no filter of calls")


def main(arguments: Sequence[str]) -> None:
    kind, shape, sizes, pixels, side, cpu, memory, result = arguments
    Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and asked first
    Image._initialized = 2  # the codecs above and no others, looked for nowhere
    rehearse(kind)
    confine(cpu=int(cpu), memory=int(memory), result=int(result))
    try:
        known, encoded = render(
            sys.stdin.buffer,
            kind=kind,
            sizes=[int(size) for size in sizes.split(",")],
            square=shape == "square",
            pixels=int(pixels),
            side=int(side),
        )
    except Unusable as problem:
        known, encoded = {"problem": problem.code}, []
    known["lengths"] = [len(one) for one in encoded]
    sys.stdout.buffer.write(json.dumps(known).encode() + b"\n" + b"".join(encoded))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
