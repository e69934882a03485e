"""Where deliveries may go, so that nobody reaches a neighbour through us (OWASP SSRF cheat sheet).

The URL is checked at set-up; the addresses that its host stands for are checked with every call, since names move.
"""

import re
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from shared.domain.hub.placeholders import PLACEHOLDER
from shared.domain.hub.special_ranges import Address, Range, is_public, is_within

MOST_URL_CHARACTERS = 1024  # what OBP-API v5.1.0 can store
_CHARACTERS = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")  # RFC 3986
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_PORT = re.compile(r"[0-9]{1,5}")


class DestinationError(ValueError):
    """A URL that deliveries may not go to; the text says why and never shows credentials."""


def may_call(address: Address, private_ranges: Sequence[Range]) -> bool:
    """Whether a connection may go there: a host on the internet, or one that the operator opened."""
    return is_public(address) or is_within(address, private_ranges)


def check_url(url: str, private_ranges: Sequence[Range]) -> None:
    """An absolute URL of https; of http only where the operator opened private ranges. May hold {PLACEHOLDERS} behind
    its host. Raises DestinationError."""
    if len(url) > MOST_URL_CHARACTERS:
        raise DestinationError(f"the URL has {len(url)} characters; {MOST_URL_CHARACTERS} are the most")
    parts = _split(url)
    if "@" in parts.netloc:
        raise DestinationError("the URL has credentials in it; give them as the subscription's authentication")
    if not parts.hostname:
        raise DestinationError("the URL has no host; write it like https://example.com/events")
    if not parts.hostname.isascii():
        raise DestinationError(f"the URL's host is not ASCII; write it as {_ascii_form(parts.hostname)}")
    if not _CHARACTERS.fullmatch(PLACEHOLDER.sub("x", url)):
        raise DestinationError("the URL has characters that must be percent-encoded, or a brace that opens nothing")
    if "#" in url:
        raise DestinationError("the URL has a fragment, which is never sent; leave out what begins with #")
    if any(unquote(segment) in (".", "..") for segment in parts.path.split("/")):
        raise DestinationError('the URL has "." or ".." in its path; write the path that is meant')
    _check_port(parts)
    _check_host(parts, private_ranges)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise DestinationError("the URL cannot be read; write it like https://example.com/events") from error
    if parts.scheme not in ("http", "https"):
        raise DestinationError("the URL is not absolute or not of https; write it like https://example.com/events")
    return parts


def _ascii_form(host: str) -> str:
    """For people to check: encodings of the same name differ in rare letters, so we do not choose one for them."""
    try:
        return repr(host.encode("idna").decode())
    except UnicodeError:
        return "its owner does, beginning with xn--"


def _check_port(parts: SplitResult) -> None:
    _, _, port = parts.netloc.rpartition("]")[2].partition(":")
    if ":" in parts.netloc.rpartition("]")[2] and not (_PORT.fullmatch(port) and 0 < int(port) < 65_536):
        raise DestinationError(f"the URL's port {port[:20]!r} is not a number from 1 to 65535")


def _check_host(parts: SplitResult, private_ranges: Sequence[Range]) -> None:
    host = parts.hostname or ""
    address = _literal(host, in_brackets=parts.netloc.startswith("["))
    if address is None and not all(_LABEL.fullmatch(label) for label in host.removesuffix(".").split(".")):
        raise DestinationError(f"the URL's host {host[:100]!r} is no name of a host")
    if address is not None and not may_call(address, private_ranges):
        raise DestinationError(
            f"the URL's host {host} is no address on the internet; PRIVATE_DELIVERY_TARGETS does not name it either"
        )
    # What a name stands for is seen when it is called; without private ranges plain http goes nowhere.
    may_go_plain = bool(private_ranges) if address is None else is_within(address, private_ranges)
    if parts.scheme == "http" and not may_go_plain:
        raise DestinationError("the URL is of http; only https goes out, except to PRIVATE_DELIVERY_TARGETS")


def _literal(host: str, in_brackets: bool) -> Address | None:
    """The address that the host is, or None for a name. Resolvers also take 127.1 or 0x7f000001 for addresses: what
    ends like a number must be four of them."""
    ends_in_number = re.fullmatch(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?", host) is not None
    if not in_brackets and not ends_in_number:
        return None
    try:
        address = ip_address(host)
    except ValueError as error:
        raise DestinationError(f"the URL's host {host[:100]!r} is no address; write it like 192.0.2.1") from error
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise DestinationError(f"the URL's host {host[:100]!r} names a network interface; leave out what begins with %")
    return address
