"""From a proved webhook to a stored receipt: the one desk behind all doors, whichever server brought the webhook."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

from services.listener.refusals import Refusal, refuse_origin
from services.listener.senders import Network, is_allowed
from shared.domain.webhook_identity import WebhookIdentity
from shared.runtime.tracing import note
from shared.store.inbox import Acceptance, NewReceipt

DEADLINE_SECONDS = 4.0  # ClearBank ignores an answer that comes after 5 s
MAX_BODY_BYTES = 1024 * 1024  # the ISO 20022 document of a CHAPS webhook alone may have 80,000 characters

_log = structlog.get_logger()


class Headers(Protocol):
    """A request's headers; asked with lower-case names, which every server finds."""

    def get(self, name: str, /) -> str | None: ...


class Metrics:
    """Counted per source and by what became of the webhook."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.webhooks = Counter(
            "causeway_listener_webhooks", "Webhooks by what became of them.", ["source", "result"], registry=registry
        )
        self.seconds = Histogram(
            "causeway_listener_webhook_seconds",
            "Time from the first byte of a webhook to its answer.",
            ["source"],
            registry=registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 5),
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """What every kind of webhook needs to be taken in: one desk, several doors."""

    fill_envelope: Callable[[str], bytes]
    allowed_senders: Mapping[str, tuple[Network, ...]]
    metrics: Metrics

    def check_sender(self, source: str, address: str | None) -> None:
        """Raises Refusal when this address may not send for this source."""
        if not is_allowed(address, source, self.allowed_senders):
            refuse_origin("sender_not_allowed")

    def receipt(
        self, source: str, kind: str, identity: WebhookIdentity, body: bytes, evidence: Mapping[str, str]
    ) -> NewReceipt:
        """What to store. Raises UnicodeEncodeError when a name holds half a surrogate pair: in the store it would fail
        its whole batch."""
        "".join(identity.names).encode()
        note(source=source, kind=kind, receipt_id=identity.fingerprint)
        return NewReceipt(source, kind, identity, body, self.fill_envelope(identity.fingerprint), evidence)

    def accepted(self, receipt: NewReceipt, acceptance: Acceptance, name: str) -> None:
        """Say what became of it. A duplicate is answered like the first and shown as what it is."""
        self.metrics.webhooks.labels(receipt.source, acceptance.value).inc()
        note(result=acceptance.value)
        log = _log.info if acceptance is Acceptance.STORED else _log.error
        log("webhook accepted", source=receipt.source, kind=receipt.kind, receipt=name, reason=acceptance.value)

    def refused(self, source: str, refusal: Refusal) -> None:
        """Say why not: an error when it is our own fault."""
        self.metrics.webhooks.labels(source, refusal.reason).inc()
        note(source=source, result=refusal.reason)
        cause = refusal.__cause__
        known = {"error": f"{type(cause).__name__}: {cause}"} if cause and refusal.status >= 500 else {}
        log = _log.error if refusal.status >= 500 else _log.warning
        log("webhook refused", source=source, status=refusal.status, reason=refusal.reason, why=str(refusal), **known)


def evidence(headers: Headers, *names: str) -> dict[str, str]:
    """The named request headers that came, for the record. None of them decides anything."""
    return {name: value[:200] for name in names if (value := headers.get(name)) is not None}
