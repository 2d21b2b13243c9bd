"""Answers without end: every limit fires, and nothing smaller than it does."""

import gzip
import itertools
import tracemalloc
import zlib

import pytest

from kring.core.http import AddressPolicy, BadAnswer, TooLarge, TooSlow, Unreachable
from tests.core.hostile import black_hole, hostile_world, ok, only_loopback

HEAD = b"HTTP/1.1 200 Yes\r\n"
GZIP = "Content-Encoding: gzip"


@pytest.fixture
def world():
    with hostile_world() as world:
        yield world


@pytest.fixture(autouse=True)
def connected(monkeypatch):
    with only_loopback(monkeypatch) as connected:
        yield connected


def test_the_size_of_a_body_is_bounded(world):
    world.site.says("/ten", ok(b"0123456789"))
    assert world.fetch("/ten", max_bytes=10).body == b"0123456789"
    with pytest.raises(TooLarge):
        world.fetch("/ten", max_bytes=9)


@pytest.mark.parametrize("framing", ["close", "length", "chunked"])
def test_an_endless_body_is_cut(world, framing):
    header = {
        "close": b"",
        "length": b"Content-Length: 99999999999999\r\n",
        "chunked": b"Transfer-Encoding: chunked\r\n",
    }[framing]
    piece = b"x" * 65536
    if framing == "chunked":
        piece = b"10000\r\n" + piece + b"\r\n"
    world.site.scripts["/endless"] = lambda _: itertools.chain(
        [HEAD + header + b"\r\n"], itertools.repeat(piece)
    )
    with pytest.raises(TooLarge):
        world.fetch("/endless", max_bytes=1_000_000)


def test_gzip_is_decoded_and_its_result_bounded(world):
    packed = gzip.compress(b"a" * 1000)
    world.site.says("/packed", ok(packed, GZIP))
    answer = world.fetch("/packed", max_bytes=1000)
    assert answer.body == b"a" * 1000
    assert answer.headers["content-encoding"] == "gzip"
    with pytest.raises(TooLarge):
        world.fetch("/packed", max_bytes=999)


def test_a_gzip_bomb_is_never_unpacked(world):
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 60_000  # one read: the decoder gets all of it at once
    world.site.says("/bomb", ok(bomb, GZIP))
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            world.fetch("/bomb", max_bytes=100_000)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_gzip_that_decodes_to_nothing_for_ever_is_cut(world):
    packer = zlib.compressobj(wbits=31)
    empty_blocks = b"\x00\x00\x00\xff\xff" * 10_000
    start = packer.compress(b"") + packer.flush(zlib.Z_SYNC_FLUSH)
    world.site.scripts["/void"] = lambda _: itertools.chain(
        [HEAD + GZIP.encode() + b"\r\n\r\n" + start], itertools.repeat(empty_blocks)
    )
    with pytest.raises(TooLarge):
        world.fetch("/void", max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"plain text", "gzip"),
        (gzip.compress(b"whole")[:-4], "gzip"),
        (gzip.compress(b"one") + gzip.compress(b"two"), "gzip"),
        (gzip.compress(gzip.compress(b"twice")), "gzip, gzip"),
        (zlib.compress(b"not asked for"), "deflate"),
        (b"not asked for", "br"),
    ],
    ids=["not gzip", "cut short", "two members", "twice", "deflate", "br"],
)
def test_a_body_that_is_not_what_it_says_is_a_bad_answer(world, body, encoding):
    world.site.says("/bad", ok(body, f"Content-Encoding: {encoding}"))
    with pytest.raises(BadAnswer):
        world.fetch("/bad")


def test_gzip_followed_later_by_something_else_is_a_bad_answer(world):
    def script(_):
        yield HEAD + GZIP.encode() + b"\r\n\r\n" + gzip.compress(b"whole")
        world.site.pause(0.05)  # so that it comes in a read of its own
        yield b"more"

    world.site.scripts["/more"] = script
    with pytest.raises(BadAnswer):
        world.fetch("/more")


@pytest.mark.parametrize("encoding", [b"gzip", b"br"])
def test_head_has_no_body_whatever_its_headers_say(world, encoding):
    described = b"Content-Length: 99999999\r\nContent-Encoding: " + encoding + b"\r\n\r\n"
    world.site.says("/head", HEAD + described)
    answer = world.fetch("/head", method="HEAD", max_bytes=10)
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("line", [b"X: " + b"x" * 1000 + b"\r\n", b"x" * 1000])
def test_huge_headers_are_cut(world, line):
    world.site.scripts["/headers"] = lambda _: itertools.chain([HEAD], itertools.repeat(line))
    with pytest.raises(TooLarge):
        world.fetch("/headers")


def test_interim_answers_without_end_are_cut(world):
    world.site.scripts["/wait"] = lambda _: itertools.repeat(b"HTTP/1.1 103 Wait\r\n\r\n")
    with pytest.raises(TooSlow):
        world.fetch("/wait", seconds=0.2)


@pytest.mark.parametrize(
    "start",
    [b"", HEAD, HEAD + b"\r\n", HEAD + b"Content-Length: 500\r\n\r\n"],
    ids=["status", "headers", "body", "body with length"],
)
def test_a_drip_is_cut_at_the_deadline(world, start):
    def drip(_):
        yield start
        for letter in itertools.cycle(b"HTTP"):
            world.site.pause(0.03)  # well within any timeout for a single read
            yield bytes([letter])

    world.site.scripts["/drip"] = drip
    with pytest.raises(TooSlow):
        world.fetch("/drip", seconds=0.25)


def test_a_drip_that_ends_in_time_is_read(world):
    def drip(_):
        yield HEAD + b"Content-Length: 4\r\n\r\n"
        for letter in b"slow":
            world.site.pause(0.01)
            yield bytes([letter])

    world.site.scripts["/drip"] = drip
    assert world.fetch("/drip").body == b"slow"


def test_the_deadline_holds_for_all_redirects_together(world):
    def again(_):
        world.site.pause(0.1)
        yield b"HTTP/1.1 302 Elsewhere\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"

    world.site.scripts["/again"] = again
    with pytest.raises(TooSlow):
        world.fetch("/again", seconds=0.5, redirects=20)
    assert len(world.site.seen) > 1


def test_a_site_that_accepts_and_says_nothing_is_too_slow(world):
    world.site.greet = world.site.stay_silent
    with pytest.raises(TooSlow):
        world.fetch("/", seconds=0.2)
    assert world.site.accepted == 1
    assert world.site.left.wait(10)


def test_an_address_that_swallows_packets_leaves_time_for_the_next(world):
    world.names["hole.test"] = [["127.0.0.3"]]
    world.names["two.test"] = [["127.0.0.3", "127.0.0.1"]]
    policy = AddressPolicy.allowing("127.0.0.1/32", "127.0.0.3/32", ports=[world.site.port])
    with black_hole("127.0.0.3", world.site.port):
        answer = world.fetch(world.url(host="two.test"), policy=policy, seconds=1.0)
        assert answer.body == b"hello"
        with pytest.raises(TooSlow):
            world.fetch(world.url(host="hole.test"), policy=policy, seconds=0.3)


def test_a_site_that_does_not_take_the_request_is_too_slow(world):
    with pytest.raises(TooSlow):
        world.fetch("/deaf", method="POST", body=b"x" * 20_000_000, seconds=0.3)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 Yes\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 Yes\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 Yes\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 Yes\r\nA\x00B: c\r\n\r\n",
    ],
)
def test_what_is_not_http_is_a_bad_answer(world, answer):
    world.site.says("/odd", answer)
    with pytest.raises(BadAnswer):
        world.fetch("/odd")


def test_a_closed_port_is_unreachable(world):
    world.site.server_close()
    with pytest.raises(Unreachable) as caught:
        world.fetch("/")
    assert caught.value.code == "unreachable"


def test_any_status_is_an_answer_and_repeated_headers_are_joined(world):
    world.site.says("/gone", ok(b"gone", "Link: <a>", "LINK: <b>", status=410))
    answer = world.fetch("/gone")
    assert (answer.status, answer.body) == (410, b"gone")
    assert answer.headers["link"] == "<a>, <b>"
