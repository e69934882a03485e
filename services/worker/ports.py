"""What the use cases need of the outside, on one page. Adapters and fakes pass the same contract tests.

Reads answer the record, or `Refused` (there is none, or we may not) or `TryLater`. Only bytes that were prepared and
stored are ever sent.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from shared.domain.core_records import CoreHolder, CoreLoan, CoreTransaction, TransactionStatus
from shared.domain.disbursement import Disbursement
from shared.domain.history import HistoryEntry
from shared.domain.meanings import Meaning
from shared.domain.outcomes import LookUp, Outcome, Refused, TryLater
from shared.domain.payments import Payment, Request
from shared.domain.receipts import Receipt
from shared.domain.repayment import Repayment

P = TypeVar("P", bound=Payment)


class Bank(Protocol):
    """ClearBank."""

    def prepare_payment(self, disbursement: Disbursement) -> Request: ...

    def send(self, request: Request) -> Outcome: ...

    def look_up_payment(self, end_to_end_id: str) -> LookUp:
        """Never NotDone: that the bank shows nothing proves nothing."""
        ...


class Core(Protocol):
    """Mambu."""

    def read_transaction(self, key: str) -> CoreTransaction | Refused | TryLater: ...

    def read_loan(self, loan_id: str) -> CoreLoan | Refused | TryLater: ...

    def read_holder(self, loan: CoreLoan) -> CoreHolder | Refused | TryLater: ...

    def find_loans_by_iban(self, iban: str) -> list[CoreLoan] | Refused | TryLater: ...

    def prepare_status(self, disbursement: Disbursement, status: TransactionStatus) -> Request: ...

    def prepare_reversal(self, disbursement: Disbursement) -> Request: ...

    def prepare_repayment(self, repayment: Repayment) -> Request: ...

    def send(self, request: Request) -> Outcome: ...

    def look_up_reversal(self, disbursement: Disbursement) -> LookUp: ...

    def look_up_repayment(self, repayment: Repayment) -> LookUp: ...


class Journal(Protocol):
    """The payments; see shared.store.journal."""

    def load(self, payment_id: str) -> Payment | None: ...

    def move(self, payment: P, entries: Sequence[HistoryEntry], due_at: datetime | None) -> P | None: ...


class Inbox(Protocol):
    """The receipts; see shared.store.inbox."""

    def begin(self, receipt_id: str) -> Receipt | None: ...

    def finish(self, receipt_id: str, result: str) -> None: ...

    def park(self, receipt_id: str, reason: str) -> None: ...


class Outbox(Protocol):
    """What is due; see shared.store.outbox."""

    def take_due(self, limit: int, again_after_seconds: float) -> list[str]: ...


class Interpreter(Protocol):
    """The words of the outside in ours."""

    def interpret(self, receipt: Receipt) -> Sequence[Meaning]: ...


class Clock(Protocol):
    def now(self) -> datetime: ...


class Publisher(Protocol):
    def enqueue(self, task: str, argument: str) -> None: ...
