"""A delivery on its way, and the client that takes it there."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from ssl import SSLContext
from typing import Any

from services.worker.adapters.subscribers.client import HttpSubscriber
from services.worker.adapters.subscribers.connection import Opener, Resolve, addresses_of
from services.worker.adapters.subscribers.exchange import Exchange
from services.worker.adapters.subscribers.oauth import Tokens
from shared.domain.hub.delivery import Delivery
from shared.domain.hub.subscription import Subscription
from tests.builders import hub as builders

NOW = datetime(2026, 3, 2, 9, 0, 0, 250_000, tzinfo=UTC)
BODY = '{"amount":"50.00"}'
LOOPBACK = (ip_network("127.0.0.0/8"),)


def leading_to(*addresses: str) -> Resolve:
    """A resolver that knows one answer for every name."""
    return lambda host, port: [ip_address(address) for address in addresses]


def exchange(resolve: Resolve = addresses_of, private: Any = LOOPBACK, tls: SSLContext | None = None) -> Exchange:
    return Exchange(Opener(private, resolve, tls))


def client(through: Exchange | None = None, seconds: float = 5.0) -> HttpSubscriber:
    used = through or exchange()
    return HttpSubscriber(used, Tokens(used), seconds)


def a_delivery(url: str, **changes: Any) -> Delivery:
    """In mid-attempt, begun at NOW."""
    changed: dict[str, Any] = {
        "destination": url,
        "body": BODY,
        "key": "a" * 32,
        "id": "d" * 32,
        "version": 1,
    } | changes
    return builders.a_delivery(**changed).begin_attempt(NOW, timedelta(seconds=25))


def a_subscription(**changes: Any) -> Subscription:
    return builders.a_subscription(**changes)
