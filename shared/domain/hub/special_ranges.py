"""The addresses that are nobody's on the internet (IANA special-purpose address registries), and a few that should be.

Written out, since Python's own list differs between its versions.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Range = IPv4Network | IPv6Network

_SPECIAL_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and cloud metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # looks public, but is the host's own service within Azure (Microsoft Learn docs)
        "169.254.0.0/16",  # link-local, and cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # IETF protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")  # all else is local, multicast, reserved or an IPv4 address in other clothes
_SPECIAL_V6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # IETF protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)
# RFC 6052: where IPv6 alone is spoken, this is how every IPv4 host is reached, so what it holds is what counts.
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether it can only be a host on the internet."""
    address = _reached(address)
    if isinstance(address, IPv4Address):
        return not _is_in(address, _SPECIAL_V4)
    return address in _GLOBAL_V6 and not _is_in(address, _SPECIAL_V6)


def is_within(address: Address, ranges: Iterable[Range]) -> bool:
    """Whether it lies in one of the ranges; an IPv4 address in an IPv6 one counts as itself."""
    return _is_in(_reached(address), ranges)


def _is_in(address: Address, ranges: Iterable[Range]) -> bool:
    return any(address in known for known in ranges)


def _reached(address: Address) -> Address:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address
