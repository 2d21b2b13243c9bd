"""Names that lie: what is checked is what is connected to."""

import socket
import threading
from ipaddress import ip_address

import pytest

from kring.core.http import (
    AddressPolicy,
    BadUrl,
    Refused,
    Request,
    SystemResolver,
    TooSlow,
    Unreachable,
    fetch,
)
from tests.core.hostile import SILENT, hostile_world, only_loopback


@pytest.fixture
def world():
    with hostile_world() as world:
        yield world


@pytest.fixture(autouse=True)
def connected(monkeypatch):
    with only_loopback(monkeypatch) as connected:
        yield connected


def ask(url, **policy):
    return Request("GET", url, policy=AddressPolicy(**policy), user_agent="kring-test/1")


def test_a_name_is_resolved_once_and_that_answer_is_connected_to(world, connected):
    world.names["rebind.test"] = [["127.0.0.1"], ["127.0.0.2"]]
    assert world.fetch(world.url(host="rebind.test")).body == b"hello"
    assert world.dns.asked["rebind.test", "A"] == 1
    assert connected == ["127.0.0.1"]
    with pytest.raises(Refused):
        world.fetch(world.url(host="rebind.test"))
    assert connected == ["127.0.0.1"]
    assert world.secret.accepted == 0


def test_a_public_answer_is_pinned_though_the_next_would_be_private(world, monkeypatch):
    world.names["rebind.test"] = [["93.184.216.34"], ["127.0.0.2"]]
    tried = []

    def connect(_, address):
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(Unreachable):
        world.fetch("http://rebind.test/")
    assert tried == [("93.184.216.34", 80)]
    assert world.dns.asked["rebind.test", "A"] == 1


def test_a_redirect_to_the_same_name_is_resolved_and_checked_again(world, connected):
    world.names["rebind.test"] = [["127.0.0.1"], ["127.0.0.2"]]
    world.site.redirects("/again", "/")
    with pytest.raises(Refused):
        world.fetch(world.url("/again", host="rebind.test"))
    assert connected == ["127.0.0.1"]
    assert world.dns.asked["rebind.test", "A"] == 2


@pytest.mark.parametrize(
    "answer",
    [
        ["93.184.216.34", "10.0.0.1"],
        ["10.0.0.1", "93.184.216.34"],
        ["127.0.0.1", "127.0.0.2"],
        ["127.0.0.1", "::1"],
        ["127.0.0.1", "::ffff:127.0.0.1"],
        ["127.0.0.1", "::127.0.0.1"],
        ["127.0.0.1", "64:ff9b::127.0.0.1"],
        ["127.0.0.1", "64:ff9b:1::8.8.8.8"],
        ["127.0.0.1", "2002:7f00:1::1"],
        ["127.0.0.1", "2001:0:808:808::80ff:fffe"],
        ["127.0.0.1", "fe80::1"],
        ["169.254.169.254"],
        ["0.0.0.0"],
        ["::"],
    ],
)
def test_one_private_address_among_the_answers_refuses_them_all(world, connected, answer):
    world.names["mixed.test"] = [answer, ["127.0.0.1"]]
    with pytest.raises(Refused):
        world.fetch(world.url(host="mixed.test"))
    assert connected == []
    assert world.fetch(world.url(host="mixed.test")).body == b"hello"


def test_an_alias_is_judged_by_where_it_ends(world, connected):
    world.names["good.test"] = [["=a.test"]]
    world.names["a.test"] = [["=b.test"]]
    world.names["b.test"] = [["127.0.0.1"]]
    world.names["bad.test"] = [["=c.test"]]
    world.names["c.test"] = [["=d.test"]]
    world.names["d.test"] = [["127.0.0.2"]]
    assert world.fetch(world.url(host="good.test")).body == b"hello"
    with pytest.raises(Refused):
        world.fetch(world.url(host="bad.test"))
    assert connected == ["127.0.0.1"]


@pytest.mark.parametrize("answer", [[], ["=loop.test"]])
def test_a_name_without_an_address_is_unreachable(world, connected, answer):
    world.names["loop.test"] = [answer]
    with pytest.raises(Unreachable):
        world.fetch(world.url(host="loop.test"))
    assert connected == []


def test_a_resolver_that_finds_nothing_is_unreachable():
    class Nothing:
        def resolve(self, host, port, timeout):
            return []

    with pytest.raises(Unreachable):
        fetch(ask("http://nothing.test/"), resolver=Nothing())


def test_a_name_server_that_keeps_silent_costs_no_more_than_the_deadline(world):
    world.names["silent.test"] = [SILENT]
    with pytest.raises(TooSlow):
        world.fetch(world.url(host="silent.test"), seconds=0.2)
    assert world.dns.asked["silent.test", "A"] == 1


def test_the_next_address_is_tried_when_one_does_not_answer(world):
    world.names["two.test"] = [["127.0.0.3", "127.0.0.1"]]
    policy = AddressPolicy.allowing("127.0.0.1/32", "127.0.0.3/32", ports=[world.site.port])
    assert world.fetch(world.url(host="two.test"), policy=policy).body == b"hello"
    world.names["gone.test"] = [["127.0.0.3"]]
    with pytest.raises(Unreachable):
        world.fetch(world.url(host="gone.test"), policy=policy)


def test_an_address_in_the_url_is_checked_and_never_looked_up(world, connected):
    assert world.fetch(world.url(host="127.0.0.1")).body == b"hello"
    for host in ("127.0.0.2", "10.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"):
        with pytest.raises(Refused):
            world.fetch(world.url(host=host))
    assert connected == ["127.0.0.1"]
    assert not world.dns.asked


def test_ports_are_refused_unless_added(world, connected):
    with pytest.raises(BadUrl):
        world.fetch(world.url(), policy=AddressPolicy.allowing("127.0.0.1/32"))
    with pytest.raises(BadUrl):
        world.fetch("http://site.test:22/")
    assert connected == []
    assert not world.dns.asked


def test_the_host_header_is_the_name_and_the_agent_is_the_callers(world):
    world.fetch(world.url("/a?b=c", host="SITE.test"), headers={"Accept": "text/html"})
    (seen,) = world.site.seen
    assert (seen.method, seen.path) == ("GET", "/a?b=c")
    assert seen.headers == {
        "host": f"site.test:{world.site.port}",
        "user-agent": "kring-test/1 (+https://kring.test)",
        "accept": "text/html",
        "accept-encoding": "gzip, identity",
        "connection": "close",
    }


def test_proxies_in_the_environment_are_ignored(world, connected, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.2:{world.site.port}")
    assert world.fetch("/").body == b"hello"
    assert connected == ["127.0.0.1"]


def test_an_error_tells_people_nothing_about_the_network(world):
    world.names["inside.test"] = [["10.1.2.3"]]
    with pytest.raises(Refused) as caught:
        world.fetch(world.url(host="inside.test"))
    assert caught.value.code == "refused_address"
    assert "10.1.2.3" not in str(caught.value)
    assert "10.1.2.3" in caught.value.detail


def test_the_systems_resolver_answers_as_the_machine_would():
    assert ip_address("127.0.0.1") in SystemResolver().resolve("localhost", 80, timeout=5)


def test_the_systems_resolver_is_left_behind_when_time_is_up(monkeypatch):
    release, returned = threading.Event(), threading.Event()

    def stuck(*_args, **_rest):
        release.wait(60)
        returned.set()
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", stuck)
    resolver = SystemResolver(lookups=1)
    with pytest.raises(TooSlow, match="took too long"):
        resolver.resolve("stuck.test", 80, timeout=0.1)
    with pytest.raises(TooSlow) as caught:  # and no second thread joins the first
        resolver.resolve("stuck.test", 80, timeout=0.1)
    assert "busy" in caught.value.detail
    assert not returned.is_set()
    release.set()
    with pytest.raises(Unreachable):  # the place is free again
        resolver.resolve("gone.test", 80, timeout=5)


def test_the_default_resolver_is_the_systems_and_its_answer_is_checked(world, connected):
    request = ask(world.url(host="localhost"), extra_ports=frozenset({world.site.port}))
    with pytest.raises(Refused):
        fetch(request)
    assert connected == []
