"""What the outgoing side needs to start."""

from dataclasses import dataclass, field
from datetime import timedelta

from shared.domain.hub.special_ranges import Range
from shared.runtime.hub_terms import read_banks, read_private_targets
from shared.runtime.settings import SettingsReader
from shared.runtime.setup_document import SetupDocument
from shared.store.sealing import Sealer, SealingKeyError

_LEASE_MARGIN_SECONDS = 10  # for what a worker does around a call


@dataclass(frozen=True)
class HubSettings:
    """`sealing_keys` may be empty: then only subscriptions without secrets can be delivered to. The first of `banks` is
    the bank id of our own events."""

    sealing_keys: tuple[str, ...] = field(repr=False)
    private_targets: tuple[Range, ...]
    delivery_timeout_seconds: int
    banks: tuple[str, ...]
    communication_retention_days: int

    @property
    def lease(self) -> timedelta:
        """Longer than the longest call."""
        return timedelta(seconds=self.delivery_timeout_seconds + _LEASE_MARGIN_SECONDS)


def read_hub_settings(reader: SettingsReader, setup: SetupDocument | None) -> HubSettings:
    """Faults are gathered in the reader."""
    return HubSettings(
        sealing_keys=_sealing_keys(reader),
        private_targets=read_private_targets(reader),
        delivery_timeout_seconds=reader.integer("DELIVERY_TIMEOUT_SECONDS", 15, minimum=1, maximum=60),
        banks=read_banks(reader, setup),
        communication_retention_days=reader.integer("COMMUNICATION_RETENTION_DAYS", 30, minimum=4, maximum=3650),
    )


def _sealing_keys(reader: SettingsReader) -> tuple[str, ...]:
    keys = tuple(reader.text("SEALING_KEYS", default="").split())
    try:
        if keys:
            Sealer(keys)
    except SealingKeyError as error:
        reader.add_fault(f"SEALING_KEYS is not valid: {error}")
    return keys
