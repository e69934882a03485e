"""The clock's work: whatever is due is rung for, and what the broker does not take stays due."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.worker.handlers.sweep import BATCH, sweep
from shared.domain.history import HistoryEntry
from shared.messages import tasks
from shared.runtime.publisher import PublishError
from tests.builders import a_disbursement_order, a_notification
from tests.fakes.lender import FakeLender, a_lender_with

ORDER = a_disbursement_order()


def a_lender_with_something_due() -> tuple[FakeLender, str]:
    """A receipt that nobody has worked on, and its id."""
    lender = a_lender_with(ORDER)
    receipt_id = lender.stores(ORDER)
    lender.clock.pass_time(seconds=lender.office.rules.idle_seconds)
    return lender, receipt_id


def test_a_receipt_is_rung_for_by_its_id() -> None:
    lender, receipt_id = a_lender_with_something_due()
    assert sweep(lender.outbox, lender.publisher, again_after_seconds=30) == 1
    assert lender.publisher.enqueued == [(tasks.RECEIVE_WEBHOOK, receipt_id)]


def test_a_notification_is_rung_for_like_every_flow_and_has_its_own_queue() -> None:
    lender = FakeLender()
    notification, now = a_notification(), lender.clock.now()
    lender.journal.move(notification, [HistoryEntry(now, "begun", "a test", "received")], due_at=now)
    sweep(lender.outbox, lender.publisher, again_after_seconds=30)
    assert lender.publisher.enqueued == [(tasks.ADVANCE, notification.id)]
    assert tasks.queue_of(*lender.publisher.enqueued[0]) == "messages"


def test_what_the_broker_does_not_take_is_rung_for_again() -> None:
    lender, receipt_id = a_lender_with_something_due()
    lender.publisher.away = True
    with pytest.raises(PublishError):
        sweep(lender.outbox, lender.publisher, again_after_seconds=30)
    lender.publisher.away = False
    assert sweep(lender.outbox, lender.publisher, again_after_seconds=30) == 0
    lender.clock.move_to(lender.clock.now() + timedelta(seconds=30))
    assert sweep(lender.outbox, lender.publisher, again_after_seconds=30) == 1
    assert lender.publisher.enqueued == [(tasks.RECEIVE_WEBHOOK, receipt_id)]


def test_what_is_worked_on_meanwhile_is_not_rung_for_with_every_tick() -> None:
    lender, _ = a_lender_with_something_due()
    assert [sweep(lender.outbox, lender.publisher, again_after_seconds=30) for _ in range(3)] == [1, 0, 0]


def test_an_idle_system_rings_for_nothing() -> None:
    lender = FakeLender()
    assert sweep(lender.outbox, lender.publisher, again_after_seconds=30) == 0
    assert lender.publisher.enqueued == []


def test_a_queue_that_is_not_drained_does_not_grow_with_every_sweep() -> None:
    lender, _ = a_lender_with_something_due()
    lender.publisher.most = 2
    for _ in range(5):
        sweep(lender.outbox, lender.publisher, again_after_seconds=30)
        lender.clock.move_to(lender.clock.now() + timedelta(seconds=30))
    assert len(lender.publisher.enqueued) == 2


def test_a_full_queue_keeps_nothing_from_another() -> None:
    lender, _ = a_lender_with_something_due()
    notification, now = a_notification(), lender.clock.now()
    lender.journal.move(notification, [HistoryEntry(now, "begun", "a test", "received")], due_at=now)
    lender.publisher.most = 1
    for _ in range(3):
        sweep(lender.outbox, lender.publisher, again_after_seconds=30)
        lender.clock.move_to(lender.clock.now() + timedelta(seconds=30))
    assert {tasks.queue_of(*call) for call in lender.publisher.enqueued} == {"inbound", "messages"}


def test_a_payment_gets_its_turn_behind_a_thousand_messages_that_no_worker_takes() -> None:
    lender = FakeLender()
    now = lender.clock.now()
    for number in range(2 * BATCH):
        notification = replace(a_notification(), id=f"notification:{number}")
        lender.journal.move(notification, [HistoryEntry(now, "begun", "a test", "received")], due_at=now)
    lender.clock.pass_time(seconds=1)
    receipt_id = lender.stores(ORDER)
    lender.clock.pass_time(seconds=lender.office.rules.idle_seconds)
    lender.publisher.most = 3
    sweep(lender.outbox, lender.publisher, again_after_seconds=30)
    assert (tasks.RECEIVE_WEBHOOK, receipt_id) in lender.publisher.enqueued
