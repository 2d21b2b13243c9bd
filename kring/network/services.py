"""Making and ending ties. Each act may be repeated: the second time changes and records nothing.

People who blocked each other do not exist for each other, so every tie between them is NotFound.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kring.core.errors import Invalid, NotFound
from kring.core.events import record
from kring.members.models import Identity, Kind
from kring.network import events
from kring.network.models import Block, Connection, Follow, Membership, MembershipRole, Mute


@transaction.atomic
def connect(*, a: Identity, b: Identity, now: datetime) -> None:
    """Make two people each other's connection.

    Raises NotFound when either is gone or blocked the other, Invalid for oneself or for an
    identity that is no person (those are followed).
    """
    _refuse_oneself(a, b)
    _require_reachable(a, b)
    if a.kind != Kind.PERSON or b.kind != Kind.PERSON:
        raise Invalid(_("Connections are between people. You can follow this one."))
    made = [
        Connection.objects.get_or_create(
            owner_id=owner.pk, other_id=other.pk, defaults={"since": now}
        )[1]
        for owner, other in sorted(((a, b), (b, a)), key=lambda pair: pair[0].pk)
    ]
    if any(made):
        record(events.Connected(a=a.pk, b=b.pk), now=now)


@transaction.atomic
def disconnect(*, a: Identity, b: Identity, now: datetime) -> None:
    """End a connection, on both sides."""
    if _remove_connection(a.pk, b.pk):
        record(events.Disconnected(a=a.pk, b=b.pk), now=now)


@transaction.atomic
def follow(*, follower: Identity, followed: Identity, now: datetime) -> None:
    """Raises NotFound when either is gone or blocked the other, Invalid for oneself."""
    _refuse_oneself(follower, followed)
    _require_reachable(follower, followed)
    _tie, made = Follow.objects.get_or_create(
        follower_id=follower.pk, followed_id=followed.pk, defaults={"since": now}
    )
    if made:
        record(events.Followed(follower=follower.pk, followed=followed.pk), now=now)


@transaction.atomic
def unfollow(*, follower: Identity, followed: Identity, now: datetime) -> None:
    _remove_follow(follower.pk, followed.pk, now=now)


@transaction.atomic
def block(*, blocker: Identity, blocked: Identity, now: datetime) -> None:
    """Make two identities invisible to each other, and end the ties between them.

    The blocked one is not told. Raises Invalid for oneself.
    """
    _refuse_oneself(blocker, blocked)
    _tie, made = Block.objects.get_or_create(
        blocker_id=blocker.pk, blocked_id=blocked.pk, defaults={"since": now}
    )
    if not made:
        return
    record(events.Blocked(blocker=blocker.pk, blocked=blocked.pk), now=now)
    if _remove_connection(blocker.pk, blocked.pk):
        record(events.Disconnected(a=blocker.pk, b=blocked.pk), now=now)
    _remove_follow(blocker.pk, blocked.pk, now=now)
    _remove_follow(blocked.pk, blocker.pk, now=now)


@transaction.atomic
def unblock(*, blocker: Identity, blocked: Identity, now: datetime) -> None:
    """Undo one's own block. Ties do not come back; the other's block, if any, stays."""
    if Block.objects.filter(blocker_id=blocker.pk, blocked_id=blocked.pk).delete()[0]:
        record(events.Unblocked(blocker=blocker.pk, blocked=blocked.pk), now=now)


@transaction.atomic
def mute(*, muter: Identity, muted: Identity, now: datetime) -> None:
    """Keep somebody out of one's timelines. Raises Invalid for oneself."""
    _refuse_oneself(muter, muted)
    _require_reachable(muter, muted)
    _tie, made = Mute.objects.get_or_create(
        muter_id=muter.pk, muted_id=muted.pk, defaults={"since": now}
    )
    if made:
        record(events.Muted(muter=muter.pk, muted=muted.pk), now=now)


@transaction.atomic
def unmute(*, muter: Identity, muted: Identity, now: datetime) -> None:
    if Mute.objects.filter(muter_id=muter.pk, muted_id=muted.pk).delete()[0]:
        record(events.Unmuted(muter=muter.pk, muted=muted.pk), now=now)


@transaction.atomic
def join(*, member: Identity, of: Identity, role: str, now: datetime) -> Membership:
    """Make `member` part of a group or page, or give them another role there.

    Whether they may is the caller's question (an invitation, a request, the group's rules).
    Raises NotFound when either is gone or blocked the other, Invalid for anything but a group or
    page.
    """
    _refuse_oneself(member, of)
    _require_reachable(member, of)
    if of.kind not in (Kind.GROUP, Kind.PAGE):
        raise Invalid(_("One can be a member of groups and pages only."))
    if role not in MembershipRole.values:
        raise Invalid(_("There is no such role."), field="role")
    membership, made = Membership.objects.get_or_create(
        member_id=member.pk, of_id=of.pk, defaults={"since": now, "role": role}
    )
    if made or membership.role != role:
        membership.role = role
        membership.save(update_fields=["role"])
        record(events.Joined(member=member.pk, of=of.pk, role=role), now=now)
    return membership


@transaction.atomic
def leave(*, member: Identity, of: Identity, now: datetime) -> None:
    if Membership.objects.filter(member_id=member.pk, of_id=of.pk).delete()[0]:
        record(events.Left(member=member.pk, of=of.pk), now=now)


def _refuse_oneself(a: Identity, b: Identity) -> None:
    if a.pk == b.pk:
        raise Invalid(_("That is yourself."), code="oneself")


def _require_reachable(a: Identity, b: Identity) -> None:
    """Both live and neither blocked the other, else NotFound: one must not learn which."""
    living = Identity.objects.living().filter(pk__in=(a.pk, b.pk)).count()
    blocked = Block.objects.filter(
        Q(blocker_id=a.pk, blocked_id=b.pk) | Q(blocker_id=b.pk, blocked_id=a.pk)
    ).exists()
    if living != 2 or blocked:
        raise NotFound(_("There is nobody by that name here."), code="identity")


def _remove_connection(a: int, b: int) -> bool:
    sides = Connection.objects.filter(Q(owner_id=a, other_id=b) | Q(owner_id=b, other_id=a))
    return bool(sides.delete()[0])


def _remove_follow(follower: int, followed: int, *, now: datetime) -> None:
    if Follow.objects.filter(follower_id=follower, followed_id=followed).delete()[0]:
        record(events.Unfollowed(follower=follower, followed=followed), now=now)
