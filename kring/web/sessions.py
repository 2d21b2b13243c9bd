"""Who is signed in, read with as little work as safety allows.

Sessions stay rows of the database, so signing out ends one everywhere at once. This is asked on
every request: the queries are compiled once, and a signature that held is not checked again.
"""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.db import connection

from kring.core import clock
from kring.members.models import Account
from kring.members.queries import account_of

_ROW = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
KEPT = 4_096


class SessionStore(db.SessionStore):
    """Django's sessions in the database."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing when it is unknown or over. 1 query."""
        until = connection.ops.adapt_datetimefield_value(clock.utc_now())
        with connection.cursor() as cursor:
            cursor.execute(_ROW, [self.session_key, until])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return deepcopy(_read(row[0]))


@lru_cache(maxsize=KEPT)
def _read(signed: str) -> dict[str, Any]:
    """The same signed text always says the same, so it is checked once in each process."""
    read: dict[str, Any] = SessionStore().decode(signed)
    return read


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Signing in as allauth does it; the account of a session by a query compiled once."""

    def get_user(self, user_id: int) -> Account | None:
        account = account_of(user_id)
        return account if account is not None and self.user_can_authenticate(account) else None
