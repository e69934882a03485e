"""What is compared: the bank's books, the core's books, the senders' lists of answers, the subscribers' lists of what
came, and our own journal and log of deliveries.

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
class StoredEvent:
    """What subscribers were to be told. `about`: the flow's id, or the bank's id of the money."""

    id: str
    trigger: str
    bank_id: str
    account_id: str
    about: str


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who was subscribed for the whole round; without a bank to all of them, without an account to all of its bank.

    `takes`: whether in the end its receiver takes everything, or nothing."""

    id: str
    sink: str
    trigger: str
    takes: bool = True
    bank_id: str = ""
    account_id: str = ""

    def wants(self, event: StoredEvent) -> bool:
        return (
            self.trigger == event.trigger
            and self.bank_id in ("", event.bank_id)
            and self.account_id in ("", event.account_id)
        )


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """`statuses` are those of the attempts in its log, None for one without an answer; `attempts` is how many there
    were by its own count. `seconds` lie between its making and its end."""

    id: str
    event_id: str
    subscription_id: str
    state: str
    key: str
    body: str
    attempts: int
    statuses: tuple[int | None, ...]
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SinkArrival:
    """A call as the receiver saw it; `event_id` stood in its address, `key` in a header."""

    sink: str
    event_id: str
    key: str
    body: str


@dataclass(frozen=True, slots=True)
class Records:
    bank_payments: Sequence[BankPayment] = ()
    bank_orders: Sequence[BankOrder] = ()
    core_transactions: Sequence[CoreTransaction] = ()
    webhooks: Sequence[SentWebhook] = ()
    receipts: Sequence[StoredReceipt] = ()
    flows: Sequence[StoredFlow] = ()
    events: Sequence[StoredEvent] = ()
    subscribers: Sequence[Subscriber] = ()
    deliveries: Sequence[StoredDelivery] = ()
    arrivals: Sequence[SinkArrival] = ()
