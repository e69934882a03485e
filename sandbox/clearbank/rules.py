"""What happens to matching payments and accounts, decided beforehand through the control door."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.clearbank.matching import Subject, matches
from sandbox.sqlite import insert

PAYMENT_OUTCOMES = frozenset(
    {
        "settle",
        "reject",
        "hold",
        "hold_then_settle",
        "hold_then_reject",
        "assessment_failed",
        "validation_failed",
        "settle_then_return",
        "none",
    }
)
VIRTUAL_ACCOUNT_OUTCOMES = frozenset(
    {"created_v2", "created_v3", "creation_failed", "creation_failed_v2", "creation_failed_v3", "none"}
)
REJECTED_IN_202 = "rejected_in_202"  # Faster Payments alone answer payment by payment
LIST_LATE = "list_late"  # GET /v2/Transactions shows the payment only after delaySeconds
OUTCOMES = PAYMENT_OUTCOMES | VIRTUAL_ACCOUNT_OUTCOMES | {REJECTED_IN_202, LIST_LATE}


@dataclass(frozen=True)
class Rule:
    outcome: str
    code: str | None = None
    reason: str | None = None
    delay_seconds: float | None = None


def add(db: sqlite3.Connection, match: dict[str, str], outcome: str, detail: dict[str, Any], times: int | None) -> None:
    insert(db, "rules", match=json.dumps(match), outcome=outcome, detail=json.dumps(detail), times_left=times)


def take(db: sqlite3.Connection, subject: Subject, outcomes: frozenset[str]) -> Rule | None:
    """The newest matching rule with one of these outcomes; using it counts."""
    row = newest_match(db, "rules", subject, lambda rule: rule["outcome"] in outcomes)
    return None if row is None else Rule(row["outcome"], **json.loads(row["detail"]))


def newest_match(
    db: sqlite3.Connection, table: str, subject: Subject, fits: Callable[[sqlite3.Row], bool]
) -> sqlite3.Row | None:
    """The newest row of a table with `match` and `times_left` that fits; one of its times is used up."""
    query = f"SELECT * FROM {table} WHERE times_left IS NULL OR times_left > 0 ORDER BY seq DESC"  # noqa: S608
    for row in db.execute(query).fetchall():
        if fits(row) and matches(json.loads(row["match"]), subject):
            db.execute(f"UPDATE {table} SET times_left = times_left - 1 WHERE seq = ?", (row["seq"],))  # noqa: S608
            return row  # type: ignore[no-any-return]
    return None
