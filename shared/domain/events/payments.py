"""What happened to a disbursement on its way through the bank and back."""

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
