"""Redirects: each hop checked from scratch, and nothing secret carried along."""

import pytest

from kring.core.http import (
    AddressPolicy,
    BadUrl,
    Refused,
    TooManyRedirects,
    UnsafeRedirect,
)
from kring.core.http.hops import Hop, next_hop
from kring.core.http.messages import Response
from kring.core.http.urls import parse_url
from tests.core.hostile import hostile_world, ok, only_loopback


@pytest.fixture
def world():
    with hostile_world() as world:
        yield world


@pytest.fixture(autouse=True)
def connected(monkeypatch):
    with only_loopback(monkeypatch) as connected:
        yield connected


def test_redirects_are_followed_to_the_final_url(world):
    world.site.redirects("/1", "2?x#part")
    world.site.redirects("/2?x", f"//site.test:{world.site.port}/", status=301)
    answer = world.fetch("/1")
    assert (answer.status, answer.body, answer.final_url) == (200, b"hello", world.url("/"))


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("http://169.254.169.254/latest/meta-data/", Refused),
        ("http://127.0.0.2:{port}/", Refused),
        ("http://inside.test:{port}/", Refused),
        ("http://[::ffff:127.0.0.1]:{port}/", Refused),
        ("http://user:pass@site.test:{port}/", BadUrl),
        ("http://site.test:22/", BadUrl),
        ("http://2130706433:{port}/", BadUrl),
        ("file:///etc/passwd", BadUrl),
        ("http://site.test:{port}/\\..", BadUrl),
        ("http://site.test:{port}/\xff", BadUrl),
    ],
)
def test_a_redirect_is_checked_like_a_first_request(world, connected, location, error):
    world.names["inside.test"] = [["127.0.0.2"]]
    head = f"HTTP/1.1 302 Elsewhere\r\nLocation: {location.format(port=world.site.port)}\r\n\r\n"
    world.site.says("/out", head.encode("latin-1"))
    with pytest.raises(error):
        world.fetch("/out")
    assert connected == ["127.0.0.1"]
    assert world.secret.accepted == 0


def test_the_number_of_redirects_is_bounded(world):
    world.site.redirects("/3", "/2")
    world.site.redirects("/2", "/1")
    world.site.redirects("/1", "/")
    assert world.fetch("/3").body == b"hello"
    with pytest.raises(TooManyRedirects):
        world.fetch("/3", redirects=2)
    with pytest.raises(TooManyRedirects):
        world.fetch("/1", redirects=0)
    assert world.fetch("/", redirects=0).body == b"hello"


def test_a_loop_ends(world):
    world.site.redirects("/loop", "/loop")
    with pytest.raises(TooManyRedirects):
        world.fetch("/loop")
    assert len(world.site.seen) == 4


def test_the_body_of_a_redirect_is_not_read(world):
    big = b"HTTP/1.1 302 Elsewhere\r\nLocation: /\r\nContent-Length: 1000000\r\n\r\n"
    world.site.says("/big", big + b"x" * 1_000_000)
    assert world.fetch("/big", max_bytes=10).body == b"hello"


def test_without_a_location_a_redirect_is_an_answer_like_any_other(world):
    world.site.says("/nowhere", ok(b"choose", status=302))
    answer = world.fetch("/nowhere")
    assert (answer.status, answer.body) == (302, b"choose")


SECRETS = {"Authorization": "Bearer s", "Cookie": "s=1", "X-Api-Key": "s", "Accept": "text/html"}


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        ("site.test", {"authorization", "cookie", "x-api-key", "accept"}),
        ("other.test", {"accept"}),
    ],
)
def test_headers_that_may_be_secret_stay_at_their_origin(world, host, kept):
    world.names["other.test"] = [["127.0.0.1"]]
    world.site.redirects("/go", world.url("/", host=host))
    world.fetch("/go", headers=SECRETS)
    first, second = world.site.seen
    assert {name.lower() for name in SECRETS} <= first.headers.keys()
    assert second.headers.keys() & {name.lower() for name in SECRETS} == kept


def test_another_port_is_another_origin(world):
    policy = AddressPolicy.allowing("127.0.0.0/8", ports=[world.site.port])
    world.site.redirects("/go", f"http://127.0.0.2:{world.site.port}/")
    world.fetch("/go", headers=SECRETS, policy=policy)
    assert "authorization" not in world.secret.seen[0].headers
    start = Hop("GET", parse_url("http://a.example/"), SECRETS, b"")
    moved = Response(302, {"location": "http://a.example:8080/"}, b"", "")
    assert next_hop(start, moved).headers == {"Accept": "text/html"}


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [
        (301, "GET", b""),
        (302, "GET", b""),
        (303, "GET", b""),
        (307, "POST", b"data"),
        (308, "POST", b"data"),
    ],
)
def test_what_becomes_of_a_post(world, status, method, body):
    world.site.redirects("/post", "/", status=status)
    world.fetch("/post", method="POST", body=b"data", headers={"Content-Type": "text/plain"})
    first, second = world.site.seen
    assert (first.method, first.body) == ("POST", b"data")
    assert (second.method, second.body) == (method, body)
    assert ("content-type" in second.headers) == (method == "POST")
    assert ("content-length" in second.headers) == (method == "POST")


def test_a_body_is_not_carried_to_another_origin(world):
    world.names["other.test"] = [["127.0.0.1"]]
    world.site.redirects("/post", world.url("/", host="other.test"), status=307)
    world.site.redirects("/see", world.url("/", host="other.test"), status=303)
    with pytest.raises(UnsafeRedirect):
        world.fetch("/post", method="POST", body=b"data")
    assert world.fetch("/see", method="POST", body=b"data").body == b"hello"
    assert [seen.body for seen in world.site.seen] == [b"data", b"data", b""]


def test_head_stays_head(world):
    world.site.redirects("/head", "/")
    answer = world.fetch("/head", method="HEAD")
    assert answer.body == b""
    assert [seen.method for seen in world.site.seen] == ["HEAD", "HEAD"]
