"""Tables that know nothing of people: leased nodes, recorded events and their deliveries."""

from __future__ import annotations

from django.db import models


class NodeLease(models.Model):
    """A process's claim on one of the 1,023 nodes from which ids are made.

    `expires_ms` (since 1970) bounds every id the holder may make, so the next holder, who may
    claim the row only after that moment, can never repeat one.
    """

    node = models.PositiveSmallIntegerField(primary_key=True)
    holder = models.CharField(max_length=64)
    expires_ms = models.BigIntegerField()


class RecordedEvent(models.Model):
    """The transactional outbox: one row per thing that happened, written with what it changed.

    `seq` is what tailing processes follow; `event_id` is the chronological id that handlers use
    to recognise a repetition.
    """

    seq = models.BigAutoField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=64)
    payload = models.BinaryField()
    at = models.DateTimeField()


class Delivery(models.Model):
    """One handler's debt to one event; the row goes when the handler has succeeded."""

    event = models.ForeignKey(RecordedEvent, on_delete=models.CASCADE, related_name="deliveries")
    handler = models.CharField(max_length=100)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    lease = models.CharField(max_length=64, blank=True)
    given_up_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="delivery_once_per_handler")
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="delivery_due",
                condition=models.Q(given_up_at__isnull=True),
            )
        ]
