"""Who moderates, and whom: the one answer for pages and commands."""

from __future__ import annotations

from django.utils.translation import gettext as _

from kring.core.errors import NotAllowed, NotFound
from kring.members.models import Account, Identity, Role
from kring.members.queries import person_of
from kring.network.models import Membership, MembershipRole

MODERATES = (Role.MODERATOR, Role.OWNER)
_RANK = {Role.MEMBER: 0, Role.MODERATOR: 1, Role.OWNER: 2}


def may_moderate(account: object) -> bool:
    """Whether whoever signs in with this may see the queue. 1 query at most."""
    if not isinstance(account, Account) or account.role not in MODERATES or not account.is_active:
        return False
    person = person_of(account)
    return person is not None and person.suspended_at is None and person.deleted_at is None


def require_moderator(account: object) -> Account:
    """Raises NotFound for everybody else: to them there is no such page."""
    if not isinstance(account, Account) or not may_moderate(account):
        raise NotFound(_("This page does not exist, or is not for you."), code="moderation")
    return account


def own_ids(account: Account) -> set[int]:
    """The identities that are this person's own: themselves, and what they own or edit. 1 query."""
    person = person_of(account)
    if person is None:
        return set()
    run = Membership.objects.filter(
        member_id=person.pk, role__in=(MembershipRole.OWNER, MembershipRole.EDITOR)
    )
    return {person.pk, *run.values_list("of_id", flat=True)}


def require_may_judge(account: Account | None, person: Identity) -> None:
    """Raises NotAllowed for a case about oneself, or about somebody with as high a role.

    Owners decide about everybody but themselves; whoever has the machine (None) about all.
    """
    if account is None:
        return
    if person.pk in own_ids(account):
        raise NotAllowed(_("This is about you. Somebody else decides it."), code="about_you")
    if account.role == Role.OWNER:
        return
    theirs = Role(person.account.role) if person.account else Role.MEMBER
    if _RANK[theirs] >= _RANK[Role(account.role)]:
        raise NotAllowed(
            _("Only an owner of the community decides about its moderators and owners."),
            code="rank",
        )


def others_who_may_judge(account: Account | None, person: Identity) -> bool:
    """Whether anybody besides this account may decide about the person. 1 query, 2 each."""
    rest = Account.objects.filter(
        role__in=MODERATES,
        is_active=True,
        identity__suspended_at=None,
        identity__deleted_at=None,
        identity__isnull=False,
    ).select_related("identity")
    if account is not None:
        rest = rest.exclude(pk=account.pk)
    return any(_may_judge(one, person) for one in rest[:100])


def _may_judge(account: Account, person: Identity) -> bool:
    try:
        require_may_judge(account, person)
    except NotAllowed:
        return False
    return True
