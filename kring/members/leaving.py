"""Asking to be erased, and changing one's mind within two weeks.

Who leaves is out of sight at once, as somebody suspended is, everywhere. What is erased when the
time has come, and how, is said in `kring.archive.erasure`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import Conflict, NotFound
from kring.core.events import record
from kring.members.events import IdentityRestored, IdentitySuspended
from kring.members.models import Account, Identity, Kind, Leaving

MIND_CHANGED_WITHIN = timedelta(days=14)


@transaction.atomic
def leave(*, identity: Identity, now: datetime, erase_at: datetime | None = None) -> Leaving:
    """Take somebody out of sight, to be erased after two weeks.

    Raises Conflict for who is leaving already, NotFound for who is no person or is gone.
    """
    held = Identity.objects.select_for_update(of=("self",)).get(pk=identity.pk)
    if held.kind != Kind.PERSON or held.deleted_at is not None:
        raise NotFound(_("There is nobody by that name here."), code="identity")
    if Leaving.objects.filter(identity=held).exists():
        raise Conflict(_("This account is being erased already."), code="leaving")
    leaving = Leaving.objects.create(
        identity=held,
        asked_at=now,
        erase_at=erase_at or now + MIND_CHANGED_WITHIN,
        suspended=held.suspended_at is not None,
    )
    if held.suspended_at is None:
        Identity.objects.filter(pk=held.pk).update(suspended_at=now)
        record(IdentitySuspended(identity_id=held.pk), now=now)
    identity.refresh_from_db()
    return leaving


@transaction.atomic
def stay(*, identity: Identity, now: datetime) -> None:
    """Take the leaving back; all is as it was. Raises NotFound for who is not leaving."""
    leaving = Leaving.objects.select_for_update().filter(identity_id=identity.pk).first()
    if leaving is None:
        raise NotFound(_("Nobody asked for this account to be erased."), code="leaving")
    suspended = leaving.suspended
    leaving.delete()
    if not suspended:
        Identity.objects.filter(pk=identity.pk).update(suspended_at=None)
        record(IdentityRestored(identity_id=identity.pk), now=now)
    identity.refresh_from_db()


def leaving_of(account: Account) -> Leaving | None:
    """Whether whoever signs in with this account is leaving. 1 query."""
    return Leaving.objects.filter(identity__account_id=account.pk).first()
