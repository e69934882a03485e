"""Who hears of an event, and what an event can be asked for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.domain.hub.event import BusinessEvent, event_id
from shared.domain.hub.subscription import ApiKeys, Authentication, Basic, ClientCredentials, Level, Subscription
from shared.domain.hub.triggers import Trigger, placeholders_of

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def an_event(trigger: Trigger = Trigger.ON_CREDIT_TRANSACTION, bank_id: str = "bank-a") -> BusinessEvent:
    return BusinessEvent(
        id=event_id(trigger, "tx-1"),
        trigger=trigger,
        bank_id=bank_id,
        occurred_at=NOW,
        payload="{}",
        account_id="account-1",
        values={"AMOUNT": "1.00"},
    )


def a_subscription(level: Level, bank_id: str = "", account_id: str = "", **more: Any) -> Subscription:
    trigger = Trigger.ON_CREDIT_TRANSACTION
    fixed: dict[str, Any] = {"id": "s", "url": "https://receiver.example", "created_by": "somebody", "created_at": NOW}
    return Subscription(level=level, bank_id=bank_id, account_id=account_id, trigger=trigger, **fixed, **more)


@pytest.mark.parametrize(
    ("subscription", "hears"),
    [
        (a_subscription(Level.SYSTEM), True),
        (a_subscription(Level.BANK, "bank-a"), True),
        (a_subscription(Level.BANK, "bank-b"), False),
        (a_subscription(Level.ACCOUNT, "bank-a", "account-1"), True),
        (a_subscription(Level.ACCOUNT, "bank-a", "account-2"), False),
        (a_subscription(Level.ACCOUNT, "bank-b", "account-1"), False),
    ],
)
def test_a_subscription_hears_what_its_level_covers(subscription: Subscription, hears: bool) -> None:
    assert subscription.wants(an_event()) is hears
    assert not subscription.wants(an_event(Trigger.ON_DEBIT_TRANSACTION))


def test_an_event_has_one_id_however_often_it_is_met_and_another_for_each_trigger() -> None:
    assert event_id(Trigger.ON_BALANCE_CHANGE, "tx") == event_id(Trigger.ON_BALANCE_CHANGE, "tx")
    assert len({event_id(trigger, "tx") for trigger in Trigger}) == len(Trigger)


@pytest.mark.parametrize("trigger", Trigger)
def test_what_every_event_tells_may_be_named_in_every_template(trigger: Trigger) -> None:
    always = an_event(trigger).placeholders.keys() - {"AMOUNT"}
    assert always <= placeholders_of(trigger)


def test_no_secret_shows_when_a_subscription_is_printed() -> None:
    authentication = Authentication(
        api_keys=ApiKeys((("x-key", "s3cret"),)),
        basic=Basic("user", "s3cret"),
        oauth=ClientCredentials("https://tokens.example", "client", "s3cret"),
    )
    subscription = a_subscription(
        Level.SYSTEM, authentication=authentication, headers=(("x-other", "s3cret"),), signing_secret="s3cret"
    )
    assert "s3cret" not in repr(subscription)
