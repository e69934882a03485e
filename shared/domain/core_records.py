"""What the core tells about loans, holders and transactions: the part that our rules compare."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.events import Address


class TransactionStatus(StrEnum):
    """What we write into the status custom field of a disbursement."""

    SETTLED = "Settled"
    HELD = "Held"
    REJECTED = "Rejected"


@dataclass(frozen=True, slots=True)
class CoreTransaction:
    """A loan transaction. `adjusted`: taken back already. `loan_key` is the loan's encoded key."""

    key: str
    id: str
    type: str
    amount_pence: int
    channel: str
    loan_key: str
    adjusted: bool


@dataclass(frozen=True, slots=True)
class CoreLoan:
    """A loan account. `state` is Mambu's accountState; `holder_key` belongs to a client or a group.

    `amount_pence` is what was approved, None when the core names none; `assigned_user_key` is whom notifications about
    this loan go to.
    """

    key: str
    id: str
    state: str
    currency: str
    holder_type: str
    holder_key: str
    iban: str = ""
    virtual_account_id: str = ""
    amount_pence: int | None = None
    assigned_user_key: str = ""


@dataclass(frozen=True, slots=True)
class CoreHolder:
    """The client or group that holds a loan. `address` is None when the core has none with town and post code."""

    name: str
    address: Address | None
