"""Money that moved on one of our accounts at the bank, as its TransactionSettled webhook tells (ClearBank docs: v6)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Direction(StrEnum):
    """Seen from our account: a credit came in, a debit went out."""

    CREDIT = "credit"
    DEBIT = "debit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """`scheme` is the bank's word: Transfer, FasterPayments, Bacs, Chaps, or "". Accounts and names are as sent.

    `scheme_id` is the rail's own id (FPS: FPID; CHAPS: instruction identification). A return names the payment it sends
    back by `returned_scheme_id` where the scheme does so, and by the end-to-end id. `balance_pence` is the account's,
    told of real ones only; webhooks come in any order, so the last one need not be the newest.
    """

    transaction_id: str
    direction: Direction
    amount_pence: int
    currency: str
    account_iban: str
    end_to_end_id: str = ""
    scheme: str = ""
    is_return: bool = False
    account_name: str = ""
    counterpart_iban: str = ""
    counterpart_name: str = ""
    reference: str = ""
    scheme_id: str = ""
    bacs_transaction_id: str = ""
    returned_scheme_id: str = ""
    return_code: str = ""
    balance_pence: int | None = None
    created_at: datetime | None = None
    settled_at: datetime | None = None
