"""A stored webhook, as those who work on it see it."""

from dataclasses import dataclass
from enum import StrEnum


class ReceiptState(StrEnum):
    STORED = "stored"
    FINISHED = "finished"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Receipt:
    """`name` is what people search by; `attempts` counts how often its work was begun; times are the store's."""

    id: str
    name: str
    source: str
    kind: str
    body: bytes
    state: ReceiptState
    received_at_ms: int
    attempts: int = 0
    duplicates: int = 0
    reason: str = ""
