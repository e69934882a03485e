"""What the worker reads in one of ClearBank's webhooks."""

import json
from typing import Any

from services.worker.adapters.clearbank.webhooks import interpret_clearbank
from shared.domain.meanings import Meaning


def meanings(kind: str, payload: Any, **beside: Any) -> list[Meaning]:
    """`beside`: further keys of the envelope."""
    envelope = {"Type": kind, "Version": 1, "Payload": payload, "Nonce": 1, **beside}
    return list(interpret_clearbank(json.dumps(envelope).encode()))


def only_meaning(kind: str, payload: Any, **beside: Any) -> Meaning:
    (meaning,) = meanings(kind, payload, **beside)
    return meaning
