"""What a second step is checked against, sealed where it is stored: in django-allauth's table.

Of a passkey only the public half is stored, which is no secret.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from kring.core.sealing import MARK, Seal, Unreadable

SEAL = Seal("second steps")
# Of an app, and of recovery codes. Neither is ever written with a small "g", as sealed texts are.
SECRETS = ("secret", "seed")
KINDS = ("totp", "recovery_codes")
PORTION = 250


def seal_all(rows: QuerySet[Any]) -> int:
    """Seal what is not, and seal anew what an earlier key sealed; returns how many rows changed.

    rows: of allauth's Authenticator. May be stopped at any time and run again. What no key opens
    stays as it is.
    """
    return _each(rows, lambda text: SEAL.renew(text) if text.startswith(MARK) else SEAL.close(text))


def unseal_all(rows: QuerySet[Any]) -> int:
    """The way back, for a release that knows no seals."""
    return _each(rows, lambda text: SEAL.open(text) if text.startswith(MARK) else text)


def oldest_is_readable(rows: QuerySet[Any]) -> bool:
    """Whether the secret that was stored first, if there is any, opens with our keys. 1 query."""
    data = rows.filter(type__in=KINDS).order_by("pk").values_list("data", flat=True).first() or {}
    try:
        for name in data.keys() & set(SECRETS):
            SEAL.open(data[name])
    except Unreadable:
        return False
    return True


def _each(rows: QuerySet[Any], change: Callable[[str], str]) -> int:
    changed, last = 0, 0
    while True:
        # A code that is used meanwhile writes the same column.
        with transaction.atomic():
            held = rows.filter(type__in=KINDS, pk__gt=last).order_by("pk").select_for_update()
            portion = list(held[:PORTION])
            changed += sum(_changed(row, change) for row in portion)
        if not portion:
            return changed
        last = portion[-1].pk


def _changed(row: Model, change: Callable[[str], str]) -> bool:
    data: dict[str, Any] = row.data  # type: ignore[attr-defined]
    try:
        new = {name: change(data[name]) for name in SECRETS if name in data}
    except Unreadable:
        return False
    if new.items() <= data.items():
        return False
    row.data = {**data, **new}  # type: ignore[attr-defined]
    row.save(update_fields=["data"])
    return True
