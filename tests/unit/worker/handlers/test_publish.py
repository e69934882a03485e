"""An announcement becomes one delivery for each subscription that wants its event."""

from typing import Any

import pytest

from shared.domain.hub.delivery import FailureReason
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.event import BusinessEvent
from shared.domain.hub.subscription import Level, Subscription
from shared.domain.hub.triggers import Trigger
from shared.domain.transitions import AnnouncementState
from tests.builders.hub import a_subscription, an_act, an_event
from tests.fakes.lender import FakeLender
from tests.fakes.wire import When

EVENT = an_event()


def a_lender_with(*subscriptions: Subscription) -> FakeLender:
    lender = FakeLender()
    for subscription in subscriptions:
        lender.subscriptions.add(subscription, an_act())
    return lender


def announced(lender: FakeLender, event: BusinessEvent = EVENT) -> Any:
    """The announcement, once everything has come to rest."""
    lender.office.announce([event], "transaction-1", "a test")
    lender.comes_to_rest()
    (announcement,) = lender.announcements()
    return announcement


def test_each_subscription_that_wants_the_event_gets_a_delivery_that_is_rung_for_at_once() -> None:
    wanting = [a_subscription("of the bank"), a_subscription("of all", level=Level.SYSTEM)]
    others = [
        a_subscription("of another bank", bank_id="other"),
        a_subscription("of another event", trigger=Trigger.PAYMENT_HELD),
        a_subscription("of another account", level=Level.ACCOUNT, account_id="other"),
    ]
    lender = a_lender_with(*wanting, *others)
    assert announced(lender).state is AnnouncementState.PUBLISHED
    deliveries = lender.deliveries.in_order()
    assert {each.subscription_id for each in deliveries} == {"of the bank", "of all"}
    assert {(each.event_id, each.body) for each in deliveries} == {(EVENT.id, EVENT.payload)}
    assert sorted(lender.rung) == sorted(each.id for each in deliveries)


def test_an_event_that_nobody_wants_is_published_to_nobody() -> None:
    lender = FakeLender()
    assert announced(lender).state is AnnouncementState.PUBLISHED
    assert (lender.deliveries.in_order(), lender.rung) == ([], [])


def test_a_delivery_that_failed_before_its_first_attempt_is_kept_and_not_rung_for() -> None:
    lender = a_lender_with(a_subscription(is_active=False))
    announced(lender)
    (delivery,) = lender.deliveries.in_order()
    assert (delivery.state, delivery.failure_reason) == (
        DeliveryState.FAILED,
        FailureReason.WEBHOOK_NOTIFICATIONS_DISABLED,
    )
    assert lender.rung == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", ["subscriptions.wanting", "deliveries.begin", "journal.move"])
def test_a_worker_that_dies_while_publishing_leaves_one_delivery_and_no_fewer(call: str, when: When) -> None:
    lender = a_lender_with(a_subscription())
    lender.office.announce([EVENT], "transaction-1", "a test")
    lender.wire.die_at_next(call, when)
    lender.comes_to_rest()
    assert [each.event_id for each in lender.deliveries.in_order()] == [EVENT.id]
    (announcement,) = lender.announcements()
    assert announcement.state is AnnouncementState.PUBLISHED


def test_an_event_waits_for_a_subscription_that_cannot_be_read_to_be_mended() -> None:
    lender = a_lender_with(a_subscription())
    lender.subscriptions.spoilt.add("subscription-1")
    lender.office.announce([EVENT], "transaction-1", "a test")
    lender.sweeps()
    assert lender.deliveries.in_order() == []
    lender.subscriptions.spoilt.clear()
    lender.comes_to_rest()
    assert [each.event_id for each in lender.deliveries.in_order()] == [EVENT.id]


def test_one_that_nobody_mends_waits_for_a_person_with_the_reason() -> None:
    lender = a_lender_with(a_subscription())
    lender.subscriptions.spoilt.add("subscription-1")
    announcement = announced(lender)
    assert announcement.parked is not None
    assert "subscription-1" in announcement.parked.reason


def test_a_ring_that_fails_costs_nothing_but_time() -> None:
    lender = a_lender_with(a_subscription())

    def broken(_delivery_id: str) -> None:
        raise ConnectionError("the broker is away")

    object.__setattr__(lender.office, "ring", broken)
    assert announced(lender).state is AnnouncementState.PUBLISHED
    (delivery,) = lender.deliveries.in_order()
    assert delivery.state is DeliveryState.QUEUED
    assert delivery.due_at is not None
