"""Files in forms: how much is read of them, and what becomes of the pictures among them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler

from kring.core import clock
from kring.core.paging import possible_id
from kring.media import policy
from kring.media.models import Purpose
from kring.media.refused import empty, too_large
from kring.media.services import take_in
from kring.web.limits import spend
from kring.web.middleware import KringRequest
from kring.web.views.common import actor

UPLOADS_A_MINUTE = 20
SLOTS = range(1, policy.IMAGES_A_POST + 1)


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Writes a file to a temporary one, and stops at the limit instead of at its end.

    A file that is too large is left out, and its name kept in `request.too_large`, so that the
    words that came with it are not lost.
    """

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, *rest: Any, **more: Any
    ) -> None:
        if content_length > policy.BODY_BYTES:
            raise RequestDataTooBig("a form larger than any form of ours")

    def new_file(self, field_name: str, *rest: Any, **more: Any) -> None:
        super().new_file(field_name, *rest, **more)
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._received += len(raw_data)
        if self._received > policy.FILE_BYTES:
            request: Any = self.request
            request.too_large = {*getattr(request, "too_large", ()), self.field_name}
            self.file.close()
            raise SkipFile
        super().receive_data_chunk(raw_data, start)


def upload_of(request: KringRequest, name: str) -> UploadedFile[Any]:
    """The file in this field. Raises Refused when it was too large, or is none."""
    if name in getattr(request, "too_large", ()):
        raise too_large()
    upload = request.FILES.get(name)
    if not isinstance(upload, UploadedFile):
        raise empty()
    return upload


def images_from(request: KringRequest) -> tuple[tuple[int, str], ...]:
    """The pictures of a post's form, taken in, each with its alternative text.

    A picture stands in one of the slots 1 to 4: a file `image1`, or the id of one taken in before
    as `image_id1`, with `alt1`. What was taken in is kept in `request.taken` by slot, for the
    form's return. Raises Refused and TooMany.
    """
    taken: dict[int, int] = {}
    request.taken = taken  # type: ignore[attr-defined]
    for slot in SLOTS:
        name = f"image{slot}"
        if name in request.FILES or name in getattr(request, "too_large", ()):
            by, now = actor(request).pk, clock.utc_now()
            spend("uploads", by, most=UPLOADS_A_MINUTE, now=now)
            upload = upload_of(request, name)
            taken[slot] = take_in(upload, by=by, purpose=Purpose.POST, now=now).pk
        elif image_id := possible_id(request.POST.get(f"image_id{slot}", "")):
            taken[slot] = image_id
    return tuple((image_id, request.POST.get(f"alt{slot}", "")) for slot, image_id in taken.items())
