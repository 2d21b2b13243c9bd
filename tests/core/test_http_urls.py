"""One strict reading of a URL."""

import socket
from ipaddress import IPv4Address
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.core.http import BadUrl
from kring.core.http.urls import MAX_URL, join_url, parse_url


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTPS://Example.ORG:443/A?b=C#d", "https://example.org/A?b=C"),
        ("http://example.org.:8080/", "http://example.org:8080/"),
        ("http://example.org?q", "http://example.org/?q"),
        ("http://münchen.example/straße", "http://xn--mnchen-3ya.example/stra%C3%9Fe"),
        ("http://例え。テスト/", "http://xn--r8jz45g.xn--zckzah/"),
        ("http://192.0.2.1/", "http://192.0.2.1/"),
        ("http://[2001:DB8:0::1]:8443/", "http://[2001:db8::1]:8443/"),
        ("http://a.example/b%2Fc?d=%00", "http://a.example/b%2Fc?d=%00"),
        ("http://a.example/x@y:z//", "http://a.example/x@y:z//"),
    ],
)
def test_a_url_has_one_canonical_form(url, canonical):
    target = parse_url(url)
    assert target.url == canonical
    assert parse_url(canonical) == target


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "//example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "http:/example.org",
        "http:///path",
        "http://user@example.org/",
        "http://user:pass@example.org/",
        "http://@example.org/",
        "http://example.org:/",
        "http://example.org:0/",
        "http://example.org:65536/",
        "http://example.org:٨٠/",
        "http://example.org:80:80/",
        "http://example.org\\@evil.example/",
        "http://example.org/a b",
        " http://example.org/",
        "http://example.org/\r\nHost: evil",
        "http://exa\tmple.org/",
        "http://exam%70le.org/",
        "http://-a.example/",
        "http://a..example/",
        "http://.example/",
        "http://./",
        "http://a_b.example/",
        f"http://{'a' * 64}.example/",
        f"http://{'a.' * 127}example/",
        f"http://{'ü' * 300}.example/",
        "http://a.example/\ud800",
        "http://\ud800.example/",
        "http://ü\u200b\u202e.example/",
        "http://[::1/",
        "http://::1/",
        "http://[::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[v1.a]/",
        "http://[1.2.3.4]/",
        "http://[:::]/",
        f"http://example.org/{'a' * MAX_URL}",
        f"http://example.org/#{'a' * MAX_URL}",
        f"http://example.org/{'ü' * (MAX_URL // 2)}",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(url):
    with pytest.raises(BadUrl):
        parse_url(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "127.0.1",
        "127.0.0.1.",
        "127.0.0.01",
        "0177.0.0.1",
        "017700000001",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0X7F.1",
        "127.0.0.0x1",
        "0x",
        "1.2.3.4.5",
        "256.1.1.1",
        "example.1",
        "127。0。0。1.0",
        "①②⑦.1",
    ],
)
def test_no_other_spelling_of_an_ipv4_address_passes(host):
    with pytest.raises(BadUrl):
        parse_url(f"http://{host}/")


def test_wide_digits_are_read_as_the_address_they_mean():
    assert parse_url("http://１２７。０。０。１/").literal == IPv4Address("127.0.0.1")


def spelt(number: int) -> st.SearchStrategy[str]:
    return st.sampled_from([str, lambda n: f"0{n:o}", hex, lambda n: f"0x000{n:X}"]).map(
        lambda how: how(number)
    )


def spellings(address: IPv4Address) -> st.SearchStrategy[str]:
    """As libc reads them: one to four numbers in any base, the last filling what is left."""

    def in_parts(parts: int) -> st.SearchStrategy[str]:
        octets = list(address.packed[: parts - 1])
        last = int.from_bytes(address.packed[parts - 1 :], "big")
        return st.tuples(*map(spelt, [*octets, last])).map(".".join)

    return st.integers(1, 4).flatmap(in_parts)


@given(st.ip_addresses(v=4).flatmap(spellings))
def test_what_libc_would_read_as_an_address_is_seen_as_that_address_or_refused(spelling):
    meant = IPv4Address(socket.inet_aton(spelling))
    try:
        literal = parse_url(f"http://{spelling}/").literal
    except BadUrl:
        return
    assert literal == meant
    assert spelling == str(meant)


pieces = (
    *("http", "https", "://", "/", "\\", "@", ":", "#", "?", "[", "]", ".", "%", "a", "ü", "。"),
    *("80", "127.0.0.1", "::1", "0x7f", "example", " ", "\t", "\n", "xn--", "-", "\u00ad"),
)
url_like = st.lists(st.sampled_from(pieces), max_size=12).map("".join)


@given(url_like | url_like.map("http://{}".format) | st.text().map("http://{}".format))
def test_other_parsers_agree_on_what_we_make_of_a_url(text):
    try:
        target = parse_url(text)
    except BadUrl:
        return
    other = urlsplit(target.url)
    default = {"http": 80, "https": 443}[target.scheme]
    assert (other.scheme, other.hostname, other.port or default) == target.origin
    assert other.username is other.password is None
    assert target.url.isascii()
    assert parse_url(target.url) == target


@pytest.mark.parametrize(
    ("location", "canonical"),
    [
        ("/b", "https://a.example/b"),
        ("c?d#e", "https://a.example/x/c?d"),
        ("../../c", "https://a.example/c"),
        ("//b.example/", "https://b.example/"),
        ("", "https://a.example/x/y"),
        ("http://127.0.0.1/", "http://127.0.0.1/"),
    ],
)
def test_a_redirect_is_read_relative_to_where_it_was_found(location, canonical):
    assert join_url(parse_url("https://a.example/x/y"), location).url == canonical


@pytest.mark.parametrize(
    "location",
    [
        "//user@b.example/",
        "\\\\b.example\\",
        "/\tx",
        "javascript:alert(1)",
        "http://[::1",
        "//[x]/",
    ],
)
def test_an_unreadable_redirect_is_refused(location):
    with pytest.raises(BadUrl):
        join_url(parse_url("https://a.example/x/y"), location)
