"""What the signer tells about itself: who had which digest signed with which key, never the text or the key."""

from collections.abc import Sequence

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.signer.keys import KeyProvider
from shared.runtime.metrics import reason_counter

# A signature of 2048 bits takes 0.3 ms in memory, some ms in an HSM; a batch of 256, 70 ms; ClearBank waits 5 s.
LATENCY_BUCKETS_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Telemetry:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._log = structlog.get_logger()
        by_door = ["door", "provider"]
        self._signed = Counter("causeway_signer_signatures", "Signatures made.", by_door, registry=registry)
        self._latency = Histogram(
            "causeway_signer_call_seconds",
            "Time that the key took for one call, in seconds.",
            by_door,
            registry=registry,
            buckets=LATENCY_BUCKETS_SECONDS,
        )
        self._failed = Counter(
            "causeway_signer_key_errors",
            "Calls that the key did not sign, by reason code.",
            ["provider", "reason"],
            registry=registry,
        )
        self._ready = Gauge(
            "causeway_signer_key_ready",
            "1 when the key signed the known text, 0 when it did not.",
            ["provider", "key_id", "active"],
            registry=registry,
        )
        self._count_refusal = reason_counter(registry, "causeway_signer_refusals", "Calls refused, by reason code.")

    def signed(self, door: str, caller: str, key: KeyProvider, digests: Sequence[bytes], seconds: float) -> None:
        self._signed.labels(door=door, provider=key.provider).inc(len(digests))
        self._latency.labels(door=door, provider=key.provider).observe(seconds)
        self._log.info(
            "signed",
            door=door,
            caller=caller,
            key_id=key.key_id,
            sha256=[digest.hex() for digest in digests],
            milliseconds=round(seconds * 1000, 2),
        )

    def not_signed(self, door: str, caller: str, key: KeyProvider, reason: str, sentence: str) -> None:
        self._failed.labels(provider=key.provider, reason=reason).inc()
        self._log.error("not signed", door=door, caller=caller, key_id=key.key_id, reason=reason, why=sentence)

    def refused(self, caller: str, address: str, path: str, reason: str, status: int) -> None:
        self._count_refusal(reason)
        self._log.warning("refused", caller=caller, address=address, path=path, reason=reason, status=status)

    def key_is_ready(self, key: KeyProvider, *, is_active: bool, is_ready: bool) -> None:
        labels = {"provider": key.provider, "key_id": key.key_id, "active": str(is_active).lower()}
        self._ready.labels(**labels).set(is_ready)
