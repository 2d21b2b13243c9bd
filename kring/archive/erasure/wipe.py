"""Everything of one person goes: rows, files, what was measured, and what names them elsewhere.

Everything that hangs on their identity or account goes with it by the database's own rules; what
is written out here is what does not. `tests/archive/test_erased.py` walks every column of every
table, and the folders, for what may have been forgotten.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import structlog
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from kring.archive.erasure import ledger, words
from kring.archive.export import requests as exports
from kring.archive.models import Export
from kring.core.events import Event, decode, record
from kring.core.models import Delivery, RecordedEvent
from kring.feed import forgetting
from kring.mail import queue
from kring.media.models import Image
from kring.media.services import discard
from kring.members.events import IdentityDeleted
from kring.members.models import Account, FormerPart, Identity, Kind
from kring.members.tombstones import bury
from kring.moderation.models import Report
from kring.search.indexing import index

log = structlog.get_logger(__name__)


def erase(identity_id: int, *, now: datetime) -> bool:
    """Erase a person for good. Says whether there was anybody; twice is once."""
    if connection.vendor == "sqlite":
        # Otherwise what is deleted stays in the file until something else is written over it.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")
    with transaction.atomic():
        person = (
            Identity.objects.select_for_update(of=("self",))
            .filter(pk=identity_id, kind=Kind.PERSON)
            .first()
        )
        if person is None:
            return False
        email = Account.objects.filter(identity=person).values_list("email", flat=True).first()
        former = person.former_handles.values_list("handle", flat=True)
        handles = [person.handle.lower(), *former]
        # First, and whatever becomes of this transaction: their time has come.
        ledger.write(ledger.ERASED, identity_id=person.pk, now=now, handles=handles)
        bury(identity_id=person.pk, handles=handles, now=now)
        _erase(person, handles, now)
        transaction.on_commit(lambda: _after(email))
    log.info("person.erased")
    return True


def _erase(person: Identity, handles: Collection[str], now: datetime) -> None:
    if person.suspended_at is None:
        Identity.objects.filter(pk=person.pk).update(suspended_at=now)
    # Who is out of sight is forgotten by it, with the words that nobody else has.
    index([person.pk])
    pictures, topics = _pictures(person), words.topics_of(person.pk)
    words.take_back_posts(person.pk, now=now)
    Report.objects.filter(by=person).update(words="")
    forgetting.forget_log(person.pk)
    exports.forget(list(Export.objects.filter(identity=person).values_list("pk", flat=True)))
    _forget_events(person.pk)
    account_id = person.account_id
    # The rows that refer to pictures, before the pictures.
    Identity.objects.filter(pk=person.pk).update(portrait=None)
    FormerPart.objects.filter(identity=person).delete()
    Identity.objects.filter(pk=person.pk).delete()
    if account_id is not None:
        _forget_mail(account_id)
        _forget_sessions(account_id)
        Account.objects.filter(pk=account_id).delete()
    words.drop_unused_topics(topics)
    words.unmention(handles)
    discard(pictures)
    # Those that the community shows go on being shown, sent by nobody.
    Image.objects.filter(uploaded_by=person.pk).update(uploaded_by=None)
    record(IdentityDeleted(identity_id=person.pk), now=now)


def _pictures(person: Identity) -> set[int]:
    former = person.former_parts.values_list("portrait_id", flat=True)
    sent = Image.objects.filter(uploaded_by=person.pk).values_list("pk", flat=True)
    found = {person.portrait_id, *former, *sent, *words.pictures_of(person.pk)}
    return {image_id for image_id in found if image_id is not None}


def _forget_events(identity_id: int) -> None:
    """Drop what was given up and names them: what is delivered goes by itself within days."""
    given_up = Delivery.objects.filter(given_up_at__isnull=False).values("event")
    for row in RecordedEvent.objects.filter(pk__in=given_up).iterator(chunk_size=500):
        if row.kind in Event.KINDS and _names(decode(row).event, identity_id):
            row.delete()


def _names(event: Event, identity_id: int) -> bool:
    return any(getattr(event, name) == identity_id for name in event.__struct_fields__)


def _forget_mail(account_id: int) -> None:
    """Letters to their addresses, whatever became of them, and that nobody was there."""
    theirs = set(EmailAddress.objects.filter(user_id=account_id).values_list("email", flat=True))
    theirs |= set(Account.objects.filter(pk=account_id).values_list("email", flat=True))
    for email in theirs:
        queue.forget(email)


def _forget_sessions(account_id: int) -> None:
    known = UserSession.objects.filter(user_id=account_id).values_list("session_key", flat=True)
    keys = set(known)
    # Also those that no row tells of: a session is sealed, so each is opened.
    for session in Session.objects.iterator(chunk_size=500):
        if session.get_decoded().get(SESSION_KEY) == str(account_id):
            keys.add(session.session_key)
    Session.objects.filter(session_key__in=keys).delete()


def _after(email: str | None) -> None:
    """Files that are no rows: the feed's snapshots, which hold everybody, and mail never sent."""
    forgetting.remove_snapshots()
    folder = Path(settings.ENV.data) / "mail"
    if email is None or not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_file() and email.lower().encode() in path.read_bytes().lower():
            path.unlink(missing_ok=True)
