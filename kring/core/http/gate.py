"""The order of things: read the URL, resolve, check, connect, ask, read; again for a redirect."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import httpcore
import httpx

from kring.core.http.addresses import AddressPolicy, IPAddress
from kring.core.http.body import ACCEPT_ENCODING, read_body
from kring.core.http.deadline import Deadline
from kring.core.http.errors import (
    BadAnswer,
    BadUrl,
    Refused,
    TooLarge,
    TooManyRedirects,
    Unreachable,
    WrongType,
)
from kring.core.http.hops import Hop, first_hop, is_redirect, next_hop
from kring.core.http.messages import Request, Response
from kring.core.http.resolving import Resolver, SystemResolver
from kring.core.http.urls import Target
from kring.core.http.wire import PinnedBackend

_SYSTEM_RESOLVER = SystemResolver()


def fetch(
    request: Request, *, resolver: Resolver | None = None, tls: ssl.SSLContext | None = None
) -> Response:
    """Ask another site, and come back with its answer whatever its status.

    resolver: the machine's own, unless given
    tls: for a private certificate authority; must verify certificates and names. Without it, the
        usual public ones are trusted, or those in SSL_CERT_FILE.
    Raises OutboundError; see its tree for what can happen.
    """
    if tls is not None and not (tls.check_hostname and tls.verify_mode == ssl.CERT_REQUIRED):
        raise ValueError("a TLS context that does not verify who answers")
    deadline = Deadline(request.limits.seconds)
    line = _Line(request, resolver or _SYSTEM_RESOLVER, tls, deadline)
    hop = first_hop(request)
    for _ in range(request.limits.redirects + 1):
        answer = line.ask(hop)
        if not is_redirect(answer.status, answer.headers):
            return answer
        hop = next_hop(hop, answer)
    raise TooManyRedirects(f"more than {request.limits.redirects} from {request.url}")


@dataclass(frozen=True)
class _Line:
    """What all hops of one fetch share."""

    request: Request
    resolver: Resolver
    tls: ssl.SSLContext | None
    deadline: Deadline

    def ask(self, hop: Hop) -> Response:
        """One request over one connection; the body of a redirect is left unread."""
        addresses = self._checked_addresses(hop.target, self.request.policy)
        with (
            _in_our_words(),
            httpcore.HTTPConnection(
                origin=_wire_url(hop.target).origin,
                ssl_context=self._tls_for(hop.target),
                network_backend=PinnedBackend(addresses, self.deadline),
            ) as connection,
        ):
            return self._read(hop, connection.handle_request(self._wire_request(hop)))

    def _checked_addresses(self, target: Target, policy: AddressPolicy) -> list[IPAddress]:
        """The addresses to connect to: all of them permitted, or none returned.

        One private address among public ones is how a name is made to pass a check of the first
        and then connect to the second.
        """
        if not policy.permits_port(target.port):
            raise BadUrl(f"port {target.port} of {target.host}")
        if target.literal is not None:
            addresses: list[IPAddress] = [target.literal]
        else:
            addresses = self.resolver.resolve(target.host, target.port, self.deadline.remaining())
        for address in addresses:
            if not policy.permits_address(address):
                raise Refused(f"{target.host} is {address}")
        return addresses

    def _tls_for(self, target: Target) -> ssl.SSLContext | None:
        return (self.tls or _default_tls()) if target.scheme == "https" else None

    def _wire_request(self, hop: Hop) -> httpcore.Request:
        headers = {
            "Host": hop.target.authority,
            "User-Agent": self.request.user_agent,
            **hop.headers,
            "Accept-Encoding": ACCEPT_ENCODING,
            "Connection": "close",
        }
        if hop.method == "POST":
            headers["Content-Length"] = str(len(hop.body))
        return httpcore.Request(
            hop.method,
            _wire_url(hop.target),
            headers=[(name.encode(), text.encode()) for name, text in headers.items()],
            content=hop.body,
        )

    def _read(self, hop: Hop, answer: httpcore.Response) -> Response:
        headers = _joined(answer.headers)
        body = b""
        if not is_redirect(answer.status, headers):
            self._check_type(headers.get("content-type", ""))
            encoding, limits = headers.get("content-encoding", ""), self.request.limits
            body = read_body(answer.iter_stream(), encoding, limits.max_bytes, cut=limits.cut)
        return Response(answer.status, headers, body, hop.target.url)

    def _check_type(self, content_type: str) -> None:
        """Before a byte of the body is read."""
        accepts = self.request.accepts
        if accepts and content_type.partition(";")[0].strip().lower() not in accepts:
            raise WrongType(f"{content_type[:100]!r} is none of {sorted(accepts)}")


@cache
def _default_tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _wire_url(target: Target) -> httpcore.URL:
    return httpcore.URL(
        scheme=target.scheme.encode(),
        host=target.host.encode(),
        port=target.port,
        target=target.path.encode(),
    )


def _joined(raw: list[tuple[bytes, bytes]]) -> Mapping[str, str]:
    texts: dict[str, list[str]] = {}
    for name, text in raw:
        texts.setdefault(name.decode("ascii").lower(), []).append(text.decode("latin-1"))
    return {name: ", ".join(repeated) for name, repeated in texts.items()}


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except httpcore.ProtocolError as error:
        # h11 hints at the status a server would answer with; 431 is its bound on headers.
        if getattr(error.__cause__, "error_status_hint", None) == 431:
            raise TooLarge("headers without end") from error
        raise BadAnswer(str(error)) from error
    except httpcore.NetworkError as error:
        raise Unreachable(str(error)) from error
