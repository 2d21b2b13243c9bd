"""A small hostile internet on 127.0.0.x: a name server that lies and a site that misbehaves.

The site listens at 127.0.0.1, which `World.policy` allows; a secret listens on the same port of
127.0.0.2, which it does not. So "refused" always means refused by the gate: had it connected, the
secret would have answered, and `World.secret.seen` would show it.
"""

import itertools
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from kring.core.http import AddressPolicy, Limits, Request, Response, fetch
from tests.core.hostile.dns import SILENT, DnsResolver, HostileDns
from tests.core.hostile.site import HostileSite, Seen, black_hole, ok

__all__ = [
    "SILENT",
    "DnsResolver",
    "HostileSite",
    "Seen",
    "World",
    "black_hole",
    "hostile_world",
    "ok",
    "only_loopback",
]


@dataclass
class World:
    site: HostileSite
    secret: HostileSite
    dns: HostileDns
    names: dict[str, list[Sequence[str]]]
    policy: AddressPolicy = field(init=False)

    def __post_init__(self) -> None:
        self.policy = AddressPolicy.allowing("127.0.0.1/32", ports=[self.site.port])

    @property
    def resolver(self) -> DnsResolver:
        return DnsResolver("127.0.0.1", self.dns.server_address[1])

    def url(self, path: str = "/", host: str = "site.test", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.site.port}{path}"

    def fetch(self, url: str, *, method: Any = "GET", tls: Any = None, **rest: Any) -> Response:
        """Fetch an absolute URL, or a path of site.test; `rest` as in Request or Limits.

        Nothing on the way may be waited for longer than the whole fetch may last.
        """
        limits = {
            key: rest.pop(key) for key in ("max_bytes", "seconds", "redirects") if key in rest
        }
        request = Request(
            method=method,
            url=url if "://" in url else self.url(url),
            limits=Limits(**{"seconds": 5.0, **limits}),
            policy=rest.pop("policy", self.policy),
            user_agent="kring-test/1 (+https://kring.test)",
            **rest,
        )
        with _waits_of_sockets() as waits:
            try:
                return fetch(request, resolver=self.resolver, tls=tls)
            finally:
                assert all(wait and wait <= request.limits.seconds for wait in waits), waits


@contextmanager
def hostile_world() -> Iterator[World]:
    names: dict[str, list[Sequence[str]]] = {"site.test": [["127.0.0.1"]]}
    site, secret = _neighbours()
    dns = HostileDns(names)
    for server in (site, secret, dns):
        threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
    for listener in (site, secret):
        listener.says("/", ok(b"hello"))
    try:
        yield World(site, secret, dns, names)
    finally:
        for server in (site, secret, dns):
            if isinstance(server, HostileSite):
                server.over.set()
            server.shutdown()
            server.server_close()


@contextmanager
def _waits_of_sockets() -> Iterator[list[float | None]]:
    """How long operations on sockets of this thread were allowed to last; None is for ever."""
    waits: list[float | None] = []
    own = threading.current_thread()
    with pytest.MonkeyPatch.context() as patch:
        settimeout = socket.socket.settimeout

        def noted(sock: socket.socket, seconds: float | None) -> None:
            if threading.current_thread() is own:  # not one of the site's
                waits.append(seconds)
            settimeout(sock, seconds)

        patch.setattr(socket.socket, "settimeout", noted)
        yield waits


def _neighbours() -> tuple[HostileSite, HostileSite]:
    """Two sites on one port number, which the second may find taken."""
    for attempt in itertools.count():
        site = HostileSite(("127.0.0.1", 0))
        try:
            return site, HostileSite(("127.0.0.2", site.port))
        except OSError:
            site.server_close()
            if attempt == 10:
                raise
    raise AssertionError("unreachable")


@contextmanager
def only_loopback(monkeypatch: Any) -> Iterator[list[str]]:
    """Record where sockets connect, and make leaving 127.0.0.x an error no code expects."""
    connected: list[str] = []
    real = socket.socket.connect

    def connect(sock: socket.socket, address: Any) -> None:
        connected.append(address[0])
        assert address[0].startswith("127.0.0."), f"tried to reach {address}"
        real(sock, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    yield connected
