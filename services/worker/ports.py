"""What the use cases need of the outside, on one page. Adapters and fakes pass the same contract tests.

Reads answer the record, or `Refused` (there is none, or we may not) or `TryLater`. Only bytes that were prepared and
stored are ever sent. Preparing is pure: it raises ValueError when the flow is not far enough for it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from shared.domain.bank_records import VirtualAccount
from shared.domain.closure import Closure
from shared.domain.core_records import CoreHolder, CoreLoan, CoreTransaction, TransactionStatus
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Flow, Request
from shared.domain.history import HistoryEntry
from shared.domain.meanings import Meaning
from shared.domain.notification import Notification
from shared.domain.outcomes import LookUp, Outcome, Refused, TryLater
from shared.domain.posting import Posting
from shared.domain.receipts import Receipt

F = TypeVar("F", bound=Flow)


class Bank(Protocol):
    """ClearBank."""

    def find_account(self, iban: str) -> VirtualAccount | Refused | TryLater | None:
        """The virtual account with this IBAN; None when the bank lists none."""
        ...

    def read_account(self, virtual_account_id: str) -> VirtualAccount | Refused | TryLater: ...

    def prepare_payment(self, disbursement: Disbursement) -> Request: ...

    def prepare_account(self, disbursement: Disbursement) -> Request:
        """Ask for the virtual account that `disbursement.wanted` describes, under its request key."""
        ...

    def prepare_owner_name(self, disbursement: Disbursement) -> Request:
        """Name the owner of `disbursement.account` as it says."""
        ...

    def prepare_return(self, posting: Posting) -> Request:
        """Send the money of a credit back for `posting.return_reason`, by the scheme it came by."""
        ...

    def prepare_disabling(self, closure: Closure) -> Request: ...

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

    def prepare_linkage(self, disbursement: Disbursement) -> Request:
        """Write the id and IBAN of `disbursement.account` into the loan's custom fields."""
        ...

    def prepare_reversal(self, disbursement: Disbursement) -> Request: ...

    def prepare_posting(self, posting: Posting) -> Request:
        """A repayment or a disbursement on `posting.loan_id`, whichever the posting is."""
        ...

    def prepare_undo(self, posting: Posting) -> Request:
        """Take back the transaction `posting.core_transaction_id`."""
        ...

    def send(self, request: Request) -> Outcome: ...

    def look_up_reversal(self, disbursement: Disbursement) -> LookUp: ...

    def look_up_posting(self, posting: Posting) -> LookUp:
        """By the external id; `Accepted.reference` is the core's id of the transaction."""
        ...

    def look_up_undo(self, posting: Posting) -> LookUp: ...


class Notifier(Protocol):
    """The lender's channel: a Mambu task, a ZenDesk ticket, a call of a URL."""

    def prepare(self, notification: Notification) -> Request: ...

    def send(self, request: Request) -> Outcome: ...

    def look_up(self, notification: Notification) -> LookUp: ...


class Journal(Protocol):
    """The flows; see shared.store.journal."""

    def load(self, flow_id: str) -> Flow | None:
        """Raises CorruptRecordError."""
        ...

    def find(self, reference: str) -> list[Flow]:
        """The flows that have this among their references, newest first, at most a hundred."""
        ...

    def move(
        self,
        flow: F,
        entries: Sequence[HistoryEntry],
        due_at: datetime | None,
        begun: Sequence[Flow] = (),
    ) -> F | None:
        """The flow at its new version, or None when another worker moved it first.

        In the same step, each flow of `begun` (what is to be told of the move) is begun, unless it was begun before.
        """
        ...

    def quarantine(self, flow_id: str, reason: str) -> None:
        """Its record cannot be read: due no more, it waits for a person as it is."""
        ...


class Inbox(Protocol):
    """The receipts; see shared.store.inbox."""

    def begin(self, receipt_id: str) -> Receipt | None:
        """The receipt with one more attempt counted. Raises CorruptRecordError."""
        ...

    def quarantine(self, receipt_id: str, reason: str) -> None: ...

    def postpone(self, receipt_id: str, reason: str, delay_seconds: float) -> None:
        """It speaks of something that is not known yet: due again later, its attempts begin anew."""
        ...

    def finish(self, receipt_id: str, result: str) -> None: ...

    def park(self, receipt_id: str, reason: str) -> None: ...

    def load(self, receipt_id: str) -> Receipt | None: ...

    def reopen(self, receipt_id: str, entry: HistoryEntry) -> bool:
        """Due again, though finished or parked; False when it is being worked on."""
        ...

    def dismiss(self, receipt_id: str, reason: str, entry: HistoryEntry) -> bool:
        """Finished, though nobody could work on it; False when it does not wait for a person."""
        ...


class Outbox(Protocol):
    """What is due; see shared.store.outbox."""

    def take_due(self, limit: int, again_after_seconds: float) -> list[str]: ...


class ReleasedBatch(Protocol):
    """So many of the longest finished were looked at, and so many of them released."""

    @property
    def examined(self) -> int: ...

    @property
    def released(self) -> int: ...


class Interpreter(Protocol):
    """The words of the outside in ours."""

    def interpret(self, receipt: Receipt) -> Sequence[Meaning]: ...


class Clock(Protocol):
    def now(self) -> datetime: ...


class Publisher(Protocol):
    def enqueue(self, task: str, argument: str) -> None: ...

    def room(self, queue: str) -> int:
        """How many more messages the queue should take; 0 when nobody drains it."""
        ...
