"""The picture of a person, or the logo of an organisation."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.core.events import record
from kring.core.ids import MAX_ID
from kring.media.models import Image, is_square
from kring.media.services import discard
from kring.members.events import ProfileChanged
from kring.members.models import Identity


@transaction.atomic
def set_portrait(*, identity: Identity, image_id: int, sent_by: int, now: datetime) -> None:
    """Show this image wherever the identity stands; the one before it goes, with its files.

    sent_by: id of the identity that took the image in
    Raises Invalid for an image that is used already, is no portrait or logo, or that somebody
    else sent.
    """
    free = Image.objects.unused().select_for_update(of=("self",))
    image = free.filter(pk=image_id, uploaded_by=sent_by).first() if _is_id(image_id) else None
    if image is None or not is_square(image.purpose):
        raise Invalid(_("That picture is no longer there. Send it again."), field="image")
    _change(identity, image.pk, now=now)


@transaction.atomic
def remove_portrait(*, identity: Identity, now: datetime) -> None:
    """Show initials again. Without a portrait, changes and records nothing."""
    _change(identity, None, now=now)


def _change(identity: Identity, image_id: int | None, *, now: datetime) -> None:
    rows = Identity.objects.select_for_update().filter(pk=identity.pk)
    before = rows.values_list("portrait_id", flat=True).first()
    if before == image_id:
        return
    Identity.objects.filter(pk=identity.pk).update(portrait_id=image_id)
    identity.portrait_id = image_id
    if before is not None:
        discard([before])
    record(ProfileChanged(identity_id=identity.pk), now=now)


def _is_id(image_id: int) -> bool:
    return 0 < image_id <= MAX_ID
