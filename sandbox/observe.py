"""How a story's end is read: from the bank's ledger, the core's loan and what was answered, as short texts.

`stored` and `parked` look into the store of the connector, whose names for that are part of its operator's manual.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from redis import Redis


class Doors(Protocol):
    def get(self, door: str, path: str) -> Any: ...


class Observer:
    """Reads one value of a story's `watch` as a text."""

    def __init__(self, doors: Doors, redis: Redis) -> None:
        self._doors = doors
        self._redis = redis
        self._readers: Mapping[str, Callable[[Any], str]] = {
            "bank": self._bank,
            "core": self._core,
            "loan": self._loan,
            "answers": _answers,
            "stored": self._stored,
            "parked": self._parked,
            "payment": self._payment,
        }

    def read(self, watch: Mapping[str, Any]) -> str:
        """For instance `bank: debit 1500.00 settled; core: DISBURSEMENT 1500.00 Settled`."""
        return "; ".join(f"{name}: {self._readers[name](what)}" for name, what in watch.items())

    def _bank(self, end_to_end_id: str) -> str:
        rows = self._doors.get("bank", f"/_sandbox/ledger?endToEndId={end_to_end_id}")["transactions"]
        return _joined(
            f"{row['direction']} {_pounds(row['amountPence'])} {row['status']}{' return' if row['isReturn'] else ''}"
            for row in rows
        )

    def _core(self, loan_id: str) -> str:
        """In no order of time: two postings may race. An adjustment shows as `reversed` on what it took back; one that
        took back nothing shows as itself."""
        rows = self._doors.get("core", f"/_sandbox/loans/{loan_id}")["transactions"]
        keys = {row.get("adjustmentTransactionKey") for row in rows}
        return _joined(sorted(_transaction(row) for row in rows if row["encodedKey"] not in keys))

    def _loan(self, loan_id: str) -> str:
        return str(self._doors.get("core", f"/_sandbox/loans/{loan_id}")["accountState"])

    def _stored(self, part_of_name: str) -> str:
        """How many receipts have this in their name."""
        return str(sum(1 for _ in self._redis.scan_iter(match=f"cw:name:*{part_of_name}*", count=1000)))

    def _parked(self, part: str) -> str:
        """How many receipts and payments with this in their id or name wait for a person."""
        members: Any = self._redis.zrange("cw:parked", 0, -1)
        return str(sum(part in f"{member} {self._name_of(member)}" for member in members))

    def _name_of(self, member: str) -> str:
        return str(self._redis.hget(f"cw:{member}", "name")) if member.startswith("receipt:") else ""

    def _payment(self, part_of_id: str) -> str:
        """The states of the payments with this in their id."""
        keys = sorted(self._redis.scan_iter(match=f"cw:payment:*{part_of_id}*", count=1000))
        return _joined(str(self._redis.hget(key, "state")) for key in keys)


def _transaction(row: Mapping[str, Any]) -> str:
    fields = row.get("customFields") or {}
    status = next((value for key, value in fields.items() if key.lower().endswith("status")), "")
    words = (row["type"], _pounds(row["amountPence"]), status, "reversed" if row.get("adjusted") else "")
    return " ".join(word for word in words if word)


def _answers(answers: Any) -> str:
    """`200`, or `200 x10` for many."""
    counted = Counter(answers if isinstance(answers, list) else [answers])
    return _joined(f"{status} x{count}" if count > 1 else str(status) for status, count in sorted(counted.items()))


def _pounds(amount_pence: int) -> str:
    return f"{amount_pence // 100}.{amount_pence % 100:02}"


def _joined(words: Any) -> str:
    return ", ".join(words) or "nothing"
