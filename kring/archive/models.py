"""What members asked for of their data."""

from __future__ import annotations

from datetime import timedelta

from django.db import models

from kring.members.models import Identity

KEPT = timedelta(days=7)


class Export(models.Model):
    """A copy of somebody's data that they asked for, as a file of their own (`export.files`).

    `ended_at` null: it is waited for, and `started_at` says since when somebody makes it. Ended
    without `bytes`: it could not be made. Gone after `KEPT`.
    """

    id = models.BigIntegerField(primary_key=True)
    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="exports")
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    bytes = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["identity"],
                name="one_export_at_a_time",
                condition=models.Q(ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"
