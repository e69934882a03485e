"""A connection to where a receiver's name leads now, if we may call there (OWASP: SSRF prevention cheat sheet).

The name is resolved anew for every call, each of its addresses is checked, and the connection goes to the very address
that was checked. The name stays in the Host header and in TLS.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from certifi import where

from services.worker.adapters.subscribers.deadline import Deadline
from shared.domain.hub.delivery import FailureReason
from shared.domain.hub.destination import may_call
from shared.domain.hub.special_ranges import Address, Range, is_within

Resolve = Callable[[str, int], Sequence[Address]]


class CallError(Exception):
    """There was no answer; the text is its cause, without secrets."""

    def __init__(self, cause: str, reason: FailureReason = FailureReason.HTTP_ERROR_WHILE_SENDING) -> None:
        super().__init__(cause)
        self.reason = reason


def addresses_of(host: str, port: int) -> list[Address]:
    """Every address of a name, in the system's order. Raises OSError, UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))


def trusted_roots() -> ssl.SSLContext:
    """The roots that our other calls trust, and those of SSL_CERT_FILE and the system."""
    context = ssl.create_default_context(cafile=where())
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    return context


class Opener:
    """`private_targets` are the ranges of private addresses that may be called, by plain http too."""

    def __init__(
        self, private_targets: Sequence[Range], resolve: Resolve = addresses_of, tls: ssl.SSLContext | None = None
    ) -> None:
        self._private_targets = private_targets
        self._resolve = resolve
        self._tls = tls or trusted_roots()

    def open(self, scheme: str, host: str, port: int, deadline: Deadline) -> socket.socket:
        """Connected, and through TLS for https. Raises CallError, OSError, UnicodeError."""
        addresses = self._addresses(host, port, deadline)
        if not addresses:
            raise CallError(f"{host} has no address")
        for address in addresses:
            self._check(scheme, host, address)
        connected = _connected(addresses, port, deadline)
        if scheme == "http":
            return connected
        try:
            connected.settimeout(deadline.left())  # of the handshake as a whole
            return self._tls.wrap_socket(connected, server_hostname=host.removesuffix("."))
        except BaseException:
            connected.close()
            raise

    def _addresses(self, host: str, port: int, deadline: Deadline) -> Sequence[Address]:
        """The system's resolver cannot be told to hurry: its thread is left behind and ends when the resolver does."""
        found: Future[Sequence[Address]] = Future()

        def resolve() -> None:
            try:
                found.set_result(self._resolve(host, port))
            except Exception as error:
                found.set_exception(error)

        threading.Thread(target=resolve, name="resolve", daemon=True).start()
        return found.result(deadline.left())

    def _check(self, scheme: str, host: str, address: Address) -> None:
        if not may_call(address, self._private_targets):
            raise CallError(
                f"{host} leads to {address}, which is no public address and not in PRIVATE_DELIVERY_TARGETS",
                FailureReason.BLACKLISTED_URL,
            )
        if scheme != "https" and not is_within(address, self._private_targets):
            raise CallError(
                f"{host} may be called by https only: {address} is not in PRIVATE_DELIVERY_TARGETS",
                FailureReason.INVALID_HTTP_PROTOCOL,
            )


def _connected(addresses: Sequence[Address], port: int, deadline: Deadline) -> socket.socket:
    """To the first that answers; one that is silent leaves the others their share of the time."""
    fault = OSError()
    for number, address in enumerate(addresses):
        try:
            return socket.create_connection((str(address), port), deadline.left() / (len(addresses) - number))
        except OSError as error:
            fault = error
    raise fault
