"""The calls of its scripts, written out as its code made them: no script, key or call of today's shared/store."""

import json
from collections.abc import Sequence
from typing import Any

from redis import Redis

from shared.domain.history import HistoryEntry
from shared.store.inbox import NewReceipt
from tests.contract.previous_release import lua

DUE, PARKED, FINISHED, QUARANTINE = "cw:due", "cw:parked", "cw:finished", "cw:quarantine"
LATER_MS = 3_600_000


class PreviousRelease:
    """A listener, a worker and an operator of the release before this one."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def accept(self, webhook: NewReceipt) -> tuple[str, str]:
        identity = webhook.identity
        what, name = self._run(
            "accept",
            [f"cw:receipt:{identity.fingerprint}", DUE, PARKED, ""],
            [
                webhook.attempt_id,
                identity.fingerprint,
                identity.digest,
                webhook.source,
                webhook.kind,
                webhook.body,
                "{}",
                0,
                webhook.envelope,
                "cw:",
                *identity.names,
            ],
        )
        return what.decode(), name.decode()

    def begin(self, receipt_id: str) -> tuple[str, int, bytes] | None:
        """State, attempts and body."""
        flat = self._run("begin", [f"cw:receipt:{receipt_id}"], [])
        found = dict(zip(flat[::2], flat[1::2], strict=True))
        return (found[b"state"].decode(), int(found[b"attempts"]), found[b"body"]) if found else None

    def postpone(self, receipt_id: str) -> None:
        self._run("postpone", [f"cw:receipt:{receipt_id}", DUE], [f"receipt:{receipt_id}", "later", 0])

    def finish(self, receipt_id: str) -> None:
        self._close(receipt_id, "finished", FINISHED, receipt_id)

    def park(self, receipt_id: str) -> None:
        self._close(receipt_id, "parked", PARKED, f"receipt:{receipt_id}")

    def set_aside(self, receipt_id: str) -> None:
        self._run("quarantine", [DUE, PARKED, QUARANTINE], [f"receipt:{receipt_id}", "a reason"])

    def reopen(self, receipt_id: str, entry: HistoryEntry) -> bool:
        arguments = [f"receipt:{receipt_id}", receipt_id, _line(entry)]
        return bool(self._run("reopen", self._by_hand(receipt_id), arguments))

    def dismiss(self, receipt_id: str, entry: HistoryEntry) -> bool:
        arguments = [f"receipt:{receipt_id}", receipt_id, _line(entry), "a reason"]
        return bool(self._run("dismiss", self._by_hand(receipt_id), arguments))

    def take_due(self) -> list[str]:
        taken, _ = self._run("take_due", [DUE, PARKED, QUARANTINE], [100, LATER_MS, "cw:", "no record"])
        return sorted(member.decode() for member in taken)

    def release(self) -> tuple[int, int]:
        """How many were looked at, how many of them released."""
        examined, released = self._run("release", [FINISHED], ["cw:", 0, 100])
        return examined, released

    def move(self, call: Sequence[str]) -> int:
        """The new version; 0 when it lost."""
        return int(self._run("move", [DUE, PARKED], call))

    def _close(self, receipt_id: str, state: str, index: str, member: str) -> None:
        arguments = [state, "a reason", f"receipt:{receipt_id}", member]
        self._run("close", [f"cw:receipt:{receipt_id}", DUE, index], arguments)

    @staticmethod
    def _by_hand(receipt_id: str) -> list[str]:
        own = (f"cw:receipt:{receipt_id}", f"cw:history:receipt:{receipt_id}")
        return [own[0], DUE, PARKED, FINISHED, QUARANTINE, own[1]]

    def _run(self, script: str, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        return self._redis.eval(lua(script), len(keys), *keys, *arguments)


def _line(entry: HistoryEntry) -> str:
    fields = {"at": entry.at.isoformat(), "what": entry.what, "cause": entry.cause, "state": entry.state}
    return json.dumps(fields)
