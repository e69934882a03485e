"""The headers of a delivery, and what of them may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.domain.hub.delivery import Delivery
from shared.domain.hub.subscription import HeaderProfile, Subscription
from shared.domain.hub.umm_profile import umm_headers
from shared.domain.hub.webhook_signature import sign

IDEMPOTENCY_KEY = "x-notifications-idempotency-key"
HIDDEN = "***"
_SHORTEST_SECRET = 4  # less than that stands in any text by chance


@dataclass(frozen=True, slots=True)
class Header:
    """`is_secret`: neither a log nor the attempt's record shows its value."""

    name: str
    value: str = field(repr=False)
    is_secret: bool = False

    @property
    def pair(self) -> tuple[str, str]:
        return self.name, self.value


def shown(headers: Sequence[Header]) -> tuple[tuple[str, str], ...]:
    return tuple((header.name, HIDDEN if header.is_secret else header.value) for header in headers)


def masked(text: str, headers: Sequence[Header]) -> str:
    """What a receiver says, though it may repeat to us what we sent, as those for trying things out do."""
    values = {header.value for header in headers if header.is_secret}
    # Basic and Bearer stand before what is secret.
    words = values | {value.rpartition(" ")[2] for value in values}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= _SHORTEST_SECRET:
            text = text.replace(word, HIDDEN)
    return text


def headers_of(delivery: Delivery, subscription: Subscription, body: bytes | None) -> list[Header]:
    """All but those that prove who we are. The time is that of this attempt (Standard Webhooks spec; UMM Services
    Webhooks), the key and the message's id are the same in every automatic repeat."""
    began_at = delivery.last_tried_at or delivery.created_at
    timestamp = int(began_at.timestamp())
    headers = [
        Header("User-Agent", "Causeway"),
        Header(IDEMPOTENCY_KEY, delivery.key),
        Header("webhook-id", delivery.id),
        Header("webhook-timestamp", str(timestamp)),
    ]
    if body is not None:
        headers.append(Header("Content-Type", f"{delivery.content_type}; charset=utf-8"))
    if subscription.signing_secret:
        signature = sign(subscription.signing_secret, delivery.id, timestamp, body or b"")
        headers.append(Header("webhook-signature", signature))
    if subscription.header_profile is HeaderProfile.UMM and subscription.umm:
        headers += [Header(name, value) for name, value in umm_headers(subscription.umm, delivery.key, began_at)]
    # Whoever set these may have put a secret into them.
    return headers + [Header(name, value, is_secret=True) for name, value in subscription.headers]
