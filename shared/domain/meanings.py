"""What a stored webhook tells us, in our own words: something that matters, or ignored on purpose, or unknown."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.closure import LoanClosed
from shared.domain.disbursement import DisbursementOrder
from shared.domain.events import AccountCreated, AccountRefused, PaymentHeld, PaymentRejected
from shared.domain.hub.triggers import Trigger
from shared.domain.settlement import Settlement


@dataclass(frozen=True, slots=True)
class PaymentReport:
    """What the bank says of an outgoing payment before its money has moved, by its end-to-end id."""

    end_to_end_id: str
    event: PaymentHeld | PaymentRejected


@dataclass(frozen=True, slots=True)
class AccountReport:
    """What became of a virtual account that was asked for, by external id, IBAN or BBAN, whichever it names.

    `owner_name` is all that ties an account to who asked for it when the bank chose the number and the webhook, in its
    second version, carries no external id.
    """

    references: tuple[str, ...]
    event: AccountCreated | AccountRefused
    owner_name: str = ""


@dataclass(frozen=True, slots=True)
class BacsReversal:
    """A Bacs credit of this BacsTransactionId is taken away again. `code` is the reason, as ARUCS has it."""

    bacs_transaction_id: str
    code: str


@dataclass(frozen=True, slots=True)
class Advisory:
    """Nothing follows by itself, and people are told. `code` names the kind, `iban` is our account that it is about."""

    code: str
    what: str
    reason: str = ""
    advice: str = ""
    iban: str = ""
    amount_pence: int | None = None


@dataclass(frozen=True, slots=True)
class ForeignEvent:
    """What another bank system tells its subscribers, to be passed on to ours. `payload` is its body, the exact text.

    `bank_id` and `account_id` are the other system's, "" where it names none; `values` are the placeholders' texts.
    """

    trigger: Trigger
    payload: str
    values: Mapping[str, str]
    bank_id: str = ""
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Known, and nothing follows from it; the reason is shown beside the receipt."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """Not understood: kept, and a person is told. `code` is also the metric's label."""

    code: str
    reason: str


Meaning = (
    PaymentReport
    | Settlement
    | AccountReport
    | BacsReversal
    | DisbursementOrder
    | LoanClosed
    | Advisory
    | ForeignEvent
    | Ignored
    | Unrecognised
)
