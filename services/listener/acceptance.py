"""From a proved webhook to a stored receipt, within one deadline that every call draws on."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

import structlog
from flask import request
from prometheus_client import CollectorRegistry, Counter, Histogram
from werkzeug.exceptions import RequestEntityTooLarge

from services.listener.refusals import Refusal, refuse_origin
from services.listener.senders import Network, is_allowed
from shared.domain.webhook_identity import WebhookIdentity
from shared.store.inbox import Acceptance, NewReceipt

T = TypeVar("T")
Publish = Callable[[NewReceipt], "Future[tuple[Acceptance, str]]"]

DEADLINE_SECONDS = 4.0  # ClearBank ignores an answer that comes after 5 s
MAX_BODY_BYTES = 1024 * 1024  # the ISO 20022 document of a CHAPS webhook alone may have 80,000 characters

_log = structlog.get_logger()


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

    publish: Publish
    fill_envelope: Callable[[str], bytes]
    allowed_senders: Mapping[str, tuple[Network, ...]]
    metrics: Metrics

    def check_sender(self, source: str) -> None:
        """Raises Refusal when the request comes from an address that may not send for this source."""
        if not is_allowed(request.remote_addr, source, self.allowed_senders):
            refuse_origin("sender_not_allowed")

    def accept(
        self, source: str, kind: str, identity: WebhookIdentity, body: bytes, evidence: Mapping[str, str]
    ) -> "Future[tuple[Acceptance, str]]":
        """Begin to store the webhook; the answer may leave when this and everything else it needs is done.

        Raises UnicodeEncodeError when a name holds half a surrogate pair: in the store it would fail its whole batch.
        """
        "".join(identity.names).encode()
        envelope = self.fill_envelope(identity.fingerprint)
        return self.publish(NewReceipt(source, kind, identity, body, envelope, evidence))

    def accepted(self, source: str, kind: str, acceptance: Acceptance, name: str) -> None:
        """Say what became of it. A duplicate is answered like the first and shown as what it is."""
        self.metrics.webhooks.labels(source, acceptance.value).inc()
        log = _log.info if acceptance is Acceptance.STORED else _log.error
        log("webhook accepted", source=source, kind=kind, receipt=name, reason=acceptance.value)


class Deadline:
    """One limit for the whole request; each wait gets what is left."""

    def __init__(self, seconds: float = DEADLINE_SECONDS) -> None:
        self._at = time.monotonic() + seconds

    def wait(self, future: "Future[T]", reason: str) -> T:
        """The future's result; a failure or a late answer is our side's fault, so the sender shall repeat."""
        try:
            return future.result(timeout=max(0.0, self._at - time.monotonic()))
        except Exception as error:
            _log.error("webhook not answered", reason=reason, error=f"{type(error).__name__}: {error}")
            raise Refusal(503, reason, "the webhook cannot be taken now, please repeat it later") from error


def raw_body() -> bytes:
    """The bytes as they came. Raises RequestEntityTooLarge."""
    raw = request.get_data(cache=False)
    if request.content_length is None and len(raw) >= MAX_BODY_BYTES:
        raise RequestEntityTooLarge  # werkzeug cuts a body without a length at the limit and says nothing
    return raw


def evidence(*names: str) -> dict[str, str]:
    """The named request headers that came, for the record. None of them decides anything."""
    return {name: request.headers[name][:200] for name in names if name in request.headers}
