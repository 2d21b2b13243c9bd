"""A web site that misbehaves."""

import socket
import socketserver
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Seen:
    """A request as the site received it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Script = Callable[[Seen], Iterable[bytes]]


class HostileSite(socketserver.ThreadingTCPServer):
    """Sends what the script of a path yields, byte for byte, then closes."""

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, _SiteHandler)
        self.scripts: dict[str, Script] = {}
        self.seen: list[Seen] = []
        self.accepted = 0
        self.over, self.left = threading.Event(), threading.Event()
        # Replaced by the tests that speak TLS, or that never speak at all.
        self.greet: Callable[[socket.socket], socket.socket | None] = lambda sock: sock

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def pause(self, seconds: float) -> None:
        """Sleep, unless the test is over."""
        if self.over.wait(seconds):
            raise OSError("the test is over")

    def stay_silent(self, sock: socket.socket) -> None:
        """A greeting: hear whatever is said and answer nothing, until the other side leaves."""
        with suppress(OSError):
            while sock.recv(4096):
                pass
        self.left.set()

    def says(self, path: str, *pieces: bytes) -> None:
        self.scripts[path] = lambda _: pieces

    def redirects(self, path: str, location: str, status: int = 302) -> None:
        head = f"HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\n"
        self.says(path, head.encode() + b"Content-Length: 0\r\n\r\n")

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that hangs up on us is what these tests are about


class _SiteHandler(socketserver.BaseRequestHandler):
    server: HostileSite

    def handle(self) -> None:
        self.server.accepted += 1
        sock = self.server.greet(self.request)
        if sock is None:
            return
        stream = sock.makefile("rb")
        method, path, _ = stream.readline().decode().split(" ")
        lines = iter(lambda: stream.readline().decode("latin-1").strip(), "")
        headers = {
            name.lower(): text.strip() for name, _, text in (x.partition(":") for x in lines)
        }
        script = self.server.scripts.get(path, lambda _: [ok(b"not found", status=404)])
        if path == "/deaf":  # never reads the body
            self.server.pause(60)
        body = stream.read(int(headers.get("content-length", 0)))
        seen = Seen(method, path, headers, body)
        self.server.seen.append(seen)
        for piece in script(seen):
            sock.sendall(piece)
        sock.close()


@contextmanager
def black_hole(address: str, port: int) -> Iterator[None]:
    """Where packets vanish: Linux drops the SYNs of a listener whose backlog is full."""
    with ExitStack() as open_sockets:
        listener = open_sockets.enter_context(socket.socket())
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(4):
            filler = open_sockets.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex((address, port))
        yield


def ok(body: bytes = b"", *headers: str, status: int = 200) -> bytes:
    lines = [f"HTTP/1.1 {status} Yes", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
