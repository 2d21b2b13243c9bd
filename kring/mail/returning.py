"""Where letters come back to when they cannot be delivered, and reading what comes back.

The return path names the letter with a seal of ours (VERP), so a bounce says for certain which
address it is about, whatever the server that wrote it put in; and nobody can make up one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from django.conf import settings
from django.db import transaction

from kring.mail.models import Letter, State
from kring.mail.queue import bury

MOST_BYTES = 1 << 20
_PARTS = 50
_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_LASTING = re.compile(r"5\.(?:1\.(?:1|2|3|6|10)|2\.1)$")
_OTHER_REFUSAL = re.compile(r"5\.\d")


def return_path(letter: Letter) -> str:
    """The envelope's sender: with a seal where `KRING_BOUNCES` names a place for what returns."""
    home: str = settings.ENV.bounces
    if not home:
        return str(settings.ENV.mail_from).rpartition("<")[2].rstrip(">").strip()
    local, _at, domain = home.rpartition("@")
    return f"{local}+{letter.pk}-{_seal(letter.pk)}@{domain}"


def _seal(letter_id: int) -> str:
    key = hashlib.sha256(b"kring.bounce:" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, str(letter_id).encode(), hashlib.sha256).hexdigest()[:20]


def letter_of(address: str) -> int | None:
    """The id of the letter that this return path was of; None unless its seal is ours."""
    local, _at, domain = settings.ENV.bounces.rpartition("@")
    pattern = rf"{re.escape(local)}\+(\d{{1,19}})-([0-9a-f]{{20}})@{re.escape(domain)}"
    found = re.search(pattern, address[:2_000], re.IGNORECASE)
    if not local or found is None:
        return None
    if not hmac.compare_digest(found[2].lower(), _seal(int(found[1]))):
        return None
    return int(found[1])


@transaction.atomic
def hear(raw: bytes, *, to: str = "", now: datetime) -> str:
    """Take in what came back; returns what it was: `dead`, `refused`, `passing` or `unknown`.

    to: the address it was sent to, where the mail server says so
    """
    message = message_from_bytes(raw[:MOST_BYTES], policy=policy.default)
    assert isinstance(message, EmailMessage)
    addressed = [to, *(str(value) for name in _HEADERS for value in message.get_all(name, [])[:5])]
    letter_id = next((found for one in addressed if (found := letter_of(one)) is not None), None)
    letter = Letter.objects.filter(pk=letter_id).first() if letter_id is not None else None
    if letter is None:
        return "unknown"
    code = _code_in(message)
    if _LASTING.match(code):
        bury(letter.to, code=code, now=now)
        Letter.objects.filter(pk=letter.pk).update(
            state=State.BOUNCED, last_error=code, message=b"", ended_at=now
        )
        return "dead"
    if _OTHER_REFUSAL.match(code):
        Letter.objects.filter(pk=letter.pk).update(
            state=State.GIVEN_UP, last_error=code, message=b"", ended_at=now
        )
        return "refused"
    return "passing"


def _code_in(message: EmailMessage) -> str:
    """The status of the failed delivery (RFC 3464); empty where nothing failed for good."""
    for number, part in enumerate(message.walk()):
        if number > _PARTS:
            break
        if part.get_content_type() != "message/delivery-status":
            continue
        told = part.as_bytes()[:20_000].decode("ascii", "replace")
        if re.search(r"^Action:\s*failed\s*$", told, re.IGNORECASE | re.MULTILINE):
            status = re.search(r"^Status:\s*(\S+)", told, re.IGNORECASE | re.MULTILINE)
            code = _STATUS.search(status[1]) if status else None
            return code[1] if code else ""
    return ""
