"""Taking images in, and letting them go.

The rows are the truth. Files are written before the row that names them and removed after it is
gone, so a crash leaves a file too many, never one too few; `clean_up` removes those.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

import structlog
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from kring.core.dating import id_at
from kring.core.errors import TooMany
from kring.core.ids import first_id_at
from kring.media import files, policy
from kring.media.decoder import Rendered, decode
from kring.media.kinds import HEAD, kind_of
from kring.media.models import Image, Purpose, is_square, possible_sizes
from kring.media.refused import Refused, TooLarge, damaged, too_large

__all__ = [
    "Refused",
    "TooLarge",
    "clean_up",
    "discard",
    "require_room",
    "store_generated",
    "take_in",
    "take_in_preview",
]

CHUNK = 1 << 16
PORTION = 250
log = structlog.get_logger(__name__)


class Readable(Protocol):
    """Django's UploadedFile, or any file opened for reading bytes."""

    def read(self, size: int, /) -> bytes: ...


def take_in(upload: Readable, *, by: int | None, purpose: str, now: datetime) -> Image:
    """Decode, encode anew and store what an identity sent. Nothing refers to it yet.

    by: the identity's id; only they can attach the image, and see it until then. None for whoever
    has the machine, who has no limit.
    Raises Refused (a sentence; 413 for a file that is too large, else 422) and TooMany over the
    day's limit.
    """
    if by is not None:
        require_room(by, now=now)
    return _store(_decoded(upload, purpose), by=by, purpose=purpose, now=now)


def take_in_preview(content: bytes, *, by: int | None, now: datetime) -> Image:
    """The same for the picture of a linked page, which nobody here sent. Raises Refused.

    by: who asked for it, if anybody did
    """
    rendered = _decoded(io.BytesIO(content), Purpose.PREVIEW)
    return _store(rendered, by=by, purpose=Purpose.PREVIEW, now=now)


def store_generated(content: bytes, *, by: int, purpose: str, now: datetime) -> Image:
    """Store a picture that Kring itself drew, decoded in this process: tens of milliseconds.

    Never for anything that came from outside.
    """
    # Only who draws loads the codecs into their own process.
    from kring.media import decode as in_process

    sizes = possible_sizes(purpose)
    try:
        known, encoded = in_process.render(
            io.BytesIO(content),
            kind=kind_of(content[:HEAD]),
            sizes=sizes,
            square=is_square(purpose),
            pixels=policy.PIXELS,
            side=policy.SIDE,
        )
    except in_process.Unusable:
        raise damaged() from None
    rendered = Rendered(**known, sizes=dict(zip(sizes, encoded, strict=False)))
    return _store(rendered, by=by, purpose=purpose, now=now)


def require_room(by: int, *, now: datetime) -> None:
    """Raises TooMany when this identity sent as much within a day as anybody may. 2 queries."""
    sent_by = Image.objects.filter(uploaded_by=by).exclude(purpose=Purpose.PREVIEW)
    recent = sent_by.filter(pk__gte=first_id_at(now - policy.DAY))
    sent = recent.aggregate(bytes=Sum("bytes"))["bytes"] or 0
    if recent.count() >= policy.IMAGES_A_DAY or sent >= policy.BYTES_A_DAY:
        raise TooMany(
            _("That is as many pictures as one can send in a day. Go on tomorrow."),
            retry_after=int(policy.DAY.total_seconds()),
            code="images_a_day",
        )


def discard(image_ids: Collection[int]) -> None:
    """Delete these images, as far as nothing refers to them; their files go after the commit."""
    with transaction.atomic():
        gone = list(Image.objects.unused().filter(pk__in=image_ids))
        Image.objects.filter(pk__in=[image.pk for image in gone]).delete()
        transaction.on_commit(lambda: _remove_files(gone))


def clean_up(now: datetime) -> int:
    """Delete what was left behind for a day: images nothing refers to, and files without an image.

    Returns how many images and files went.
    """
    old = list(Image.objects.left_behind(now).values_list("pk", flat=True)[:PORTION])
    discard(old)
    stray = 0
    portion: dict[int, list[Path]] = {}
    for path, image_id in files.stored():
        portion.setdefault(image_id, []).append(path)
        if len(portion) >= PORTION:
            stray += _remove_strays(portion, now)
            portion = {}
    stray += _remove_strays(portion, now)
    if old or stray:
        log.info("media cleaned up", images=len(old), files=stray)
    return len(old) + stray


def _remove_strays(portion: dict[int, list[Path]], now: datetime) -> int:
    known = set(Image.objects.filter(pk__in=portion).values_list("pk", flat=True))
    before = (now - policy.UNUSED_FOR).timestamp()
    removed = 0
    for image_id, paths in portion.items():
        for path in paths:
            if image_id not in known and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _decoded(upload: Readable, purpose: str) -> Rendered:
    with tempfile.TemporaryFile() as file:
        kind = _copy(upload, file)
        return decode(file, kind=kind, sizes=possible_sizes(purpose), square=is_square(purpose))


def _copy(upload: Readable, file: IO[bytes]) -> str:
    """Copy it to a file of our own, no more than is allowed; returns which decoder may see it."""
    head = upload.read(CHUNK)
    kind = kind_of(head[:HEAD])
    copied = 0
    while head:
        copied += len(head)
        if copied > policy.FILE_BYTES:
            raise too_large()
        file.write(head)
        head = upload.read(CHUNK)
    file.flush()
    return kind


def _store(rendered: Rendered, *, by: int | None, purpose: str, now: datetime) -> Image:
    whole = hashlib.sha256(b"".join(rendered.sizes.values()))
    image = Image(
        id=id_at(now, Image),
        uploaded_by=by,
        purpose=purpose,
        width=rendered.width,
        height=rendered.height,
        blurhash=rendered.blurhash,
        bytes=sum(map(len, rendered.sizes.values())),
        digest=whole.hexdigest(),
        created_at=now,
    )
    for size, content in rendered.sizes.items():
        files.write(image.pk, size, content)
    image.save(force_insert=True)
    return image


def _remove_files(images: Collection[Image]) -> None:
    for image in images:
        files.remove(image.pk, image.sizes)
