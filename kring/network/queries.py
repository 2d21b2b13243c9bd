"""Reads about ties."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from kring.core.prepared import Prepared
from kring.members.audience import Closeness
from kring.members.models import Account, Identity
from kring.network.models import Block, Connection, Follow, Membership, MembershipRole, Mute


@dataclass(frozen=True, slots=True)
class Relation:
    """What one identity (`viewer`) is to another. `hidden`: one of them blocked the other."""

    is_self: bool = False
    connected: bool = False
    following: bool = False
    followed_by: bool = False
    muted: bool = False
    blocked: bool = False
    hidden: bool = False


def connection_ids(identity_id: int) -> list[int]:
    """This person's connections, oldest tie first. 1 query."""
    return list(
        Connection.objects.of(identity_id).order_by("id").values_list("other_id", flat=True)
    )


def followed_ids(identity_id: int) -> list[int]:
    """Whom this identity follows. 1 query."""
    ties = Follow.objects.filter(follower_id=identity_id).order_by("id")
    return list(ties.values_list("followed_id", flat=True))


def membership_ids(identity_id: int) -> list[int]:
    """The groups and pages this identity belongs to. 1 query."""
    ties = Membership.objects.filter(member_id=identity_id).order_by("id")
    return list(ties.values_list("of_id", flat=True))


def hidden_from(identity_id: int) -> set[int]:
    """Who is invisible to this identity because one of the two blocked the other. 1 query."""
    return {
        blocked if blocker == identity_id else blocker
        for blocker, blocked in _BLOCKS.rows(identity_id)
    }


_BLOCKS = Prepared(
    lambda one: Block.objects.filter(Q(blocker_id=one) | Q(blocked_id=one)).values_list(
        "blocker_id", "blocked_id"
    )
)


def muted_ids(identity_id: int) -> set[int]:
    """Whom this identity keeps out of its timelines. 1 query."""
    return set(Mute.objects.filter(muter_id=identity_id).values_list("muted_id", flat=True))


def may_act_as(account: Account, identity: Identity) -> bool:
    """May whoever signs in with `account` speak as `identity`? 1 query at most.

    As oneself, and as the pages and groups where one is editor or owner; never as an identity
    that is suspended or gone.
    """
    if not account.is_active or identity.suspended_at or identity.deleted_at:
        return False
    if identity.account_id is not None and identity.account_id == account.pk:
        return True
    return Membership.objects.filter(
        member__account_id=account.pk,
        member__suspended_at=None,
        member__deleted_at=None,
        of_id=identity.pk,
        role__in=(MembershipRole.EDITOR, MembershipRole.OWNER),
    ).exists()


def closeness(viewer_id: int | None, other_id: int) -> Closeness:
    """Where somebody (None: not signed in) stands to `other_id`. 1 query at most.

    Whether they may see each other at all is not asked here.
    """
    if viewer_id is None:
        return Closeness.ANYBODY
    if viewer_id == other_id:
        return Closeness.SELF
    tied = Connection.objects.filter(owner_id=other_id, other_id=viewer_id).exists()
    return Closeness.CONNECTION if tied else Closeness.MEMBER


def relation(viewer_id: int, other_id: int) -> Relation:
    """What `viewer_id` is to `other_id`. 4 queries, none for oneself."""
    if viewer_id == other_id:
        return Relation(is_self=True)
    follows = set(
        Follow.objects.filter(
            Q(follower_id=viewer_id, followed_id=other_id)
            | Q(follower_id=other_id, followed_id=viewer_id)
        ).values_list("follower_id", flat=True)
    )
    blockers = set(
        Block.objects.filter(
            Q(blocker_id=viewer_id, blocked_id=other_id)
            | Q(blocker_id=other_id, blocked_id=viewer_id)
        ).values_list("blocker_id", flat=True)
    )
    return Relation(
        connected=Connection.objects.filter(owner_id=viewer_id, other_id=other_id).exists(),
        following=viewer_id in follows,
        followed_by=other_id in follows,
        muted=Mute.objects.filter(muter_id=viewer_id, muted_id=other_id).exists(),
        blocked=viewer_id in blockers,
        hidden=bool(blockers),
    )
