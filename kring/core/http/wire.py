"""Sockets pinned to checked addresses, under one deadline.

`httpcore` speaks HTTP; this decides where its bytes go and until when. The timeouts it passes are
per operation, and a server that sends one byte a second satisfies those for ever, so they are
ignored in favour of the deadline.
"""

import socket
import ssl
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore

from kring.core.http.addresses import IPAddress
from kring.core.http.deadline import Deadline
from kring.core.http.errors import TooSlow, Unreachable, Untrusted

MAX_ATTEMPTS = 4  # addresses tried per hop; a name may have hundreds


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the given addresses whatever host it is asked for."""

    def __init__(self, addresses: Sequence[IPAddress], deadline: Deadline) -> None:
        self._addresses = addresses[:MAX_ATTEMPTS]
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: OSError = OSError("it has no address")
        for tried, address in enumerate(self._addresses):
            # An address that swallows packets must leave time for the ones after it.
            share = self._deadline.remaining() / (len(self._addresses) - tried)
            try:
                return DeadlineStream(_connect(address, port, share), self._deadline)
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise TooSlow(f"no connection to {host} in time") from failure
        raise Unreachable(f"no connection to {host}: {failure}") from failure


def _connect(address: IPAddress, port: int, timeout: float) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect((str(address), port))
    except BaseException:
        sock.close()
        raise
    return sock


class DeadlineStream(httpcore.NetworkStream):
    """A connection on which no operation outlives the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._sock.settimeout(self._deadline.remaining())
        try:
            return self._sock.recv(max_bytes)
        except TimeoutError as error:
            raise TooSlow("no answer in time") from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        unsent = memoryview(buffer)
        while unsent:
            self._sock.settimeout(self._deadline.remaining())
            try:
                unsent = unsent[self._sock.send(unsent) :]
            except TimeoutError as error:
                raise TooSlow("request not taken in time") from error
            except OSError as error:
                # httpcore then still reads: a server may answer and close without listening.
                raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            self._sock.settimeout(self._deadline.remaining())
            secure = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        except TimeoutError as error:
            self.close()
            raise TooSlow("no TLS in time") from error
        except ssl.SSLError as error:
            self.close()
            raise Untrusted(f"{server_hostname}: {error}") from error
        except (OSError, ValueError) as error:  # ValueError: a name that cannot be sent as SNI
            self.close()
            raise Unreachable(f"{server_hostname}: {error}") from error
        except BaseException:
            self.close()
            raise
        return DeadlineStream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return (
            self._sock if info == "ssl_object" and isinstance(self._sock, ssl.SSLSocket) else None
        )
