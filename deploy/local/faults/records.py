"""What is compared: the bank's books, the core's books, the senders' lists of answers, and our own journal.

Plain values, so that a record of each kind can be made up in a test.
"""

from collections.abc import Sequence
from dataclasses import dataclass

OK = 200


@dataclass(frozen=True, slots=True)
class BankPayment:
    """A line of the bank's ledger."""

    transaction_id: str
    end_to_end_id: str
    direction: str
    amount_pence: int
    status: str
    account_iban: str
    is_return: bool = False

    @property
    def has_moved(self) -> bool:
        return self.status == "settled"


@dataclass(frozen=True, slots=True)
class BankOrder:
    """A request for a payment as the bank received it: one order has one request id, however often it comes."""

    end_to_end_id: str
    request_id: str


@dataclass(frozen=True, slots=True)
class CoreTransaction:
    """A transaction on a loan. `original_key` is what this one takes back; `is_adjusted`: it was taken back itself."""

    key: str
    kind: str
    amount_pence: int
    loan_id: str
    external_id: str = ""
    channel: str = ""
    status: str = ""
    original_key: str = ""
    is_adjusted: bool = False


@dataclass(frozen=True, slots=True)
class SentWebhook:
    """`statuses` of all attempts, None for one without an answer; `wrong_answers`: with 200, yet not to be believed
    (signature, nonce, form)."""

    id: str
    sender: str
    kind: str
    body: str
    statuses: tuple[int | None, ...]
    wrong_answers: int = 0
    is_waiting: bool = False

    @property
    def was_answered(self) -> bool:
        return OK in self.statuses


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    id: str
    name: str
    body: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StoredFlow:
    """`next_step` is what it still has to do, "" for nothing; `parked`: code and reason why it waits for a person."""

    id: str
    state: str
    next_step: str = ""
    parked: str = ""


@dataclass(frozen=True, slots=True)
class Records:
    bank_payments: Sequence[BankPayment] = ()
    bank_orders: Sequence[BankOrder] = ()
    core_transactions: Sequence[CoreTransaction] = ()
    webhooks: Sequence[SentWebhook] = ()
    receipts: Sequence[StoredReceipt] = ()
    flows: Sequence[StoredFlow] = ()
