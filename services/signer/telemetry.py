"""What the signer tells about itself: who had which digest signed with which key, never the text or the key."""

import hashlib
from collections.abc import Sequence

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

from shared.runtime.metrics import reason_counter

# A signature of 2048 bits takes 0.3 ms; a batch of 256, 70 ms; ClearBank waits 5 s for the whole answer.
LATENCY_BUCKETS_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Telemetry:
    def __init__(self, registry: CollectorRegistry, key_id: str) -> None:
        self._log = structlog.get_logger().bind(key_id=key_id)
        self._signed = Counter("causeway_signer_signatures", "Signatures made.", ["door"], registry=registry)
        self._count_refusal = reason_counter(registry, "causeway_signer_refusals", "Calls refused, by reason code.")
        self._latency = Histogram(
            "causeway_signer_call_seconds",
            "Time of one call that was signed, in seconds.",
            ["door"],
            registry=registry,
            buckets=LATENCY_BUCKETS_SECONDS,
        )

    def signed(self, door: str, caller: str, texts: Sequence[bytes], seconds: float) -> None:
        self._signed.labels(door=door).inc(len(texts))
        self._latency.labels(door=door).observe(seconds)
        digests = [hashlib.sha256(text).hexdigest() for text in texts]
        self._log.info("signed", door=door, caller=caller, sha256=digests, milliseconds=round(seconds * 1000, 2))

    def refused(self, caller: str, path: str, reason: str, status: int) -> None:
        self._count_refusal(reason)
        self._log.warning("refused", caller=caller, path=path, reason=reason, status=status)
