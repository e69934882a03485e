"""A test event goes the way of all events, to one subscription."""

import json
from typing import Any

from shared.domain.hub.delivery import FailureReason
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.subscription import ContentType
from shared.domain.hub.triggers import Trigger
from shared.messages import tasks
from tests.builders.console import Console, faults_in
from tests.builders.hub import BANK_ID, a_subscription, an_act


def tried(console: Console, **changed: Any) -> Any:
    subscription = a_subscription(**changed)
    console.subscriptions.add(subscription, an_act())
    answer = console.ask("POST", f"/v1/subscriptions/{subscription.id}/test")
    assert answer.status_code == 202
    told: Any = answer.json
    return told


def test_a_test_is_stored_and_rung_for_and_not_sent_here() -> None:
    console = Console()
    told = tried(console)
    delivery = console.deliveries.load(told["key"])
    assert delivery is not None
    assert (delivery.trigger, delivery.state, told["state"]) == (
        Trigger.SUBSCRIPTION_TEST,
        DeliveryState.QUEUED,
        "QUEUED",
    )
    body = json.loads(delivery.body)
    assert (body["event_name"], body["bank_id"], body["event_id"]) == ("subscription.test", BANK_ID, delivery.event_id)
    assert console.publisher.enqueued == [(tasks.DELIVER, delivery.id)]


def test_each_test_is_another_event() -> None:
    console = Console()
    told = tried(console)
    again: Any = console.ask("POST", "/v1/subscriptions/subscription-1/test").json
    assert again["key"] != told["key"]


def test_a_template_is_filled_with_samples() -> None:
    console = Console()
    told = tried(console, template='{"amount":{AMOUNT},"loan":"{LOAN_ID}","event":"{EVENT_NAME}"}')
    delivery = console.deliveries.load(told["key"])
    assert delivery is not None
    assert delivery.body == '{"amount":1.00,"loan":"test","event":"subscription.test"}'


def test_one_that_is_switched_off_is_tried_all_the_same() -> None:
    assert tried(Console(), is_active=False)["state"] == "QUEUED"


def test_one_that_cannot_be_rendered_has_failed_and_is_not_rung_for() -> None:
    console = Console()
    told = tried(console, template="x" * 300_000, content_type=ContentType.PLAIN)
    assert told["state"] == "FAILED"
    assert "bytes" in told["failure_cause"]
    delivery = console.deliveries.load(told["key"])
    assert delivery is not None
    assert delivery.failure_reason is FailureReason.MAX_MESSAGE_SIZE_LIMIT_EXCEEDED
    assert console.publisher.enqueued == []


def test_with_the_broker_away_it_is_due_all_the_same() -> None:
    console = Console()
    console.publisher.away = True
    told = tried(console)
    assert console.deliveries.take_due(10, 60.0) == [f"delivery:{told['key']}"]


def test_who_may_not_send_tests_is_told_the_role() -> None:
    console = Console()
    console.subscriptions.add(a_subscription(bank_id="other-bank"), an_act())
    answer = console.ask("POST", "/v1/subscriptions/subscription-1/test", who="bob")
    assert answer.status_code == 403
    assert "CanSendTestWebhook" in faults_in(answer)[""]
    assert console.publisher.enqueued == []
