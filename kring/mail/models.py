"""Letters on their way out, and addresses that take none."""

from __future__ import annotations

from django.db import models


class State(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"
    BOUNCED = "bounced"


class Letter(models.Model):
    """One mail to one address. `message` is emptied as soon as it need not be sent again."""

    id = models.BigIntegerField(primary_key=True)
    to = models.CharField(max_length=254)
    message = models.BinaryField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # What the server answered, as its code alone: its words may quote the letter.
    last_error = models.CharField(max_length=60, blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="letter_due", condition=models.Q(state="waiting")),
            models.Index(fields=["state", "made_at"], name="letter_by_state"),
        ]


class DeadAddress(models.Model):
    """An address whose own server said that there is nobody: nothing is sent to it."""

    # In lower case.
    address = models.CharField(max_length=254, primary_key=True)
    since = models.DateTimeField()
    code = models.CharField(max_length=60)
