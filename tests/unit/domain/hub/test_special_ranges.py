"""Which addresses are a host on the internet."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.domain.hub.special_ranges import is_public, is_within


@pytest.mark.parametrize(
    "text",
    [
        *("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255"),
        *(
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
        ),
        *("192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15"),
        *("2606:4700:4700::1111", "2a00:1450:4009:81f::200e", "2001:200::1", "2620:fe::fe"),
        *("::ffff:8.8.8.8", "64:ff9b::8.8.8.8"),
    ],
)
def test_a_host_on_the_internet_may_be_called(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        *("0.0.0.1", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1"),
        *("127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1"),
        *("192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1"),
        *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
        *("::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1"),
        *("2001:db8::1", "3fff::1", "2001::1", "2001:2::1", "2001:20::1", "2002:a00:1::", "2002:808:808::"),
        *("100::1", "5f00::1", "4000::1", "::10.0.0.1", "::8.8.8.8"),
        *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:0:8.8.8.8"),
        *("64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8"),
    ],
)
def test_every_other_address_may_not(text: str) -> None:
    assert not is_public(ip_address(text))


@given(st.ip_addresses())
def test_what_python_calls_private_multicast_or_reserved_is_never_public(address: IPv4Address | IPv6Address) -> None:
    assume(address not in ip_network("::/8"))  # IPv4 addresses in other clothes, see below

    if address.is_private or address.is_multicast or address.is_reserved:
        assert not is_public(address)


@pytest.mark.parametrize("prefix", ["::ffff:", "64:ff9b::"])
@given(address=st.ip_addresses(v=4))
def test_an_ipv4_address_in_an_ipv6_one_is_as_public_as_itself(prefix: str, address: IPv4Address) -> None:
    assert is_public(ip_address(f"{prefix}{address}")) == is_public(address)


def test_a_range_holds_its_addresses_of_either_kind() -> None:
    ranges = [ip_network("10.1.0.0/16"), ip_network("fd00::/8")]

    assert [is_within(ip_address(text), ranges) for text in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::1")] == [True] * 3
    assert [is_within(ip_address(text), ranges) for text in ("10.2.0.1", "::ffff:10.2.0.1", "fe80::1")] == [False] * 3
    assert not is_within(ip_address("10.1.2.3"), [])
