"""What a process demands of the store before it believes its answers."""

from dataclasses import dataclass

from shared.runtime.settings import SettingsReader


@dataclass(frozen=True, slots=True)
class StoreTerms:
    """`may_be_volatile`: a server that can lose what it answered for is taken all the same, for tests and trials.

    `replicas` must have a receipt on disk, within `replica_timeout_ms`, before its webhook is answered.
    """

    may_be_volatile: bool = False
    replicas: int = 0
    replica_timeout_ms: int = 500


def read_store_terms(reader: SettingsReader) -> StoreTerms:
    """Faults are gathered in the reader."""
    return StoreTerms(
        may_be_volatile=reader.switch("ALLOW_VOLATILE_STORE", default=False),
        replicas=reader.integer("STORE_REPLICAS", 0, minimum=0, maximum=8),
        replica_timeout_ms=reader.integer("STORE_REPLICA_TIMEOUT_MS", 500, minimum=10, maximum=1_000),
    )
