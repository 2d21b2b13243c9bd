"""Sending, for everybody who sends: a letter is stored with the change it tells of.

Django's mail functions end here where there is an SMTP server. Nobody's request waits for it, and
a change that is rolled back tells nobody. The worker sends (`sending.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Count, Min

from kring.core import clock, nodes
from kring.mail.models import DeadAddress, Letter, State

# Nothing of ours comes near; a file that does would fill the database.
MOST_BYTES = 1 << 20
# Sent letters are empty, and stay to be counted, and to be found by a bounce.
KEPT = timedelta(days=30)
BATCH = 1_000


class TooLong(ValueError):
    """A letter of more than a megabyte: a bug of ours."""


class QueueBackend(BaseEmailBackend):
    """What Django sends with where `KRING_SMTP` is set."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store one letter for each address. Those that take none are passed over."""
        return sum(enqueue(message, now=clock.utc_now()) for message in email_messages)


def enqueue(message: EmailMessage, *, now: datetime) -> int:
    """Store a letter for each of its addresses; returns how many. 2 queries.

    Raises BadHeaderError for a header with a line's end in it, TooLong.
    """
    # Django refuses line ends in headers here, before anything is stored.
    said = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
    if len(said) > MOST_BYTES:
        raise TooLong("a letter of more than a megabyte")
    wanted = {address.strip().lower(): address.strip() for address in message.recipients()}
    dead = set(
        DeadAddress.objects.filter(address__in=list(wanted)).values_list("address", flat=True)
    )
    letters = [
        Letter(id=nodes.new_id(), to=to, message=said, made_at=now, due_at=now)
        for folded, to in wanted.items()
        if folded not in dead
    ]
    Letter.objects.bulk_create(letters)
    return len(letters)


def is_dead(address: str) -> bool:
    """Whether nothing is sent to this address. 1 query."""
    return DeadAddress.objects.filter(address=address.strip().lower()).exists()


def bury(address: str, *, code: str, now: datetime) -> None:
    """Send nothing more to an address that its server does not know; what waits is dropped."""
    folded = address.strip().lower()
    DeadAddress.objects.get_or_create(address=folded, defaults={"since": now, "code": code[:60]})
    Letter.objects.filter(to__iexact=folded, state=State.WAITING).update(
        state=State.BOUNCED, message=b"", ended_at=now, last_error=code[:60], leased_until=None
    )


def revive(address: str) -> bool:
    """Try an address again from now on; whether it was dead."""
    return bool(DeadAddress.objects.filter(address=address.strip().lower()).delete()[0])


def forget(address: str) -> int:
    """Remove every trace of an address, sent or waiting; for whoever erases somebody."""
    revive(address)
    return Letter.objects.filter(to__iexact=address.strip()).delete()[0]


def retry_given_up(*, now: datetime) -> int:
    """Try again what was given up and is still whole; returns how many."""
    whole = Letter.objects.filter(state=State.GIVEN_UP).exclude(message=b"")
    return whole.update(state=State.WAITING, due_at=now, attempts=0, ended_at=None)


def figures(*, now: datetime) -> dict[str, int]:
    """How many letters of the last seven days are in which state, `dead` addresses, and `oldest`:
    for how many seconds the first of those that wait has waited. 3 queries."""
    lately = Letter.objects.filter(made_at__gt=now - timedelta(days=7))
    found = dict.fromkeys(State.values, 0)
    for state, many in lately.values_list("state").annotate(many=Count("pk")):
        found[state] = many
    first = Letter.objects.filter(state=State.WAITING).aggregate(first=Min("made_at"))["first"]
    found["oldest"] = int((now - first).total_seconds()) if first is not None else 0
    found["dead"] = DeadAddress.objects.count()
    return found


def trim(now: datetime) -> int:
    """Remove letters that ended, or were given up, a while ago; returns how many."""
    old, total = Letter.objects.filter(made_at__lt=now - KEPT).exclude(state=State.WAITING), 0
    while ids := list(old.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        total += Letter.objects.filter(pk__in=ids).delete()[0]
    return total
