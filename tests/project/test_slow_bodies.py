"""People who send slowly, or never, take no page away from the others."""

from __future__ import annotations

import io
import socket
import threading

import pytest

from kring.project.bodies import BodiesFirst
from tests.processes import free_port, get

SLOW = 12
FORM = b"csrfmiddlewaretoken=x"


def post(port: int, *, sent: bytes) -> socket.socket:
    """A POST that announces a form, and sends this much of it."""
    link = socket.create_connection(("127.0.0.1", port), timeout=20)
    link.sendall(
        b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: %d\r\n\r\n" % len(FORM) + sent
    )
    return link


def status(link: socket.socket) -> int:
    with link:
        return int(link.recv(200).split()[1])


@pytest.mark.process
@pytest.mark.parametrize("kring", ["sqlite"], indirect=True)
def test_slow_senders_do_not_keep_others_waiting(kring, until):
    port = free_port()
    kring.serve(port, "--workers", "1")
    page = f"http://127.0.0.1:{port}"
    assert status(post(port, sent=FORM)) == 403
    assert get(f"{page}/")[0] == 200
    slow = [post(port, sent=FORM[:3]) for _ in range(SLOW)]
    for _ in range(5):
        assert get(f"{page}/health", timeout=2)[0] == 200
        assert get(f"{page}/", timeout=2)[0] == 200
    assert status(post(port, sent=FORM)) == 503
    # The first few hold the slots: one ends, the others go away.
    slow[0].sendall(FORM[3:])
    assert status(slow[0]) == 403
    for link in slow:
        link.close()
    until(lambda: status(post(port, sent=FORM)) == 403)


class Sender(io.RawIOBase):
    """Sends this body once it is allowed to."""

    def __init__(self, body: bytes, allowed: threading.Event | None = None) -> None:
        self.body, self.allowed, self.asked = body, allowed, threading.Event()

    def read(self, size=-1):
        self.asked.set()
        if self.allowed is not None:
            self.allowed.wait(20)
        piece, self.body = self.body[:size], self.body[size:]
        return piece


def echo(environ, start):
    start("200 OK", [])
    return [environ["wsgi.input"].read()]


def sent(application, sender, announced):
    heard = []
    environ = {"CONTENT_LENGTH": announced, "wsgi.input": sender}
    answer = application(environ, lambda code, _: heard.append(code))
    return [*heard, *answer]


@pytest.mark.parametrize(
    ("body", "announced", "told"),
    [
        (b"whole", "5", ["200 OK", b"whole"]),
        (b"", "", ["200 OK", b""]),
        (b"whole", "five", ["200 OK", b""]),
        (b"cut", "5", ["400 Bad Request"]),
        (b"too large", "9", ["200 OK", b""]),
    ],
)
def test_a_body_is_passed_on_whole_or_not_at_all(body, announced, told):
    application = BodiesFirst(echo, slots=1, largest=8, largest_form=8)
    assert sent(application, Sender(body), announced) == told


def test_a_slot_is_free_again_when_its_sender_ends():
    application = BodiesFirst(echo, slots=1, largest=8, largest_form=8)
    slow = Sender(b"slow", threading.Event())
    reading = threading.Thread(target=sent, args=(application, slow, "4"))
    reading.start()
    assert slow.asked.wait(20)
    assert sent(application, Sender(b"prompt"), "6") == ["503 Service Unavailable"]
    assert sent(application, Sender(b""), "0") == ["200 OK", b""]
    slow.allowed.set()
    reading.join()
    assert sent(application, Sender(b"prompt"), "6") == ["200 OK", b"prompt"]
