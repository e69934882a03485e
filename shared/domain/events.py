"""What happened to a payment, in the past tense. Steps and webhooks raise them; transitions.py says what follows."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.schemes import Scheme


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as CHAPS wants it; `country` is two letters."""

    country: str
    town: str
    post_code: str
    street: str = ""
    building: str = ""

    def one_line(self) -> str:
        """As FPS wants it: country, town, street, building, post code."""
        parts = (self.country, self.town, self.street, self.building, self.post_code)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Routed:
    """The order fits a scheme; texts are as the scheme can carry them, `changed` says what that cost."""

    scheme: Scheme
    creditor_iban: str
    creditor_name: str
    debtor_name: str
    reference: str
    changed: str = ""


@dataclass(frozen=True, slots=True)
class RouteRefused:
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The core agrees with the order. `loan_id`, `transaction_id` are the core's readable ids, `loan_key` the encoded
    key; `debtor_name` is the order's, or the holder's where the order gives none."""

    transaction_id: str
    loan_id: str
    loan_key: str
    holder_name: str
    debtor_name: str
    creditor_address: Address
    debtor_address: Address


@dataclass(frozen=True, slots=True)
class AccountChosen:
    """Which account pays. `virtual_account_id` is "" for the operating account.

    `write_linkage`: the loan does not hold it yet. `owner_name`: what the bank should call its owner, "" when it does.
    """

    iban: str
    virtual_account_id: str = ""
    write_linkage: bool = False
    owner_name: str = ""


@dataclass(frozen=True, slots=True)
class AccountWanted:
    """The loan has no virtual account yet. Asked for by `iban`, or by `external_id` when the bank picks the number;
    `request_key` is made of the loan and not of the disbursement, so two disbursements of one loan ask for one account.
    """

    owner_name: str
    request_key: str
    iban: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class AccountCreated:
    virtual_account_id: str
    iban: str


@dataclass(frozen=True, slots=True)
class AccountRefused:
    """The bank did not create the virtual account, by its answer or by webhook."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class LinkRefused:
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class LinkageRefused:
    """The core did not take the account's id and IBAN into the loan's custom fields."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentPrepared:
    """The bytes are stored; from here on the bank may have them."""


@dataclass(frozen=True, slots=True)
class PaymentSubmitted:
    """The bank took the payment for processing; nothing is settled yet."""


@dataclass(frozen=True, slots=True)
class PaymentRefused:
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentHeld:
    """The bank looks at it; not final."""


@dataclass(frozen=True, slots=True)
class PaymentSettled:
    """Money moved. `bank_transaction_id` is ClearBank's TransactionId."""

    bank_transaction_id: str
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaymentRejected:
    """The payment ended without money leaving, after the bank had taken it for processing."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentReturned:
    """Settled money came back through the scheme."""

    bank_transaction_id: str
    code: str


@dataclass(frozen=True, slots=True)
class DisbursementReversed:
    """The core took the disbursement back."""


@dataclass(frozen=True, slots=True)
class LoanLocated:
    """`is_full_disbursement`: the money is the loan's whole amount, which Mambu wants posted without an amount."""

    loan_id: str
    loan_key: str
    is_full_disbursement: bool = False


@dataclass(frozen=True, slots=True)
class LoanNotLocated:
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class PostingPrepared:
    """The bytes are stored; from here on the core may have them."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The core booked it. `core_transaction_id` is Mambu's id of the transaction."""

    core_transaction_id: str


@dataclass(frozen=True, slots=True)
class PostingRefused:
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class MoneyWentBack:
    """Money that was received, or sent at the bank, went the other way: returned, recalled, or sent back by us.

    `bank_transaction_id` is that of the return, "" when only its announcement is known.
    """

    code: str
    bank_transaction_id: str = ""


@dataclass(frozen=True, slots=True)
class PostingUndone:
    """The core took the posting back."""


@dataclass(frozen=True, slots=True)
class LoanAssigned:
    """An operator says which loan unmatched money belongs to."""

    loan_id: str


@dataclass(frozen=True, slots=True)
class ReturnOrdered:
    """An operator sends unmatched money back; `reason` is a reason for return in the scheme's own words.

    `virtual_account_id` is that of the account the money is on, "" for a real one: Bacs returns ask for it.
    """

    reason: str
    virtual_account_id: str = ""


@dataclass(frozen=True, slots=True)
class ReturnRefused:
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class AccountToDisable:
    """The loan is over, and this virtual account is its own."""

    virtual_account_id: str
    loan_key: str = ""


@dataclass(frozen=True, slots=True)
class AccountKept:
    """Nothing is to be disabled."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class AccountDisabled:
    """The bank disabled the virtual account; it stays listed."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """Who is told, and about which loan; both are encoded keys of Mambu, "" when unknown."""

    loan_key: str
    assignee_key: str


@dataclass(frozen=True, slots=True)
class NotificationSent:
    """The channel took it."""


Event = (
    Routed
    | RouteRefused
    | Confirmed
    | AccountChosen
    | AccountWanted
    | AccountCreated
    | AccountRefused
    | LinkRefused
    | LinkageRefused
    | PaymentPrepared
    | PaymentSubmitted
    | PaymentRefused
    | PaymentHeld
    | PaymentSettled
    | PaymentRejected
    | PaymentReturned
    | DisbursementReversed
    | LoanLocated
    | LoanNotLocated
    | PostingPrepared
    | Posted
    | PostingRefused
    | MoneyWentBack
    | PostingUndone
    | LoanAssigned
    | ReturnOrdered
    | ReturnRefused
    | AccountToDisable
    | AccountKept
    | AccountDisabled
    | Addressed
    | NotificationSent
)
