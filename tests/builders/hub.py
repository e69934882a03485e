"""Events, subscriptions, deliveries and what is asked of their log."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from shared.domain.history import HistoryEntry
from shared.domain.hub.delivery import Attempt, Delivery, delivery_id, idempotency_key
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.event import BusinessEvent, event_id
from shared.domain.hub.search import DeliveryQuery, Resend
from shared.domain.hub.subscription import ApiKeys, Authentication, Basic, ClientCredentials, Level, Subscription
from shared.domain.hub.triggers import Trigger

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)  # before any clock of a test
BANK_ID, ACCOUNT_ID, USER_ID = "causeway", "GB29CLRB04190000001111", "0b5a4b3e-8f1c-4a6e-9a3d-2f6c1d7e8a90"
RECEIVER = "https://receiver.example/hooks"


def an_event(
    trigger: Trigger = Trigger.PAYMENT_SETTLED, origin: str = "transaction-1", **changed: Any
) -> BusinessEvent:
    """The same trigger and origin: the same event."""
    found = event_id(trigger, origin)
    event = BusinessEvent(
        id=found,
        trigger=trigger,
        bank_id=BANK_ID,
        occurred_at=NOON,
        payload=f'{{"event_id":"{found}","event_name":"{trigger.value}"}}',
        account_id=ACCOUNT_ID,
        values={"AMOUNT": "50.00", "CURRENCY": "GBP"},
    )
    return replace(event, **changed)


def a_subscription(subscription_id: str = "subscription-1", **changed: Any) -> Subscription:
    """To all of the bank, without secrets; its level decides what it has of bank and account."""
    level = changed.pop("level", Level.BANK)
    subscription = Subscription(
        id=subscription_id,
        level=level,
        bank_id="" if level is Level.SYSTEM else BANK_ID,
        account_id=ACCOUNT_ID if level is Level.ACCOUNT else "",
        trigger=Trigger.PAYMENT_SETTLED,
        url=RECEIVER,
        created_by=USER_ID,
        created_at=NOON,
    )
    return replace(subscription, **changed)


def a_secretive_subscription(subscription_id: str = "subscription-1", **changed: Any) -> Subscription:
    """With every secret that there can be; each has the word "hidden" in it."""
    authentication = Authentication(
        api_keys=ApiKeys((("X-Key", "hidden key 1"), ("X-Other-Key", "hidden key 2"))),
        basic=Basic("user", "hidden password"),
        oauth=ClientCredentials("https://receiver.example/token", "client", "hidden client secret"),
    )
    secrets = {
        "authentication": authentication,
        "headers": (("X-Static", "hidden value"), ("X-Empty", "")),
        "signing_secret": "whsec_hidden",
    }
    return a_subscription(subscription_id, **(secrets | changed))


def a_delivery(
    event: BusinessEvent | None = None, subscription: Subscription | None = None, **changed: Any
) -> Delivery:
    """Of one event to one subscription, not stored yet and due at once."""
    event, subscription = event or an_event(), subscription or a_subscription()
    found = delivery_id(event.id, subscription.id)
    delivery = Delivery(
        id=found,
        event_id=event.id,
        trigger=event.trigger,
        subscription_id=subscription.id,
        bank_id=event.bank_id,
        account_id=event.account_id,
        destination=subscription.url,
        method=subscription.method,
        content_type=subscription.content_type.value,
        body=event.payload,
        key=idempotency_key(found, 1),
        created_at=NOON,
        due_at=NOON,
    )
    return replace(delivery, **changed)


def an_attempt(number: int = 1, **changed: Any) -> Attempt:
    attempt = Attempt(
        number=number,
        started_at=NOON,
        seconds=0.25,
        key="k" * 32,
        headers=(("Content-Type", "application/json"),),
        status=503,
        reason="INVALID_HTTP_RESPONSE",
        cause="the receiver answered 503",
        answer="busy",
    )
    return replace(attempt, **changed)


def a_resend(resend_id: str = "resend-1", **changed: Any) -> Resend:
    resend = Resend(
        id=resend_id,
        query=DeliveryQuery(states=frozenset({DeliveryState.FAILED}), subscription_id="subscription-1"),
        counted=3,
        per_second=10,
        requested_by=USER_ID,
        reason="the receiver was down",
        created_at=NOON,
    )
    return replace(resend, **changed)


def an_act(what: str = "added", who: str = USER_ID) -> HistoryEntry:
    """What a person did to a subscription."""
    return HistoryEntry(NOON, what, who, "active")
