"""Webhooks of OBP's among the subscriptions: whose are shown, what a switch keeps, what the history says."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from services.console.access.caller import Caller
from services.console.obp.refusals import ObpRefusal
from services.console.obp.webhooks import Webhooks
from shared.domain.corruption import CorruptRecordError
from shared.domain.history import HistoryEntry
from shared.domain.hub.subscription import HeaderProfile, Level, Subscription
from shared.domain.hub.triggers import Trigger
from tests.builders.hub import BANK_ID, a_secretive_subscription, a_subscription
from tests.fakes.hub_stores import FakeSubscriptions

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANN = Caller("ann's id", "ann", frozenset())
WANTED = {"account_id": "one", "url": "https://example.com/", "http_method": "get", "http_protocol": "HTTP/2"}
BY_ANN = HistoryEntry(NOON, "added", "ann", "active")


class Clock:
    """Each look is a second later."""

    def __init__(self) -> None:
        self._seconds: Iterator[int] = itertools.count()

    def now(self) -> datetime:
        return NOON + timedelta(seconds=next(self._seconds))


@pytest.fixture
def subscriptions() -> FakeSubscriptions:
    return FakeSubscriptions()


@pytest.fixture
def webhooks(subscriptions: FakeSubscriptions) -> Webhooks:
    numbers = itertools.count(1)
    return Webhooks(subscriptions, [ip_network("10.1.0.0/16")], Clock().now, lambda: f"webhook-{next(numbers)}")


def create(webhooks: Webhooks, trigger: Trigger = Trigger.ON_BALANCE_CHANGE, **changed: Any) -> Subscription:
    return webhooks.create(ANN, trigger, WANTED | changed, level=Level.ACCOUNT, bank_id=BANK_ID)


def of_ours(**changed: Any) -> Subscription:
    """Made by our own API, with all that OBP's does not know."""
    terms = {"level": Level.ACCOUNT, "trigger": Trigger.ON_CREDIT_TRANSACTION, "bank_id": BANK_ID} | changed
    return a_secretive_subscription(**terms)


def test_an_account_webhook_is_a_plain_subscription(webhooks: Webhooks, subscriptions: FakeSubscriptions) -> None:
    created = create(webhooks)

    assert subscriptions.load("webhook-1") == created
    assert (created.level, created.bank_id, created.account_id) == (Level.ACCOUNT, BANK_ID, "one")
    assert (created.method, created.http_protocol, created.created_by) == ("get", "HTTP/2", "ann's id")
    assert (created.header_profile, created.retry_profile, created.template) == (HeaderProfile.PLAIN, "backoff", "")


def test_a_notification_webhook_has_no_account_whatever_the_body_says(webhooks: Webhooks) -> None:
    created = webhooks.create(ANN, Trigger.ON_CREATE_TRANSACTION, WANTED, level=Level.BANK, bank_id=BANK_ID)
    assert (created.bank_id, created.account_id) == (BANK_ID, "")
    of_system = webhooks.create(ANN, Trigger.ON_CREATE_TRANSACTION, WANTED, level=Level.SYSTEM)
    assert (of_system.bank_id, of_system.account_id) == ("", "")


@pytest.mark.parametrize("url", ["http://10.1.2.3:8093/hooks", "https://example.com/{ACCOUNT_ID}?event={EVENT_ID}"])
def test_a_private_target_that_is_open_and_known_placeholders_are_taken(webhooks: Webhooks, url: str) -> None:
    assert create(webhooks, url=url).url == url


def test_the_history_says_who_did_what(webhooks: Webhooks, subscriptions: FakeSubscriptions) -> None:
    created = create(webhooks)
    webhooks.switch(ANN, BANK_ID, created.id, is_active=False)

    told = [(entry.what, entry.cause, entry.state) for entry in subscriptions.history(created.id)]
    assert told == [("created", "ann by OBP's API", "active"), ("switched", "ann by OBP's API", "inactive")]


def test_a_webhook_whose_id_is_taken_is_not_stored(webhooks: Webhooks, subscriptions: FakeSubscriptions) -> None:
    subscriptions.add(a_subscription("webhook-1"), BY_ANN)
    with pytest.raises(ObpRefusal, match="OBP-30047"):
        create(webhooks)
    assert subscriptions.load("webhook-1") == a_subscription("webhook-1")


def test_a_switch_keeps_everything_else_also_what_obp_does_not_know(
    webhooks: Webhooks, subscriptions: FakeSubscriptions
) -> None:
    ours = of_ours()
    subscriptions.add(ours, BY_ANN)

    webhooks.switch(ANN, BANK_ID, ours.id, is_active=False)
    webhooks.switch(ANN, BANK_ID, ours.id, is_active=True)

    assert subscriptions.load(ours.id) == ours


@pytest.mark.parametrize(
    "changed",
    [
        {"level": Level.BANK},
        {"level": Level.SYSTEM},
        {"trigger": Trigger.PAYMENT_SETTLED},
        {"bank_id": "other"},
    ],
    ids=str,
)
def test_what_is_no_account_webhook_of_the_bank_is_neither_shown_nor_switched(
    webhooks: Webhooks, subscriptions: FakeSubscriptions, changed: dict[str, Any]
) -> None:
    other = of_ours(**changed)
    subscriptions.add(other, BY_ANN)

    assert webhooks.page(BANK_ID, "", "", 0, 50) == []
    with pytest.raises(ObpRefusal, match="OBP-30050"):
        webhooks.switch(ANN, BANK_ID, other.id, is_active=False)
    assert subscriptions.load(other.id) == other


def test_the_list_goes_on_past_what_is_read_at_once_and_counts_only_what_it_shows(
    webhooks: Webhooks, subscriptions: FakeSubscriptions
) -> None:
    made = []
    for number in range(450):
        moment = NOON + timedelta(seconds=number)
        trigger = Trigger.PAYMENT_SETTLED if number % 3 == 0 else Trigger.ON_DEBIT_TRANSACTION
        each = of_ours(trigger=trigger, subscription_id=f"subscription-{number}", created_at=moment)
        subscriptions.add(each, BY_ANN)
        if trigger is Trigger.ON_DEBIT_TRANSACTION:
            made.append(each.id)

    assert [each.id for each in webhooks.page(BANK_ID, "", "", 0, 1000)] == made[::-1]
    assert [each.id for each in webhooks.page(BANK_ID, "", "", 150, 50)] == made[::-1][150:200]
    assert webhooks.page(BANK_ID, "", "", 10**17, 10**17) == []


def test_a_record_that_cannot_be_read_is_told_in_obps_words(
    webhooks: Webhooks, subscriptions: FakeSubscriptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    created = create(webhooks)
    subscriptions.spoilt.add(created.id)
    with pytest.raises(ObpRefusal, match="OBP-30049: Cannot create Webhook <- "):
        webhooks.switch(ANN, BANK_ID, created.id, is_active=False)

    def unreadable(**_: Any) -> list[Subscription]:
        raise CorruptRecordError("subscription 1 cannot be read.")

    monkeypatch.setattr(subscriptions, "find", unreadable)
    with pytest.raises(ObpRefusal, match="OBP-30048: Cannot get Webhooks <- subscription 1 cannot be read"):
        webhooks.page(BANK_ID, "", "", 0, 50)
