"""Who moderates and who owns: changed by owners alone, and never so that nobody owns."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import Conflict, Invalid, NotFound
from kring.members.community import require_owner
from kring.members.models import Account, Role
from kring.moderation.audit import actor_of, write


@transaction.atomic
def change_role(*, account_id: int, role: str, by: Account | None, now: datetime) -> str:
    """Give somebody a role, from their next request on; returns the one they had.

    by: an owner, as they are now and not as they were signed in; None for whoever has the machine.
    Raises NotAllowed, Invalid, NotFound for whoever is nobody here, Conflict for the last owner.
    """
    if role not in Role.values:
        raise Invalid(_("There is no such role."), field="role")
    # All owners and the one meant, in one order: of two who take each other's role, one waits.
    asking = [account_id] if by is None else [account_id, by.pk]
    rows = Account.objects.select_for_update().order_by("pk")
    held = {one.pk: one for one in rows.filter(pk__in=asking) | rows.filter(role=Role.OWNER)}
    if by is not None:
        require_owner(held.get(by.pk))
    found = held.get(account_id)
    person = getattr(found, "identity", None) if found is not None else None
    if found is None or person is None or person.deleted_at is not None:
        raise NotFound(_("There is nobody by that name here."), code="account")
    before = found.role
    if before == role:
        return before
    living = Account.objects.filter(
        role=Role.OWNER, is_active=True, identity__suspended_at=None, identity__deleted_at=None,
        identity__isnull=False,
    )  # fmt: skip
    if before == Role.OWNER and not living.exclude(pk=account_id).exists():
        raise Conflict(
            _("A community needs an owner. Make somebody else one first."), code="last_owner"
        )
    Account.objects.filter(pk=account_id).update(role=role)
    detail = f"{before} > {role}"
    write(
        by=actor_of(by), what="role.changed", about=("account", account_id), detail=detail, now=now
    )
    return before
