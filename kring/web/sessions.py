"""Who is signed in, read with as little work as safety allows.

Sessions stay rows of the database, so signing out ends one everywhere at once. This is asked on
every request: the queries are compiled once, and a signature that held is not checked again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import connection

from kring.core import clock
from kring.core.prepared import Statement
from kring.members.models import Account
from kring.members.queries import account_of

_ROW = Statement(
    "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
)
KEPT = 4_096
# Longer than any code that is mailed: a step on the way in is kept no longer than it can be used.
NOBODY_S = 3_600


class SessionStore(db.SessionStore):
    """Django's sessions in the database."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing when it is unknown or over. 1 query."""
        until = connection.ops.adapt_datetimefield_value(clock.utc_now())
        for (signed,) in _ROW.fetch([self.session_key, until]):
            held: dict[str, Any] = msgspec.json.decode(_read(signed))
            return held
        self._session_key = None
        return {}

    def get_session_cookie_age(self) -> int:
        """Two weeks, in seconds; an hour while nobody is signed in."""
        age: int = super().get_session_cookie_age()
        return age if SESSION_KEY in self else min(age, NOBODY_S)


@lru_cache(maxsize=KEPT)
def _read(signed: str) -> bytes:
    """The same signed text always says the same, so it is checked once in each process."""
    return msgspec.json.encode(SessionStore().decode(signed))


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Signing in as allauth does it; the account of a session by a query compiled once."""

    def get_user(self, user_id: int) -> Account | None:
        account = account_of(user_id)
        return account if account is not None and self.user_can_authenticate(account) else None
