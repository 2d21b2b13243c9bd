"""Which addresses are on the public internet.

The lists come from the IANA special-purpose registries (RFC 6890 and successors). They are spelled
out here because `ipaddress` answers differently between Python releases: 2002::/16 and
64:ff9b:1::/48 were global until 3.11.10.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)
from typing import Self

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

_SPECIAL_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host agent: public in form, answered by the hypervisor
        "169.254.0.0/16",  # link-local, and the metadata service of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # IETF protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

# Refuses by default: loopback, mapped and compatible IPv4, 64:ff9b:1::/48, unique local,
# link-local, site-local and multicast are all outside it.
_GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # IETF protocol assignments, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


def is_global(address: IPAddress) -> bool:
    """Whether this is an ordinary host on the public internet.

    An IPv6 address that a translator or tunnel would turn into IPv4 (NAT64, 6to4, Teredo) is as
    global as what it would become. Networks with a NAT64 prefix of their own cannot be recognised.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    embedded = _embedded_v4(address)
    if embedded:
        return all(is_global(inner) for inner in embedded)
    return address in _GLOBAL_UNICAST_V6 and not any(address in network for network in _SPECIAL_V6)


def _embedded_v4(address: IPv6Address) -> tuple[IPv4Address, ...]:
    if address in _NAT64:
        return (IPv4Address(address.packed[-4:]),)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    return address.teredo or ()


@dataclass(frozen=True)
class AddressPolicy:
    """Where requests may go: the public internet on ports 80 and 443, and what is added here.

    An added network is compared with the address as it is, never with an IPv4 address embedded in
    it, so allowing 127.0.0.1/32 does not allow ::ffff:127.0.0.1.
    """

    extra_networks: tuple[IPNetwork, ...] = ()
    extra_ports: frozenset[int] = frozenset()

    @classmethod
    def allowing(cls, *networks: str, ports: Iterable[int] = ()) -> Self:
        """The default policy plus these networks, as written in configuration ("10.1.0.0/16")."""
        return cls(tuple(ip_network(network) for network in networks), frozenset(ports))

    def permits_address(self, address: IPAddress) -> bool:
        # A zone (fe80::1%eth0) picks one of our own interfaces, which is nobody else's business.
        if isinstance(address, IPv6Address) and address.scope_id is not None:
            return False
        return is_global(address) or any(address in network for network in self.extra_networks)

    def permits_port(self, port: int) -> bool:
        return port in (80, 443) or port in self.extra_ports
