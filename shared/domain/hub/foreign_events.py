"""What another bank system told us, as an event of ours."""

from datetime import UTC, datetime

from shared.domain.hub.event import BusinessEvent, event_id
from shared.domain.meanings import ForeignEvent
from shared.domain.receipts import Receipt


def foreign_event(told: ForeignEvent, receipt: Receipt, bank_id: str) -> BusinessEvent:
    """Its id is made of the receipt's: the other system's own stays inside the payload, untouched.

    `bank_id` is ours, for what names no bank.
    """
    return BusinessEvent(
        id=event_id(told.trigger, receipt.id),
        trigger=told.trigger,
        bank_id=told.bank_id or bank_id,
        occurred_at=datetime.fromtimestamp(receipt.received_at_ms / 1000, UTC),
        payload=told.payload,
        account_id=told.account_id,
        values=told.values,
    )
