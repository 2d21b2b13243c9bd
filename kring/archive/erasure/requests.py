"""Asking to be erased, changing one's mind, who is due, and making it true after a restore."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from kring.archive.erasure import ledger
from kring.archive.erasure.wipe import erase
from kring.archive.events import ErasureAsked
from kring.archive.export import requests as exports
from kring.archive.models import Export
from kring.core import nodes
from kring.core.errors import Conflict
from kring.core.events import record
from kring.members.leaving import leave, stay
from kring.members.models import Identity, Leaving, Role, Tombstone
from kring.members.tombstones import bury_digests

EVERY = timedelta(minutes=10)
PORTION = 20
log = structlog.get_logger(__name__)


@transaction.atomic
def ask(*, person: Identity, now: datetime) -> Leaving:
    """Hide somebody at once, and erase them after two weeks. Raises Conflict, NotFound."""
    leaving = leave(identity=person, now=now)
    exports.forget(list(Export.objects.filter(identity=person).values_list("pk", flat=True)))
    record(ErasureAsked(identity_id=person.pk), now=now)
    # Last, so that nothing but the commit itself can make it untrue.
    ledger.write(ledger.ASKED, identity_id=person.pk, now=now, erase_at=leaving.erase_at)
    return leaving


def require_another_owner(person: Identity) -> None:
    """Raises Conflict for the only owner: nobody could let anybody in after them. 2 queries."""
    own = person.account
    if own is None or own.role != Role.OWNER:
        return
    others = Identity.objects.filter(
        account__role=Role.OWNER, account__is_active=True, suspended_at=None, deleted_at=None
    ).exclude(pk=person.pk)
    if not others.exists():
        raise Conflict(
            _("You are the only owner of this community. Make somebody else an owner first."),
            code="only_owner",
        )


@transaction.atomic
def undo(*, person: Identity, now: datetime) -> None:
    """All is as it was before they asked. Raises NotFound for who did not."""
    stay(identity=person, now=now)
    ledger.write(ledger.STAYED, identity_id=person.pk, now=now)


def erase_due(now: datetime) -> int:
    """Erase everybody whose two weeks are over; returns how many."""
    due = Leaving.objects.filter(erase_at__lte=now).order_by("erase_at")
    ids = list(due.values_list("identity_id", flat=True)[:PORTION])
    return sum(erase(identity_id, now=now) for identity_id in ids)


def replay_erasures(now: datetime) -> int:
    """Make true again what a restored database does not know: returns how many were put right.

    Twice is once. Everybody who was erased since the backup is erased again, who asked is hidden
    until the day they were told, who came back is back.
    """
    told = ledger.last_lines()
    gone = set(Tombstone.objects.filter(of=Tombstone.Of.IDENTITY).values_list("digest", flat=True))
    for line in told.values():
        if line.what == ledger.ERASED and line.identity not in gone:
            bury_digests(identity=line.identity, handles=line.handles, now=line.at)
            gone.add(line.identity)
    changed = 0
    for digest, identity_id in list(ledger.people()):
        if digest in gone:
            changed += erase(identity_id, now=now)
        elif digest in told:
            changed += _as_told(identity_id, told[digest], now)
    if changed:
        log.info("erasures.replayed", people=changed)
    return changed


def after_restore(made_at: datetime, now: datetime) -> None:
    """`replay_erasures`, in a process that does nothing else (`project.wiring.after_restore`)."""
    nodes.start()
    replay_erasures(now)


@transaction.atomic
def _as_told(identity_id: int, line: ledger.Line, now: datetime) -> int:
    person = Identity.objects.get(pk=identity_id)
    leaving = Leaving.objects.filter(identity=person).exists()
    if line.what == ledger.ASKED and not leaving and person.deleted_at is None:
        leave(identity=person, now=line.at, erase_at=line.erase_at)
        return 1
    if line.what == ledger.STAYED and leaving:
        stay(identity=person, now=now)
        return 1
    return 0
