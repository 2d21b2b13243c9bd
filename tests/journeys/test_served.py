"""What only real processes can show: two of them agree at once, and none is brought down."""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import re
import socket
import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing

import pytest

pytestmark = pytest.mark.process

ROUNDS = 6


class Visitor:
    """Somebody without a browser. Each request is a connection of its own, to either process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> str:
        with self.opener.open(self.url + path, timeout=20) as answer:
            return answer.read().decode()

    def post(self, path: str, **fields: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get("/"))[1]
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        with self.opener.open(self.url + path, body, timeout=20) as answer:
            return answer.read().decode()


@pytest.fixture
def visitor(served) -> Visitor:
    somebody = Visitor(served.url)
    people = re.findall(r'name="handle" value="([\w.-]+)"', somebody.get("/"))
    somebody.post("/demo/sign-in", handle=people[5])
    return somebody


def _everywhere(visitor: Visitor, path: str) -> set[str]:
    """The different pages that many connections get, by their cards alone."""
    pages = [visitor.get(path) for _round in range(ROUNDS)]
    return {" ".join(re.findall(r'id="(card-\d+)"', page)) for page in pages}


def test_after_each_act_every_process_shows_the_next_page(visitor):
    (ranked,) = _everywhere(visitor, "/?order=ranked")
    post = ranked.split()[3].removeprefix("card-")
    for act, undo in (("hide", "unhide"), ("mute-thread", "unmute-thread")):
        visitor.post(f"/posts/{post}/{act}", next="/topics")
        assert all(f"card-{post}" not in cards for cards in _everywhere(visitor, "/?order=ranked"))
        visitor.post(f"/posts/{post}/{undo}", next="/topics")
        assert _everywhere(visitor, "/?order=ranked") == {ranked}
    visitor.post(
        "/posts/new", text="Seen at once by everybody.", client_key="e" * 32, advised="too_soon"
    )
    pages = [visitor.get("/?order=time") for _round in range(ROUNDS)]
    assert all("Seen at once by everybody." in page for page in pages)
    visitor.post(f"/posts/{post}/bookmark", next="/topics")
    assert all(f"card-{post}" in cards for cards in _everywhere(visitor, "/bookmarks"))
    visitor.post(f"/posts/{post}/comment", text="At once.", client_key="f" * 32)
    pages = [visitor.get(f"/posts/{post}") for _round in range(ROUNDS)]
    assert all("At once." in page for page in pages)


BROKEN = [
    b"GET /?before=%ff%fe&after=%zz HTTP/1.1\r\n\r\n",
    b"GET /@\xff\xfe HTTP/1.1\r\n\r\n",
    b"GET /topics/%00%0d%0aX:y HTTP/1.1\r\n\r\n",
    b"GET //evil.example/topics HTTP/1.1\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\n\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
    b"GET /?" + b"a=b&" * 5_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nContent-Type: text/plain; charset=rot13\r\n\r\n",
    b"GET /?before=1 HTTP/1.1\r\nContent-Type: text/plain; charset=rot13\r\n\r\n",
    b"GET /?before=1 HTTP/1.1\r\nContent-Type: a/b; x*=nonsense'en'y\r\n\r\n",
    b'GET /bookmarks HTTP/1.1\r\nCookie: sessionid="\\000\\000\\000\\000\\000\\000\\000"\r\n\r\n',
    b"GET / HTTP/1.1\r\nCookie: " + b"a=b; " * 3_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nAccept-Language: " + b"nl;q=0.1," * 2_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"POST /posts/new HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"POST /posts/new HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\ntext=x",
    b"POST /posts/new HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    b"POST /posts/new HTTP/1.1\r\nContent-Type: multipart/form-data\r\nContent-Length: 0\r\n\r\n",
    b"BREW / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"\0" * 1000,
]  # fmt: skip


def _status(port: int, request: bytes) -> int:
    """What a raw request is answered; 0 for a connection that is closed or kept waiting."""
    line, _, rest = request.partition(b"\r\n")
    if rest and b"Host:" not in rest:
        rest = b"Host: 127.0.0.1\r\nConnection: close\r\n" + rest
    with closing(socket.create_connection(("127.0.0.1", port), timeout=2)) as link:
        try:
            link.sendall(line + b"\r\n" + rest if rest else request)
            answer = link.recv(200)
        except OSError:
            return 0
    return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/") else 0


def test_nothing_that_can_be_sent_is_an_error_of_ours(served):
    answers = {request[:60]: _status(served.port, request) for request in BROKEN}
    assert {request: status for request, status in answers.items() if status >= 500} == {}
    assert _status(served.port, b"GET /ready HTTP/1.1\r\n\r\n") == 200


def test_what_the_processes_log_names_nobody(served, visitor):
    for path in ("/@secretperson?q=secretquery", "/topics/secrettopic", "/secretpath"):
        with contextlib.suppress(urllib.error.HTTPError):  # a topic that is unknown has a page
            visitor.get(path)
    visitor.post("/posts/new", text="secrettext", client_key="9" * 32, advised="too_soon")
    lines = [json.loads(line) for line in served.said().splitlines() if line.startswith("{")]
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) > 5
    for line in requests:
        assert set(line) == {
            "event", "method", "route", "status", "ms", "level", "logger", "timestamp",
        }  # fmt: skip
    said = json.dumps(lines)
    assert "secret" not in said
    assert "Traceback" not in served.said()
    assert not re.search(r"\d{15,}", said)  # no id of anybody
