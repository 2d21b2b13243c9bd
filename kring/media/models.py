"""Images as stored, and what is known of pages that posts link to."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from kring.media import policy


class Purpose(models.TextChoices):
    POST = "post", _("Picture in a post")
    PORTRAIT = "portrait", _("Portrait")
    LOGO = "logo", _("Logo")
    PREVIEW = "preview", _("Picture of a linked page")


class ImageQuerySet(models.QuerySet["Image"]):
    def unused(self) -> ImageQuerySet:
        """Those that no row of any table refers to."""
        relations = [relation.name for relation in Image._meta.related_objects]
        return self.filter(**{f"{name}__isnull": True for name in relations})

    def left_behind(self, now: datetime) -> ImageQuerySet:
        """Unused for so long that no form will still send them."""
        return self.unused().filter(created_at__lt=now - policy.UNUSED_FOR)


class Image(models.Model):
    """A picture that was decoded and encoded anew, in a few sizes on disk (`media.files`).

    `width` and `height` are those of its largest size. `bytes` and `digest` (SHA-256) are of all
    sizes together, in order. Who may see it is decided by what refers to it; whatever refers to it
    keeps it from being deleted.
    """

    id = models.BigIntegerField(primary_key=True)
    uploaded_by = models.BigIntegerField(null=True, blank=True)
    purpose = models.CharField(max_length=8, choices=Purpose)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    blurhash = models.CharField(max_length=40)
    bytes = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    objects = ImageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["uploaded_by", "-id"], name="image_by_uploader"),
            models.Index(fields=["created_at"], name="image_by_age"),
        ]

    def __str__(self) -> str:
        return f"image {self.pk}"

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes that exist, smallest first; each names a file and an address."""
        return sizes_of(self.purpose, self.width)


def is_square(purpose: str) -> bool:
    return purpose in (Purpose.PORTRAIT, Purpose.LOGO)


def possible_sizes(purpose: str) -> tuple[int, ...]:
    """Sides of squares, or widths."""
    if is_square(purpose):
        return policy.SQUARES
    return policy.PREVIEW_WIDTHS if purpose == Purpose.PREVIEW else policy.WIDTHS


def sizes_of(purpose: str, width: int) -> tuple[int, ...]:
    """All squares; of the widths, no more than the first that shows the whole picture."""
    possible = possible_sizes(purpose)
    if is_square(purpose):
        return possible
    return possible[: sum(size < width for size in possible) + 1]


class LinkPreview(models.Model):
    """What a linked page says of itself, shared by all posts that link to it.

    `key` is the SHA-256 of `url`, `leads_to` the host at which its redirects end. Never fetched:
    `fetched_at` is null. `failed`: the page could not be read when it was last asked; the other
    columns then are what was known before.
    """

    key = models.CharField(max_length=64, unique=True)
    url = models.CharField(max_length=2048)
    title = models.CharField(max_length=300, blank=True, default="")
    description = models.CharField(max_length=500, blank=True, default="")
    site = models.CharField(max_length=100, blank=True, default="")
    leads_to = models.CharField(max_length=253, blank=True, default="")
    image = models.OneToOneField(
        Image, null=True, blank=True, on_delete=models.PROTECT, related_name="preview_of"
    )
    asked_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True)
    failed = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="preview_waiting",
                condition=models.Q(fetched_at__isnull=True),
            )
        ]
