"""Faults switched on through the control door: silence, broken connections, refusals, before or after the effect.

`timeout_before`, `status_429`, `status_500`, `status_503`: nothing happens. `timeout_after`, `reset_after`,
`status_102`, `status_409`, `status_500_after`, `status_503_after`: the effect happens and the answer does not say so.
`slow`: a posting stays running for hangSeconds, so that an early repeat meets 102.
"""

import json
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Request, Response, g

from sandbox.mambu import connection, loans, records
from sandbox.mambu.core import Core
from sandbox.mambu.errors import Code, Refusal, refusal_answer
from sandbox.mambu.idempotency import Effect, once
from sandbox.mambu.transactions import TRANSACTION
from sandbox.sqlite import insert

BEFORE = ("timeout_before", "status_429", "status_500", "status_503")
AFTER = ("timeout_after", "reset_after", "status_102", "status_409", "status_500_after", "status_503_after")
KINDS = (*BEFORE, *AFTER, "slow")
# route -> what a fault calls it
AREAS = {
    "transactions.one": "transaction-read",
    "transactions.of_loan": "transaction-read",
    "loans.one": "loan-read",
    "transactions.disbursed": "disbursement",
    "transactions.repaid": "repayment",
    "transactions.adjusted": "adjust",
    "transactions.v1_custom_information": "custominformation",
    "loans.found": "search",
    "transactions.found": "search",
    "loans.changed": "loan-patch",
    "holders.client": "holder-read",
    "holders.group": "holder-read",
    "tasks.created": "task",
}
ANY = "any"
DEFAULT_HANG_SECONDS = 30.0


@dataclass(frozen=True)
class Fault:
    kind: str
    retry_after_seconds: int | None = None
    hang_seconds: float = DEFAULT_HANG_SECONDS


def add(db: sqlite3.Connection, area: str, kind: str, match: dict[str, str], detail: Any, times: int | None) -> None:
    insert(db, "faults", area=area, kind=kind, match=json.dumps(match), detail=json.dumps(detail), times_left=times)


def take(db: sqlite3.Connection, request: Request) -> Fault | None:
    """The newest fault that fits this request; using it counts."""
    rows = db.execute("SELECT * FROM faults WHERE times_left IS NULL OR times_left > 0 ORDER BY seq DESC").fetchall()
    area, words = AREAS.get(request.endpoint or ""), None
    for row in rows:
        if row["area"] not in (area, ANY):
            continue
        words = words or set(_words(db, request))
        if set(json.loads(row["match"]).values()) <= words:
            db.execute("UPDATE faults SET times_left = times_left - 1 WHERE seq = ?", (row["seq"],))
            return Fault(row["kind"], **json.loads(row["detail"]))
    return None


def posted(core: Core, request: Request, effect: Effect) -> Response:
    """A posting, guarded by its Idempotency-Key."""
    fault: Fault | None = g.get("fault")
    return once(core, request, effect, fault.hang_seconds if fault and fault.kind == "slow" else 0)


def response_of(fault: Fault, request: Request) -> Response:
    if fault.kind.startswith("timeout"):
        time.sleep(fault.hang_seconds)
        return connection.cut(request)
    if fault.kind == "reset_after":
        return connection.cut(request)
    if fault.kind == "status_102":
        return connection.final_102(request)
    status = int(fault.kind.split("_")[1])
    response = Response(status=status) if status == 409 else refusal_answer(_trouble(status))
    if fault.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(fault.retry_after_seconds)
    return response


def _trouble(status: int) -> Refusal:
    """What Mambu's body says with 429 and 503 is unverified; clients branch on the status."""
    return Refusal(Code.EXCESSIVE_INVALID_REQUESTS if status == 429 else Code.INTERNAL_ERROR, status=status)


def _words(db: sqlite3.Connection, request: Request) -> Iterable[str]:
    """Everything a match may name: texts of the path and the body, and ids and keys of the loan they lead to."""
    yield from _texts(request.get_json(force=True, silent=True))
    for name in (request.view_args or {}).values():
        yield name
        transaction = records.find(db, TRANSACTION, name)
        if transaction:
            yield from (transaction["id"], transaction["encodedKey"])
        loan = records.find(db, loans.LOAN, transaction["parentAccountKey"] if transaction else name)
        if loan:
            yield from (loan["id"], loan["encodedKey"])


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(inner)
