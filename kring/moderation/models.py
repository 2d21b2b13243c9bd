"""Reports, the cases they make, what was decided, appeals, and a log that nobody can change."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kring.members.models import Account, Identity
from kring.posts.models import Post


class Kind(models.TextChoices):
    POST = "post", _("Post")
    COMMENT = "comment", _("Comment")
    PROFILE = "profile", _("Profile")


class Case(models.Model):
    """One thing that people reported, until it is decided; a later report opens another.

    `person` wrote it, or is it. `said`: its words when it was first reported, as evidence.
    `urgent`: somebody holds it to be against the law.
    """

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind)
    person = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.CASCADE, related_name="+")
    said = models.TextField(blank=True, default="")
    urgent = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post"],
                name="one_open_case_a_post",
                condition=models.Q(closed_at__isnull=True, post__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["person"],
                name="one_open_case_a_profile",
                condition=models.Q(closed_at__isnull=True, post__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(kind="profile", post__isnull=True)
                | (~models.Q(kind="profile") & models.Q(post__isnull=False)),
                name="case_about_one_thing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-urgent", "id"],
                name="case_waiting",
                condition=models.Q(closed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"


class Report(models.Model):
    """What one person, or a visitor without an account, says is wrong with it."""

    id = models.BigIntegerField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reports")
    by = models.ForeignKey(Identity, null=True, on_delete=models.SET_NULL, related_name="+")
    is_visitor = models.BooleanField(default=False)
    # What a visitor chose to say of themselves.
    name = models.CharField(max_length=100, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    reason = models.CharField(max_length=20)
    words = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "by"], name="one_report_a_person_and_case")
        ]
        indexes = [models.Index(fields=["by", "-id"], name="report_by_person")]


class Action(models.TextChoices):
    DISMISS = "dismiss", _("Leave it")
    REMOVE = "remove", _("Remove it")
    LIMIT = "limit", _("Limit who is shown it")
    SUSPEND = "suspend", _("Suspend the person")


class Ending(models.TextChoices):
    EXPIRED = "expired", _("Its time was over")
    UNDONE = "undone", _("Taken back by the moderators")
    APPEAL = "appeal", _("Reversed after an appeal")


class Decision(models.Model):
    """What was decided in a case, with its statement of reasons. Never deleted, only ended.

    `by`: none for a decision at the command line. `rule`: the community's, in its words then;
    `is_law`: the law is the ground. `until`: when it ends by itself; none: for good. `audience`:
    that of a limited post before. `ended_at`: since when it holds no more.
    """

    id = models.BigIntegerField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="decisions")
    person = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="decisions")
    by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    action = models.CharField(max_length=8, choices=Action)
    rule = models.CharField(max_length=2_000, blank=True, default="")
    is_law = models.BooleanField(default=False)
    words = models.TextField(blank=True, default="")
    audience = models.CharField(max_length=11, blank=True, default="")
    decided_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=8, choices=Ending, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(action__in=("dismiss", "remove"))
                | models.Q(until__isnull=False),
                name="a_restriction_expires",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ending="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ending="")),
                name="an_ended_decision_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["until"],
                name="decision_expires",
                condition=models.Q(ended_at__isnull=True, until__isnull=False),
            ),
            models.Index(fields=["person", "-id"], name="decision_by_person"),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}"


class Appeal(models.Model):
    """Somebody asks to look again: the person, or who reported what was left. Once a decision."""

    id = models.BigIntegerField(primary_key=True)
    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="appeal")
    by = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    words = models.TextField()
    created_at = models.DateTimeField()
    answered_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)
    granted = models.BooleanField(default=False)
    answer = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                name="appeal_waiting",
                condition=models.Q(answered_at__isnull=True),
            )
        ]


class AuditEntry(models.Model):
    """What moderators did. Triggers refuse to change or delete it, whoever asks.

    Ids and codes alone, no names and no words: nothing here has to be erased for anybody. `by`:
    the identity who acted, none for the clock and the command line (`source`). `hash` covers the
    entry and the hash before it.
    """

    SOURCES: ClassVar[tuple[str, ...]] = ("person", "clock", "command line")

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    source = models.CharField(max_length=12)
    by = models.BigIntegerField(null=True)
    what = models.CharField(max_length=40)
    about = models.CharField(max_length=8, blank=True, default="")
    about_id = models.BigIntegerField(null=True)
    detail = models.CharField(max_length=500, blank=True, default="")
    previous = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)
