"""The talk with the mail server: encrypted where it can be, and always with a password."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

TIMEOUT = 20.0
Tls = Literal["wrapped", "required", "offered", "off"]


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over.

    tls: `wrapped` from the first byte, by STARTTLS `required` or where it is `offered`, or `off`
    """

    host: str
    port: int
    user: str
    password: str
    tls: Tls

    @classmethod
    def from_url(cls, url: str) -> Server:
        """Raises ValueError for a way of encrypting that there is not, or a password without."""
        parts = urlsplit(url)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        asked = (parse_qs(parts.query).get("tls") or [""])[0]
        if parts.scheme == "smtps":
            tls: str = "wrapped"
        else:
            tls = asked or ("required" if user else "offered")
        if asked not in ("", "required", "offered", "off") or (user and tls in ("offered", "off")):
            raise ValueError("tls")
        port = parts.port or (465 if tls == "wrapped" else 587)
        return cls(parts.hostname or "", port, user, password, tls)  # type: ignore[arg-type]


class NoEncryption(smtplib.SMTPException):
    """The server does not offer what must be."""


@contextmanager
def connected(server: Server) -> Iterator[smtplib.SMTP]:
    """A server that is ready to take letters. Raises OSError and smtplib.SMTPException."""
    if server.tls == "wrapped":
        link: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT, context=ssl.create_default_context()
        )
    else:
        link = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        link.ehlo()
        if server.tls in ("required", "offered"):
            if link.has_extn("starttls"):
                link.starttls(context=_context(server))
                link.ehlo()
            elif server.tls == "required":
                raise NoEncryption("STARTTLS")
        if server.user:
            link.login(server.user, server.password)
        yield link
    finally:
        link.close()


def _context(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.tls == "offered":
        # As between mail servers: better read by whoever stands in between than by everybody.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
