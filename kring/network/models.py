"""Ties between identities: connections, follows, memberships; and distance: block, mute."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kring.members.models import Identity


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def of(self, identity_id: int) -> ConnectionQuerySet:
        """This person's own side of each of their connections."""
        return self.filter(owner_id=identity_id)


class Connection(models.Model):
    """One person's side of a mutual tie. Both sides are written and removed together."""

    owner = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="connections")
    other = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    objects: ClassVar[ConnectionQuerySet] = ConnectionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "other"], name="connection_once"),
            models.CheckConstraint(
                condition=~models.Q(owner=models.F("other")), name="no_connection_with_oneself"
            ),
        ]


class Follow(models.Model):
    follower = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="follows")
    followed = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="followers")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["follower", "followed"], name="follow_once"),
            models.CheckConstraint(
                condition=~models.Q(follower=models.F("followed")), name="no_following_oneself"
            ),
        ]


class Block(models.Model):
    """Neither sees the other. The blocked person is not told."""

    blocker = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
            models.CheckConstraint(
                condition=~models.Q(blocker=models.F("blocked")), name="no_blocking_oneself"
            ),
        ]


class Mute(models.Model):
    """Keep an author out of one's timelines. Nobody is told."""

    muter = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="mutes")
    muted = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["muter", "muted"], name="mute_once"),
            models.CheckConstraint(
                condition=~models.Q(muter=models.F("muted")), name="no_muting_oneself"
            ),
        ]


class MembershipRole(models.TextChoices):
    MEMBER = "member", _("Member")
    EDITOR = "editor", _("Editor")
    OWNER = "owner", _("Owner")


class Membership(models.Model):
    """Belonging to a group, or working for a page; editors and owners may act as it."""

    member = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="memberships")
    of = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="members")
    role = models.CharField(max_length=8, choices=MembershipRole, default=MembershipRole.MEMBER)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "of"], name="membership_once"),
            models.CheckConstraint(
                condition=~models.Q(member=models.F("of")), name="no_membership_of_oneself"
            ),
        ]
