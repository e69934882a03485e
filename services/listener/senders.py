"""Which addresses may send: a second fence in front of the signatures and passwords."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def parse_allowed_senders(text: str, sources: Sequence[str]) -> dict[str, tuple[Network, ...]]:
    """ALLOWED_SENDERS: `clearbank=20.39.213.0/28 51.145.122.16/28; mambu=...`. Raises ValueError with one sentence.

    A source that is not named may send from anywhere.
    """
    allowed: dict[str, tuple[Network, ...]] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        source, separator, ranges = part.partition("=")
        if not separator or source.strip() not in sources:
            raise ValueError(f"{part!r} does not begin with one of {', '.join(sources)} and an equals sign")
        try:
            allowed[source.strip()] = tuple(ip_network(text) for text in ranges.replace(",", " ").split())
        except ValueError as error:
            raise ValueError(f"{source.strip()}: {error}") from error
    return allowed


def is_allowed(address: str | None, source: str, allowed: Mapping[str, tuple[Network, ...]]) -> bool:
    """Whether a request of this source may come from this address."""
    ranges = allowed.get(source)
    if not ranges:
        return True
    try:
        sender = ip_address(address or "")
    except ValueError:
        return False
    return any(sender in network for network in ranges)
