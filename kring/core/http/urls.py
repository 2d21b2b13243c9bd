"""One strict reading of a URL.

Attacks on gates like this one live in the difference between two parsers, so a URL is read once,
by the rules below, and only the parts found here are ever used: to resolve, to connect, and to
write the request. Whatever two readers might understand differently is refused.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urljoin

import idna

from kring.core.http.addresses import IPAddress
from kring.core.http.errors import BadUrl

MAX_URL = 2048  # characters; longer ones are not addresses people share
MAX_NAME = 253  # octets of a DNS name (RFC 1035, without the root label)

_DEFAULT_PORTS = {"http": 80, "https": 443}
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]+)(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?:#.*)?",
    re.IGNORECASE,
)
_AUTHORITY = re.compile(
    r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<host>[^:\[\]@]+))(?::(?P<port>[0-9]{1,5}))?"
)
# Controls and spaces are dropped by some readers; a backslash is a slash to some of them.
_AMBIGUOUS = re.compile(r"[\x00-\x20\x7f\\]")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PRINTABLE_ASCII = "".join(map(chr, range(0x21, 0x7F)))


@dataclass(frozen=True)
class Target:
    """Where a request goes, in canonical form."""

    scheme: str
    host: str  # ASCII, lower case, without brackets or trailing dot
    port: int
    path: str  # with the query: what follows the authority
    literal: IPAddress | None  # the host, when it is an address and not a name

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """As in the Host header: the port only if it is not the scheme's own."""
        host = f"[{self.host}]" if isinstance(self.literal, IPv6Address) else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def parse_url(url: str) -> Target:
    """Read an absolute http or https URL. Raises BadUrl."""
    match = _URL.fullmatch(url) if _is_clean(url) else None
    authority = _AUTHORITY.fullmatch(match["authority"]) if match else None
    if match is None or authority is None:
        raise BadUrl(f"not an http(s) URL without user and password: {url[:MAX_URL]!r}")
    scheme = match["scheme"].lower()
    port = int(authority["port"] or _DEFAULT_PORTS[scheme])
    if not 0 < port < 65536:
        raise BadUrl(f"no such port: {port}")
    host, literal = (
        _parse_v6(authority["v6"]) if authority["v6"] else _parse_host(authority["host"])
    )
    path = quote((match["path"] or "/") + (match["query"] or ""), safe=_PRINTABLE_ASCII)
    target = Target(scheme, host, port, path, literal)
    if len(target.url) > MAX_URL:  # escapes are longer than what they stand for
        raise BadUrl(f"too long: {url!r}")
    return target


def join_url(base: Target, location: str) -> Target:
    """Where a Location header found at `base` leads. Raises BadUrl."""
    if not _is_clean(location):  # before joining: urljoin drops what we want to see
        raise BadUrl(f"unreadable redirect: {location[:MAX_URL]!r}")
    try:
        return parse_url(urljoin(base.url, location))
    except ValueError as error:  # urljoin, on brackets it cannot match
        raise BadUrl(f"unreadable redirect: {location!r}") from error


def _is_clean(url: str) -> bool:
    if len(url) > MAX_URL or _AMBIGUOUS.search(url):
        return False
    return not any("\ud800" <= character <= "\udfff" for character in url)


def _parse_v6(text: str) -> tuple[str, IPAddress]:
    try:
        address = IPv6Address(text)
    except AddressValueError as error:
        raise BadUrl(f"not an IPv6 address: {text!r}") from error
    return str(address), address


def _parse_host(text: str) -> tuple[str, IPAddress | None]:
    """A DNS name, or an IPv4 address in its one canonical spelling.

    A host whose last label is a number is an address to every resolver (WHATWG URL, "ends in a
    number"), and libc also reads 127.1, 0177.0.0.1, 0x7f000001 and 2130706433 as loopback. Only
    the dotted form that `ipaddress` accepts is let through.
    """
    host = _to_ascii(text)
    name = host.removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return host, IPv4Address(host)
        except AddressValueError as error:
            raise BadUrl(f"not a plain IPv4 address: {text!r}") from error
    if len(name) > MAX_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadUrl(f"not a DNS name: {text!r}")
    return name, None


def _to_ascii(text: str) -> str:
    if text.isascii():
        return text.lower()
    if len(text) > MAX_NAME:  # encoding costs more than linear time
        raise BadUrl(f"name too long: {text[:MAX_NAME]!r}")
    try:
        return idna.encode(text, uts46=True, std3_rules=True).decode("ascii").lower()
    except UnicodeError as error:
        raise BadUrl(f"not an international name: {text!r}") from error
