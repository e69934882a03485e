"""A log of five deliveries, a minute apart."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.domain.hub.delivery import Delivery, FailureReason
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.triggers import Trigger
from tests.builders.console import Console
from tests.builders.hub import a_delivery, a_subscription, an_event

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
FAILED: dict[str, Any] = {
    "state": DeliveryState.FAILED,
    "due_at": None,
    "attempts": 5,
    "failure_reason": FailureReason.INVALID_HTTP_RESPONSE,
    "failure_cause": "the receiver answered 503",
}
SENT: dict[str, Any] = {
    "state": DeliveryState.SENT,
    "due_at": None,
    "attempts": 1,
    "sent_at": START + timedelta(days=1),
}


def a_logged(minute: int, trigger: Trigger = Trigger.PAYMENT_SETTLED, receiver: str = "1", **changed: Any) -> Delivery:
    """Created so many minutes after START, of an event of its own."""
    event, subscription = an_event(trigger, f"transaction-{minute}"), a_subscription(f"subscription-{receiver}")
    return a_delivery(event, subscription, **{"created_at": START + timedelta(minutes=minute), **changed})


LOG = {
    "others": a_logged(0, receiver="2"),
    "gone": a_logged(
        1,
        destination="https://elsewhere.example/",
        **FAILED
        | {"failure_reason": FailureReason.UNDEFINED_DESTINATION, "failure_cause": "The subscription was deleted"},
    ),
    "taken": a_logged(2, **SENT),
    "broken": a_logged(3, Trigger.PAYMENT_HELD, **FAILED),
    "new": a_logged(4, loan_id="LOAN1"),
}
NAMES = {delivery.id: name for name, delivery in LOG.items()}


def a_console() -> Console:
    console = Console()
    console.deliveries.begin(list(LOG.values()))
    return console


def names_in(answer: Any) -> list[str]:
    """Which of the log a search of messages found, in its order."""
    return [NAMES[message["encodedKey"]] for message in answer.json]
