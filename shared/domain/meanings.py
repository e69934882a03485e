"""What a stored webhook tells us, in our own words: something that matters, or ignored on purpose, or unknown."""

from dataclasses import dataclass

from shared.domain.disbursement import DisbursementOrder
from shared.domain.events import Event
from shared.domain.repayment import MoneyReceived


@dataclass(frozen=True, slots=True)
class BankReport:
    """What the bank says of an outgoing payment, by its end-to-end id."""

    end_to_end_id: str
    event: Event


@dataclass(frozen=True, slots=True)
class Ignored:
    """Known, and nothing follows from it; the reason is shown beside the receipt."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """Not understood: kept, and a person is told. `code` is also the metric's label."""

    code: str
    reason: str


Meaning = BankReport | MoneyReceived | DisbursementOrder | Ignored | Unrecognised
