"""What owners keep on their desk: links to join by, people who ask to, announcements, figures."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kring.members.models import Account


class InvitationLink(models.Model):
    """A link that lets in a number of people. Only a hash of its token is kept."""

    id = models.BigIntegerField(primary_key=True)
    token_hash = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80)
    uses_allowed = models.PositiveIntegerField()
    uses = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(uses__lte=models.F("uses_allowed")),
                name="link_lets_in_no_more_than_it_may",
            )
        ]


class ApplicationQuerySet(models.QuerySet["Application"]):
    def waiting(self) -> ApplicationQuerySet:
        """Their address is confirmed, and nobody decided yet."""
        return self.filter(confirmed_at__isnull=False, decision="")


class Application(models.Model):
    """Somebody who joins with an answer or a link, until they are in or are told that not.

    Deleted with the account of whoever is declined, and as soon as there is a person.
    """

    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.CASCADE, related_name="application"
    )
    answer = models.CharField(max_length=1000, blank=True, default="")
    link = models.ForeignKey(InvitationLink, null=True, on_delete=models.SET_NULL)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    # "approved" or "declined": it is told, and takes effect, when it can no longer be undone.
    decision = models.CharField(max_length=8, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")

    objects: ClassVar[models.Manager[Application]] = ApplicationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["decision", "account"], name="application_by_decision"),
        ]
