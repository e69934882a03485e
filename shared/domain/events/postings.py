"""What happened to money that moved at the bank, on its way to a loan."""

from dataclasses import dataclass


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
