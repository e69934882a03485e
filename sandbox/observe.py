"""How a story's end is read: from the bank's ledger, the core's loan and what was answered, as short texts.

`stored`, `parked`, `flow`, `told` and `deliveries` look into the store of the connector, whose names for that are part
of its operator's manual.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Protocol
from urllib.parse import quote

from redis import Redis

NOTIFICATION = "notification:"  # how the ids of notifications begin; the id of what they are about follows


class Doors(Protocol):
    def get(self, door: str, path: str) -> Any: ...


class Observer:
    """Reads one value of a story's `watch` as a text."""

    def __init__(self, doors: Doors, redis: Redis) -> None:
        self._doors = doors
        self._redis = redis

    def read(self, watch: Mapping[str, Any]) -> str:
        """For instance `bank: debit 1500.00 settled; core: DISBURSEMENT 1500.00 Settled`."""
        return "; ".join(f"{name}: {self.WORDS[name](self, what)}" for name, what in watch.items())

    def _bank(self, end_to_end_id: str) -> str:
        rows = self._doors.get("bank", f"/_sandbox/ledger?endToEndId={quote(end_to_end_id)}")["transactions"]
        return _joined(
            f"{row['direction']} {_pounds(row['amountPence'])} {row['status']}{' return' if row['isReturn'] else ''}"
            for row in rows
        )

    def _account(self, named: str) -> str:
        """State and owner of the bank's accounts with this id, IBAN or owner."""
        rows = self._accounts()
        return _joined(
            f"{row['status']} {row['name']}" for row in rows if named in (row["id"], row["iban"], row["name"])
        )

    def _core(self, loan_id: str) -> str:
        """In no order of time: two postings may race. An adjustment shows as `reversed` on what it took back; one that
        took back nothing shows as itself."""
        rows = self._loan_at_the_core(loan_id)["transactions"]
        keys = {row.get("adjustmentTransactionKey") for row in rows}
        return _joined(sorted(_transaction(row) for row in rows if row["encodedKey"] not in keys))

    def _loan(self, loan_id: str) -> str:
        return str(self._loan_at_the_core(loan_id)["accountState"])

    def _linkage(self, loan_id: str) -> str:
        """`linked` when the loan names the id and the IBAN of one account of the bank."""
        fields = self._loan_at_the_core(loan_id)["customFields"]
        named = (fields.get("virtualAccountId"), fields.get("ibanLoan"))
        return "linked" if named in {(row["id"], row["iban"]) for row in self._accounts()} else "not linked"

    def _accounts(self) -> Any:
        return self._doors.get("bank", "/_sandbox/accounts")["accounts"]

    def _loan_at_the_core(self, loan_id: str) -> Any:
        return self._doors.get("core", f"/_sandbox/loans/{quote(loan_id)}")

    def _stored(self, part_of_name: str) -> str:
        """How many receipts have this in their name."""
        return str(len(self._keys("name:", part_of_name)))

    def _parked(self, part: str) -> str:
        """How many receipts and flows with this in their id or name wait for a person."""
        members: Any = self._redis.zrange("cw:parked", 0, -1)
        waiting = [member for member in members if not member.startswith(NOTIFICATION)]
        return str(sum(part in f"{member} {self._name_of(member)}" for member in waiting))

    def _name_of(self, member: str) -> str:
        return str(self._redis.hget(f"cw:{member}", "name")) if member.startswith("receipt:") else ""

    def _flow(self, part_of_id: str) -> str:
        """The states of the flows with this in their id; notifications about them are no such flows."""
        keys = [key for key in self._keys("flow:", part_of_id) if not key.startswith(f"cw:flow:{NOTIFICATION}")]
        return _joined(str(self._redis.hget(key, "state")) for key in keys)

    def _told(self, part_of_id: str) -> str:
        """What people were told about flows and receipts with this in their id or name: the codes of what was sent."""
        codes = []
        for key in self._keys(f"flow:{NOTIFICATION}", part_of_id):
            state, document = self._redis.hmget(key, "state", "doc")
            if state == "sent" and document:
                codes.append(str(json.loads(document)["notice"]["code"]))
        return _joined(sorted(codes))

    def _deliveries(self, part_of_url: str) -> str:
        """What was on its way to URLs with this in them, and how it ended: `OnCreditTransaction SENT`."""
        found = []
        for key in self._keys("delivery:", ""):
            state, document = self._redis.hmget(key, "state", "doc")
            if document and part_of_url in (delivery := json.loads(document))["destination"]:
                found.append(f"{delivery['trigger']} {state!s}")
        return _joined(sorted(found))

    def _received(self, sink: str) -> str:
        """The events that a sink was called with: `OnCreditTransaction x3` for one that came three times."""
        arrivals = self._doors.get("sinks", f"/_sandbox/sinks/{quote(sink)}")["arrivals"]
        named = Counter(str((arrival.get("json") or {}).get("event_name", "a call")) for arrival in arrivals)
        return _joined(f"{name} x{count}" if count > 1 else name for name, count in sorted(named.items()))

    def _tickets(self, part: str) -> str:
        """How many ZenDesk tickets speak of this. A repeat under the same key is the same ticket."""
        arrivals = self._doors.get("sinks", "/_sandbox/sinks/zendesk")["arrivals"]
        tickets = {
            arrival["headers"].get("Idempotency-Key") or number
            for number, arrival in enumerate(arrivals)
            if arrival["method"] == "POST" and part in arrival["body"]
        }
        return str(len(tickets))

    def _answers(self, answers: Any) -> str:
        """`200`, or `200 x10` for many."""
        counted = Counter(answers if isinstance(answers, list) else [answers])
        return _joined(f"{status} x{count}" if count > 1 else str(status) for status, count in sorted(counted.items()))

    def _keys(self, prefix: str, part: str) -> list[str]:
        """The store's keys that begin so and hold this text, in the order of their names."""
        return sorted(set(self._redis.scan_iter(match=f"cw:{prefix}*{part}*", count=1000)))

    WORDS: ClassVar[Mapping[str, Callable[["Observer", Any], str]]] = {
        "bank": _bank,
        "account": _account,
        "core": _core,
        "loan": _loan,
        "linkage": _linkage,
        "answers": _answers,
        "stored": _stored,
        "parked": _parked,
        "flow": _flow,
        "told": _told,
        "deliveries": _deliveries,
        "received": _received,
        "tickets": _tickets,
    }


def _transaction(row: Mapping[str, Any]) -> str:
    fields = row.get("customFields") or {}
    status = next((value for key, value in fields.items() if key.lower().endswith("status")), "")
    words = (row["type"], _pounds(row["amountPence"]), status, "reversed" if row.get("adjusted") else "")
    return " ".join(word for word in words if word)


def _pounds(amount_pence: int) -> str:
    return f"{amount_pence // 100}.{amount_pence % 100:02}"


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words) or "nothing"
