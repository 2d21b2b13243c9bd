"""From the queue to the mail server: by the worker, in a thread of its own, a few at a time.

    waiting ──claimed under a lease──▶ handed over ──▶ sent
       ▲              │
       └── later ◀────┤ 4xx, or the server is away: 1, 2, 4 … minutes, six hours at most
                      ├ 5xx for this letter, or two days are over ──▶ given up, and said so
                      └ 5xx "nobody there" ──▶ bounced, and nothing more goes to that address

A worker that dies between the server's yes and our note of it sends that one letter again, with
the same Message-ID, by which mail programs show it once. None is lost: a lease runs out.
"""

from __future__ import annotations

import re
import smtplib
import threading
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, connections, transaction

from kring.core import clock
from kring.mail.models import Letter, State
from kring.mail.queue import bury, is_dead
from kring.mail.returning import return_path
from kring.mail.smtp import Server, connected

EVERY = timedelta(seconds=1)
PORTION = 20
# Longer than the server may take for one portion's letter; extended before each.
LEASE = timedelta(minutes=2)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
TRIED_FOR = timedelta(days=2)
# RFC 3463: the mailbox, its system or its domain does not exist, or takes nothing any more.
_NOBODY = re.compile(r"\b5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b")

log = structlog.get_logger(__name__)


def pause(attempts: int) -> timedelta:
    """How long to wait after this many tries that failed."""
    doubled: int = 2 ** min(attempts - 1, 12)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def claim(*, now: datetime, limit: int = PORTION) -> list[Letter]:
    """Take letters that are due, the oldest first; nobody else has them while the lease lasts."""
    due = Letter.objects.filter(state=State.WAITING, due_at__lte=now)
    due = due.exclude(leased_until__gt=now).order_by("due_at", "pk")
    if not due.exists():
        return []
    with transaction.atomic():
        if connection.vendor == "postgresql":
            due = due.select_for_update(skip_locked=True)
        letters = list(due[:limit])
        Letter.objects.filter(pk__in=[letter.pk for letter in letters]).update(
            leased_until=now + LEASE
        )
    return letters


def send_due(server: Server) -> int:
    """Hand over what is due, over one connection; returns how many were tried."""
    letters = claim(now=clock.utc_now())
    if not letters:
        return 0
    tried = 0
    try:
        with connected(server) as link:
            for letter in letters:
                if not _still_ours(letter):
                    continue
                tried += 1
                if not _hand_over(link, letter):
                    break
    except (OSError, smtplib.SMTPException) as error:
        code = _code(error)
        log.warning("mail.server", error=type(error).__name__, code=code)
        for letter in letters[tried:]:
            _later(letter, code)
        return len(letters)
    for letter in letters[tried:]:
        Letter.objects.filter(pk=letter.pk, state=State.WAITING).update(leased_until=None)
    return tried


def _still_ours(letter: Letter) -> bool:
    """Extend the lease of one that still waits; False for one that ended meanwhile."""
    now = clock.utc_now()
    mine = Letter.objects.filter(pk=letter.pk, state=State.WAITING, attempts=letter.attempts)
    return not is_dead(letter.to) and bool(mine.update(leased_until=now + LEASE))


def _hand_over(link: smtplib.SMTP, letter: Letter) -> bool:
    """Hand over one letter; False when the connection cannot be used for another."""
    try:
        link.sendmail(return_path(letter), [letter.to], bytes(letter.message))
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        _refused(letter, code, words, about_address=True)
    except smtplib.SMTPSenderRefused as error:
        _refused(letter, error.smtp_code, error.smtp_error, about_address=False)
    except smtplib.SMTPResponseException as error:
        _refused(letter, error.smtp_code, error.smtp_error, about_address=False)
    except (OSError, smtplib.SMTPException) as error:
        _later(letter, _code(error))
        return False
    else:
        _end(letter, State.SENT)
    return True


def _refused(letter: Letter, code: int, words: bytes | str, *, about_address: bool) -> None:
    said = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    enhanced = re.match(r"\s*([245]\.\d{1,3}\.\d{1,3})", said)
    told = f"{code} {enhanced[1]}" if enhanced else str(code)
    if code < 500:
        _later(letter, told)
    elif about_address and (_NOBODY.search(told) or (enhanced is None and code in (550, 551, 553))):
        with transaction.atomic():
            bury(letter.to, code=told, now=clock.utc_now())
            _end(letter, State.BOUNCED, told)
    else:
        _give_up(letter, told)


def _later(letter: Letter, code: str) -> None:
    now = clock.utc_now()
    if now - letter.made_at >= TRIED_FOR:
        _give_up(letter, code)
        return
    attempts = letter.attempts + 1
    Letter.objects.filter(pk=letter.pk, state=State.WAITING).update(
        attempts=attempts, due_at=now + pause(attempts), last_error=code[:60], leased_until=None
    )


def _give_up(letter: Letter, code: str) -> None:
    """Kept whole for a while: the owner may try again once the reason is gone."""
    log.error("mail.given_up", letter=letter.pk, code=code)
    Letter.objects.filter(pk=letter.pk).update(
        state=State.GIVEN_UP, ended_at=clock.utc_now(), last_error=code[:60], leased_until=None
    )


def _end(letter: Letter, state: State, code: str = "") -> None:
    Letter.objects.filter(pk=letter.pk).update(
        state=state, message=b"", ended_at=clock.utc_now(), last_error=code, leased_until=None
    )


def _code(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return f"{code} {type(error).__name__}" if code else type(error).__name__


class Sender:
    """Sends in a thread of its own, one at a time: a slow server holds up nothing else."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def start(self, now: datetime) -> bool:
        """Whether one was started: not while one runs, nor when nothing is due. 1 query at most."""
        if settings.ENV.smtp_url is None or (self._thread and self._thread.is_alive()):
            return False
        if not Letter.objects.filter(state=State.WAITING, due_at__lte=now).exists():
            return False
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)
        self._thread.start()
        return True

    def _run(self) -> None:
        try:
            while send_due(Server.from_url(settings.ENV.smtp_url or "")):
                pass
        except Exception as error:  # the next run tries again
            log.error("mail.failed", error=type(error).__name__)
        finally:
            connections.close_all()


sender = Sender()
