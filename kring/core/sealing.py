"""Short texts that lie in the database and that the database alone must not tell.

Sealed with Fernet (AES-128-CBC with HMAC-SHA256), under a key that HKDF draws from the signing key
for one purpose: what is sealed for one cannot be opened for another. Whoever has a copy of the
database and not the key reads nothing of it; whoever runs Kring has both.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

# How every sealed text begins, until the year 2106: Fernet's version and the first bits of a time.
MARK = "gAAAA"


class Unreadable(Exception):
    """Sealed with a key that is not here, or no seal of ours."""


class Seal:
    """`purpose` must never change: the key comes from it."""

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose

    def close(self, text: str) -> str:
        return self._fernet().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises Unreadable."""
        try:
            return self._fernet().decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unreadable(self._purpose) from None

    def renew(self, sealed: str) -> str:
        """The same under today's key, unchanged if it is already. Raises Unreadable."""
        try:
            _fernet(self._purpose, settings.ENV.secret_key).decrypt(sealed.encode())
        except InvalidToken:
            return self.close(self.open(sealed))
        return sealed

    def _fernet(self) -> MultiFernet:
        return _fernet(self._purpose, settings.ENV.secret_key, settings.ENV.secret_key_before)


@lru_cache(maxsize=16)
def _fernet(purpose: str, *keys: str) -> MultiFernet:
    """What seals with the first of these keys and opens with any of them; empty ones are none."""
    return MultiFernet([Fernet(drawn_key(key, purpose)) for key in keys if key])


def drawn_key(key: str, purpose: str) -> bytes:
    """A key for this one purpose, from which the signing key cannot be told."""
    drawn = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"kring: {purpose}".encode())
    return urlsafe_b64encode(drawn.derive(key.encode()))
