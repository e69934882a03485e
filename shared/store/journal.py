"""The payments: one document each, moved only from the version it was loaded at, with a history that only grows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from cattrs.preconf.json import make_converter
from redis import Redis

from shared.domain.disbursement import Disbursement
from shared.domain.history import HistoryEntry
from shared.domain.payments import Payment
from shared.domain.repayment import Repayment
from shared.store import keys
from shared.store.connection import lua

P = TypeVar("P", bound=Payment)

_CONVERTER = make_converter(omit_if_default=True)
_KINDS: dict[str, type[Payment]] = {"disbursement": Disbursement, "repayment": Repayment}


class Journal:
    """Loads and moves payments. The move is the lock: of two workers, one finds the version gone."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._move = redis.register_script(lua("move"))

    def load(self, payment_id: str) -> Payment | None:
        """The payment as last moved, None when there is none."""
        doc, version = self._redis.hmget(keys.payment(payment_id), "doc", "version")
        if doc is None or version is None:
            return None
        kind = _KINDS[payment_id.partition(":")[0]]
        return replace(_CONVERTER.loads(doc, kind), version=int(version))

    def move(self, payment: P, entries: Sequence[HistoryEntry], due_at: datetime | None) -> P | None:
        """The payment at its new version, or None when another worker moved it first.

        `due_at`: when the sweeper must look again; None when nothing is left to do by itself.
        """
        version = self._move(
            keys=[keys.payment(payment.id), keys.history(payment.id), keys.DUE, keys.PARKED],
            args=[
                payment.id,
                payment.version,
                _CONVERTER.dumps(payment),
                payment.state.value,
                "" if due_at is None else int(due_at.timestamp() * 1000),
                "1" if payment.parked else "0",
                *(_CONVERTER.dumps(entry) for entry in entries),
            ],
        )
        return replace(payment, version=int(version)) if version else None

    def history(self, payment_id: str) -> list[HistoryEntry]:
        """The whole story, oldest first."""
        return [_CONVERTER.loads(entry, HistoryEntry) for entry in self._redis.lrange(keys.history(payment_id), 0, -1)]
