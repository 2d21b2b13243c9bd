"""Which addresses the gate will connect to."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kring.core.http import AddressPolicy
from kring.core.http.addresses import is_global

SPECIAL_V4 = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
]
NAT64 = IPv6Network("64:ff9b::/96")  # global by us if what it embeds is
any_special_v4 = st.sampled_from(SPECIAL_V4).flatmap(lambda net: st.ip_addresses(v=4, network=net))


def embedded_forms(inner: IPv4Address) -> dict[str, IPv6Address]:
    """Every IPv6 address that a host, translator or tunnel turns into this IPv4 address."""
    low = int(inner)
    public = int(IPv4Address("8.8.8.8"))
    teredo = 0x20010000 << 96
    return {
        "mapped": IPv6Address((0xFFFF << 32) | low),
        "compatible": IPv6Address(low),
        "translated": IPv6Address((0xFFFF << 48) | low),
        "NAT64": IPv6Address((0x64FF9B << 96) | low),
        "local NAT64": IPv6Address((0x64FF9B0001 << 80) | low),
        "6to4": IPv6Address((0x2002 << 112) | (low << 80) | 1),
        "Teredo client": IPv6Address(teredo | (public << 64) | (low ^ 0xFFFFFFFF)),
        "Teredo server": IPv6Address(teredo | (low << 64) | (public ^ 0xFFFFFFFF)),
    }


@pytest.mark.parametrize("network", SPECIAL_V4)
def test_a_special_network_is_refused_from_its_first_address_to_its_last(network):
    for address in (IPv4Network(network)[0], IPv4Network(network)[-1]):
        assert not AddressPolicy().permits_address(address)
        for form, disguised in embedded_forms(address).items():
            assert not AddressPolicy().permits_address(disguised), form


@given(any_special_v4 | st.ip_addresses(v=4))
def test_an_ipv4_address_that_is_not_global_is_refused_in_all_its_forms(address):
    assume(
        any(address in IPv4Network(net) for net in SPECIAL_V4)
        or not address.is_global
        or address.is_multicast
    )
    policy = AddressPolicy()
    assert not policy.permits_address(address)
    for form, disguised in embedded_forms(address).items():
        assert not policy.permits_address(disguised), form


@given(st.ip_addresses())
def test_nothing_is_global_that_the_standard_library_calls_special(address):
    if is_global(address) and address not in NAT64:
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved
        assert not address.is_loopback
        assert not address.is_link_local
        assert not address.is_unspecified


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "192.88.99.1",
        "198.19.255.255",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:8.8.8.8",
        "64:ff9b:1::808:808",
        "100::1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "3fff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "2606:4700::1111%eth0",
    ],
)
def test_special_addresses_are_refused(text):
    assert not AddressPolicy().permits_address(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450::1",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ],
)
def test_the_public_internet_is_permitted_up_to_its_borders(text):
    assert AddressPolicy().permits_address(ip_address(text))


def test_an_added_network_adds_no_more_than_itself():
    policy = AddressPolicy.allowing("127.0.0.1/32", "fd00:1::/32", ports=[8080])
    permitted = ["127.0.0.1", "fd00:1::5", "1.1.1.1"]
    refused = ["127.0.0.2", "127.0.0.0", "::ffff:127.0.0.1", "::1", "fd00:2::5", "fd00:1::5%eth0"]
    assert [text for text in permitted + refused if policy.permits_address(ip_address(text))] == (
        permitted
    )
    assert [port for port in (22, 80, 443, 8080, 8081) if policy.permits_port(port)] == [
        80,
        443,
        8080,
    ]


def test_a_network_with_host_bits_is_a_mistake_in_configuration():
    with pytest.raises(ValueError, match="host bits"):
        AddressPolicy.allowing("10.0.0.1/8")
