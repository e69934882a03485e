"""What an operator looks at, as tables."""

import sys
from datetime import UTC, datetime, timedelta

from redis import Redis
from rich.table import Table

from shared.domain.corruption import CorruptRecordError
from shared.domain.flows import Flow
from shared.domain.money import pounds
from shared.domain.posting import Posting
from shared.domain.transitions import DisbursementState, PostingState
from shared.runtime.tables import show
from shared.store.connection import StoreClock
from shared.store.inbox import Inbox
from shared.store.journal import Journal
from shared.store.outbox import Outbox
from shared.store.quarantine import Quarantine

MOST_ROWS = 500
_RECEIPT = "receipt:"

# States that wait for a word from outside: without it nothing is due, and nobody looks by itself.
_WAITING = (
    *(("disbursement", state) for state in (DisbursementState.SUBMITTED, DisbursementState.HELD)),
    ("repayment", PostingState.RETURNING),
)


class Records:
    """The stores, for looking only."""

    def __init__(self, redis: Redis) -> None:
        self.journal, self.inbox, self.outbox = Journal(redis), Inbox(redis), Outbox(redis)
        self.quarantine, self._clock = Quarantine(redis), StoreClock(redis)

    def age(self, since_ms: int) -> str:
        """Like `2 days, 3:04:05`."""
        return str(timedelta(seconds=int(self._clock.now().timestamp() - since_ms / 1000)))


def show_parked(records: Records) -> int:
    table = Table("waits for", "id", "what", "why")
    reasons = records.quarantine.reasons()
    for member, since_ms in records.outbox.parked(MOST_ROWS):
        what, why = ("unreadable", reasons[member]) if member in reasons else _why(records, member)
        table.add_row(records.age(since_ms), member.removeprefix(_RECEIPT), what, why)
    return _print(table, "Nothing waits for a person.")


def show_stuck(records: Records, older_than_seconds: int) -> int:
    """What the sweeper should have taken, and what waits for the bank's word for longer than usual."""
    table = Table("since", "id", "what")
    for member, due_ms in records.outbox.overdue(older_than_seconds * 1000, MOST_ROWS):
        table.add_row(
            records.age(due_ms), member.removeprefix(_RECEIPT), "due, and nobody takes it: is a worker alive?"
        )
    before = datetime.now(UTC) - timedelta(seconds=older_than_seconds)
    for kind, state in _WAITING:
        for flow_id in records.journal.in_state(kind, state, MOST_ROWS):
            last = records.journal.history(flow_id)[-1]
            if last.at < before:
                table.add_row(records.age(int(last.at.timestamp() * 1000)), flow_id, f"{state}: no word from the bank")
    return _print(table, "Nothing is stuck.")


def show_unmatched(records: Records) -> int:
    table = Table("since", "id", "amount", "account", "from", "reference", "why")
    for kind in ("repayment", "bank-disbursement"):
        for flow_id in records.journal.in_state(kind, PostingState.UNMATCHED, MOST_ROWS):
            posting = records.journal.load(flow_id)
            if isinstance(posting, Posting):
                money = posting.settlement
                since = f"{money.settled_at:%Y-%m-%d %H:%M}" if money.settled_at else ""
                amount = f"{money.direction} {pounds(money.amount_pence):,} {money.currency}"
                whose = (money.account_iban, money.counterpart_name, money.reference)
                table.add_row(since, posting.id, amount, *whose, posting.failure)
    return _print(table, "All money has its loan.")


def show_history(records: Records, record_id: str) -> int:
    table = Table("at", "what", "cause", "state", "outcome", "request id", "correlation id", title=record_id)
    try:
        flow = records.journal.load(record_id) if ":" in record_id else None
        receipt = None if flow else records.inbox.load(record_id)
    except CorruptRecordError as error:
        print(error, file=sys.stderr)
        return 1
    if not (flow or receipt):
        print(f"There is neither a flow nor a receipt with the id {record_id}.", file=sys.stderr)
        return 1
    for entry in (records.journal if flow else records.inbox).history(record_id):
        at = f"{entry.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(at, entry.what, entry.cause, entry.state, entry.outcome, entry.request_id, entry.correlation_id)
    if receipt:
        print(f"{receipt.name} is {receipt.state}: {receipt.reason or 'nothing came of it yet'}")
        print(f"From {receipt.source}, begun {receipt.attempts} times, {receipt.duplicates} duplicates.")
    _print(table, "Nobody has done anything with it.")
    if flow and flow.parked:
        print(f"It waits for a person: {flow.parked.code}: {flow.parked.reason}")
    return 0


def _why(records: Records, member: str) -> tuple[str, str]:
    """What it is, and why it waits."""
    if member.startswith(_RECEIPT):
        receipt = records.inbox.load(member.removeprefix(_RECEIPT))
        return (receipt.name, receipt.reason) if receipt else ("released", "")
    flow: Flow | None = records.journal.load(member)
    if flow is None or flow.parked is None:
        return "goes on", ""
    return f"{flow.state}, at {flow.parked.step}", f"{flow.parked.code}: {flow.parked.reason}"


def _print(table: Table, when_empty: str) -> int:
    if table.row_count:
        show(table)
    else:
        print(when_empty)
    return 0
