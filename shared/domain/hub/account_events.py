"""What moved on an account, as the Open Bank Project tells it (OBP-API v3.1.0 and v4.0.0): a balance changed, money
came or went, a transaction is there. Three events, each with an id of its own, in this order.
"""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.accounts import normal_iban
from shared.domain.flows import Flow
from shared.domain.hub.bookings import is_booked_now, is_undone_now
from shared.domain.hub.event import BusinessEvent, event_id
from shared.domain.hub.obp_payloads import account_payload, amount_text, transaction_payload
from shared.domain.hub.triggers import Trigger
from shared.domain.posting import Posting, Repayment
from shared.domain.settlement import Direction, Settlement


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One entry on one account. `amount_pence` is below zero for a debit; `origin` is what makes the entry unique."""

    origin: tuple[str, ...]
    bank_id: str
    account_id: str
    transaction_id: str
    amount_pence: int
    currency: str
    occurred_at: datetime
    balance_pence: int | None = None


def settlement_events(settlement: Settlement, bank_id: str, now: datetime) -> list[BusinessEvent]:
    """Of money that moved at the bank, on the account with this IBAN; the same whenever the webhook is met.

    An internal transfer has one transaction id on both its sides, so account and direction make the events unique.
    """
    is_credit = settlement.direction is Direction.CREDIT
    account_id = normal_iban(settlement.account_iban)
    return _events(
        _Entry(
            origin=(settlement.transaction_id, account_id, settlement.direction.value),
            bank_id=bank_id,
            account_id=account_id,
            transaction_id=settlement.transaction_id,
            amount_pence=settlement.amount_pence if is_credit else -settlement.amount_pence,
            currency=settlement.currency,
            occurred_at=settlement.settled_at or now,
            balance_pence=settlement.balance_pence,
        )
    )


def booking_events(before: Flow, after: Flow, bank_id: str, now: datetime) -> list[BusinessEvent]:
    """Of what we posted on a loan in the core with this move, or took back; the account is the loan's id."""
    if not isinstance(after, Posting):
        return []
    amount_pence = after.settlement.amount_pence if isinstance(after, Repayment) else -after.settlement.amount_pence
    entries = [  # Mambu does not say which transaction it answers an adjustment with, the new one or the one taken back
        (is_booked_now(before, after), amount_pence, after.core_transaction_id),
        (is_undone_now(before, after), -amount_pence, after.step(after.UNDO).reference or after.core_transaction_id),
    ]
    return [
        event
        for happened, pence, transaction_id in entries
        if happened
        for event in _events(
            _Entry(
                origin=(after.id, str(before.version)),
                bank_id=bank_id,
                account_id=after.loan_id,
                transaction_id=transaction_id,
                amount_pence=pence,
                currency=after.settlement.currency,
                occurred_at=now,
            )
        )
    ]


def _events(entry: _Entry) -> list[BusinessEvent]:
    if entry.amount_pence == 0:
        return []
    moved = Trigger.ON_CREDIT_TRANSACTION if entry.amount_pence > 0 else Trigger.ON_DEBIT_TRANSACTION
    return [
        _account_event(Trigger.ON_BALANCE_CHANGE, entry),
        _account_event(moved, entry),
        _transaction_event(entry),
    ]


def _account_event(trigger: Trigger, entry: _Entry) -> BusinessEvent:
    identifier = event_id(trigger, *entry.origin)
    sums = (entry.amount_pence, entry.balance_pence, entry.currency)
    return BusinessEvent(
        id=identifier,
        trigger=trigger,
        bank_id=entry.bank_id,
        occurred_at=entry.occurred_at,
        payload=account_payload(trigger.value, identifier, entry.bank_id, entry.account_id, *sums),
        account_id=entry.account_id,
        values={
            "AMOUNT": amount_text(entry.amount_pence, entry.currency),
            "CURRENCY": entry.currency,
            "BALANCE": "" if entry.balance_pence is None else amount_text(entry.balance_pence, entry.currency),
        },
    )


def _transaction_event(entry: _Entry) -> BusinessEvent:
    trigger = Trigger.ON_CREATE_TRANSACTION
    identifier = event_id(trigger, *entry.origin)
    return BusinessEvent(
        id=identifier,
        trigger=trigger,
        bank_id=entry.bank_id,
        occurred_at=entry.occurred_at,
        payload=transaction_payload(identifier, entry.bank_id, entry.account_id, entry.transaction_id),
        account_id=entry.account_id,
        values={"TRANSACTION_ID": entry.transaction_id},
    )
