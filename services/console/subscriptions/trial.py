"""A test event for one subscription. It is stored and rung for: the worker sends it like any other."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from services.console.v1.ringing import Publisher, ring
from shared.domain.hub.delivery import Delivery
from shared.domain.hub.event import BusinessEvent, event_id
from shared.domain.hub.rendered import rendered
from shared.domain.hub.subscription import Subscription
from shared.domain.hub.triggers import Trigger, placeholders_of
from shared.messages import tasks

# What a template finds in a test, where a word would not do.
_SAMPLES = {"AMOUNT": "1.00", "BALANCE": "1.00", "CURRENCY": "GBP"}


class Deliveries(Protocol):
    """As shared.store.deliveries keeps them."""

    def begin(self, deliveries: Sequence[Delivery]) -> list[Delivery]: ...


@dataclass(frozen=True, slots=True)
class Trial:
    """`new_id` gives a UUID."""

    deliveries: Deliveries
    publisher: Publisher
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    def send(self, subscription: Subscription) -> Delivery:
        """What was stored; failed at once when it cannot go out. One that is switched off is tried all the same."""
        now = self.now()
        event = _test_event(subscription, self.new_id(), now)
        delivery = rendered(event, replace(subscription, is_active=True), now)
        self.deliveries.begin([delivery])
        if not delivery.is_final:
            ring(self.publisher, tasks.DELIVER, delivery.id)
        return delivery


def _test_event(subscription: Subscription, unique: str, now: datetime) -> BusinessEvent:
    found = event_id(Trigger.SUBSCRIPTION_TEST, subscription.id, unique)
    told: Mapping[str, str] = {
        "event_id": found,
        "event_name": Trigger.SUBSCRIPTION_TEST.value,
        "event_time": now.isoformat(timespec="milliseconds"),
        "bank_id": subscription.bank_id,
        "account_id": subscription.account_id,
        "subscription_id": subscription.id,
    }
    return BusinessEvent(
        id=found,
        trigger=Trigger.SUBSCRIPTION_TEST,
        bank_id=subscription.bank_id,
        occurred_at=now,
        payload=json.dumps(told, ensure_ascii=False, separators=(",", ":")),
        account_id=subscription.account_id,
        values={name: _SAMPLES.get(name, "test") for name in placeholders_of(subscription.trigger)},
    )
