"""Write a post now, to be published later; change it, take it back, or publish it after all."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.dating import id_at
from kring.core.errors import Conflict, Invalid, NotFound
from kring.core.ids import MAX_ID
from kring.media.services import discard
from kring.members.models import Identity
from kring.posts import policy
from kring.posts.models import Post, ScheduledImage, ScheduledPost
from kring.posts.services.access import lock
from kring.posts.services.draft import Draft
from kring.posts.services.images import Pictures, free_images
from kring.posts.services.publish import check_post, publish
from kring.posts.services.store import already_sent
from kring.posts.text import check_link


@transaction.atomic
def schedule(
    *, author: Identity, draft: Draft, publish_at: datetime, now: datetime
) -> ScheduledPost:
    """Keep a post until its time comes. The same form sent twice is one post.

    Raises Invalid for what `publish` would refuse now and for a time that is past or too far
    ahead, NotFound for a group one is no member of, Conflict when too many wait or when this very
    form was published already.
    """
    lock(author)
    key = draft.client_key or uuid.uuid4().hex
    draft = replace(draft, client_key=key)
    if already_sent(author, draft):
        raise Conflict(_("This was published already."), code="published")
    own = ScheduledPost.objects.filter(author_id=author.pk)
    if waiting := own.filter(client_key=key).first():
        return waiting
    _require_room(author)
    _check(author, draft, publish_at, now)
    row = ScheduledPost(id=id_at(now, ScheduledPost), author_id=author.pk, client_key=key)
    _write(row, draft, publish_at)
    row.save(force_insert=True)
    _put_images(row, draft.images)
    return row


@transaction.atomic
def edit_scheduled(
    *, author: Identity, scheduled_id: int, draft: Draft, publish_at: datetime, now: datetime
) -> ScheduledPost:
    """Give a post that waits another text, pictures or time. Raises as `schedule`, and NotFound
    for one that is not one's own, or not waiting any more."""
    lock(author)
    row = waiting_post(author, scheduled_id)
    _check(author, draft, publish_at, now)
    _write(row, draft, publish_at)
    row.refused = ""
    row.save()
    before = _drop_images(row)
    _put_images(row, draft.images)
    discard(before)
    return row


@transaction.atomic
def cancel_scheduled(*, author: Identity, scheduled_id: int, now: datetime) -> None:
    """Take a post back before it is published; for `UNDO_WITHIN` it can be brought back."""
    lock(author)
    row = waiting_post(author, scheduled_id)
    row.cancelled_at = now
    row.save(update_fields=["cancelled_at"])


@transaction.atomic
def undo_cancel(*, author: Identity, scheduled_id: int, now: datetime) -> ScheduledPost:
    """Let a post that was taken back wait again. Where its time has passed, it waits for a new one.

    Raises NotFound for anything but one's own that was taken back less than `UNDO_WITHIN` ago,
    Conflict when too many wait meanwhile.
    """
    lock(author)
    row = _own(author, scheduled_id)
    if row.cancelled_at is None or row.cancelled_at <= now - policy.UNDO_WITHIN:
        raise _not_there()
    _require_room(author)
    row.cancelled_at = None
    if row.publish_at <= now:
        row.refused = _("Its time passed while it was cancelled. Choose another.")
    row.save(update_fields=["cancelled_at", "refused"])
    return row


@transaction.atomic
def publish_scheduled(*, author: Identity, scheduled_id: int, now: datetime) -> Post:
    """Publish a post that waits, with all that `publish` asks of it now.

    Its row goes with it, and its form's key stands on the post: there is never a second one.
    Raises as `publish`, and NotFound for one that is not one's own, or not waiting any more.
    """
    lock(author)
    row = waiting_post(author, scheduled_id)
    draft = draft_of(row)
    _drop_images(row)
    row.delete()
    return publish(author=author, draft=draft, now=now)


def waiting_post(author: Identity, scheduled_id: int) -> ScheduledPost:
    """One's own post that waits. Raises NotFound. 1 query."""
    row = _own(author, scheduled_id)
    if row.cancelled_at is not None:
        raise _not_there()
    return row


def waiting_posts(author: Identity) -> list[ScheduledPost]:
    """All of one's own that wait, the next one first; with their pictures. 2 queries."""
    rows = ScheduledPost.objects.filter(author_id=author.pk, cancelled_at=None)
    return list(rows.order_by("publish_at", "pk").prefetch_related("images"))


def draft_of(row: ScheduledPost) -> Draft:
    """What was written, as it will be published. 1 query where pictures were not loaded."""
    pictures = sorted(row.images.all(), key=lambda picture: picture.position)
    return Draft(
        text=row.text,
        audience=row.audience,
        goal=row.goal,
        language=row.language,
        link_url=row.link_url,
        group_id=row.group_id,
        client_key=row.client_key,
        images=tuple((picture.image_id, picture.alt) for picture in pictures),
    )


def forget_scheduled(rows: list[ScheduledPost]) -> None:
    """Drop these for good, with their pictures."""
    for row in rows:
        with transaction.atomic():
            pictures = _drop_images(row)
            row.delete()
            discard(pictures)


def _own(author: Identity, scheduled_id: int) -> ScheduledPost:
    if not 0 < scheduled_id <= MAX_ID:
        raise _not_there()
    row = ScheduledPost.objects.filter(pk=scheduled_id, author_id=author.pk).first()
    if row is None:
        raise _not_there()
    return row


def _not_there() -> NotFound:
    return NotFound(_("No such post of yours is waiting."), code="scheduled")


def _require_room(author: Identity) -> None:
    waiting = ScheduledPost.objects.filter(author_id=author.pk, cancelled_at=None)
    if waiting.count() >= policy.SCHEDULED:
        raise Conflict(
            _("%(count)d of your posts are waiting; that is the most. Cancel one first.")
            % {"count": policy.SCHEDULED},
            code="scheduled",
        )


def _check(author: Identity, draft: Draft, publish_at: datetime, now: datetime) -> None:
    check_post(author, draft)
    if not now < publish_at <= now + policy.SCHEDULED_AHEAD:
        raise Invalid(
            _("Choose a time between now and a year from now."), code="time", field="publish_at"
        )


def _write(row: ScheduledPost, draft: Draft, publish_at: datetime) -> None:
    row.text, row.audience, row.group_id = draft.text, draft.audience, draft.group_id
    row.goal, row.language = draft.goal, draft.language
    row.link_url = check_link(draft.link_url)
    row.publish_at = publish_at


def _put_images(row: ScheduledPost, images: Pictures) -> None:
    if images:
        ScheduledImage.objects.bulk_create(
            ScheduledImage(scheduled=row, image_id=image_id, alt=alt, position=position)
            for position, (image_id, alt) in enumerate(free_images(row.author_id, images), start=1)
        )


def _drop_images(row: ScheduledPost) -> list[int]:
    ids = list(row.images.values_list("image_id", flat=True))
    ScheduledImage.objects.filter(scheduled=row).delete()
    return ids
