from datetime import timedelta

import pytest

from services.worker.handlers import retire as retirement
from services.worker.handlers.retire import Retirement, retire
from tests.builders import a_new_receipt
from tests.fakes.clock import FakeClock
from tests.fakes.stores import FakeInbox, FakeRetention

KEEP = timedelta(days=15)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retirement, "BATCH", 2)
    monkeypatch.setattr(retirement, "MOST_BATCHES", 3)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def inbox(clock: FakeClock) -> FakeInbox:
    return FakeInbox(clock)


@pytest.fixture
def receipts(clock: FakeClock, inbox: FakeInbox) -> Retirement:
    return Retirement("receipts", FakeRetention(clock, inbox).release_finished, KEEP)


def finish(inbox: FakeInbox, count: int) -> None:
    for number in range(count):
        receipt = a_new_receipt(f"name {number}", f"receipt {number}")
        inbox.accept([receipt])
        inbox.finish(receipt.identity.fingerprint, "done")


def test_everything_that_is_old_enough_goes_batch_by_batch(
    clock: FakeClock, inbox: FakeInbox, receipts: Retirement
) -> None:
    finish(inbox, 5)
    clock.pass_time(days=15)
    assert retire(receipts) == 5
    assert inbox.receipts() == []


def test_what_is_younger_stays(clock: FakeClock, inbox: FakeInbox, receipts: Retirement) -> None:
    finish(inbox, 1)
    clock.pass_time(days=14, hours=23)
    assert retire(receipts) == 0
    assert len(inbox.receipts()) == 1


def test_one_round_does_no_more_than_its_share(clock: FakeClock, inbox: FakeInbox, receipts: Retirement) -> None:
    finish(inbox, 7)
    clock.pass_time(days=15)
    assert [retire(receipts) for _ in range(3)] == [6, 1, 0]


def test_what_cannot_be_released_does_not_hold_up_the_rest(
    clock: FakeClock, inbox: FakeInbox, receipts: Retirement
) -> None:
    finish(inbox, 4)
    for number in range(2):
        inbox.park(f"receipt {number}", "a person looks again")
    clock.pass_time(days=15)
    assert retire(receipts) == 2
    assert [receipt.id for receipt in inbox.receipts()] == ["receipt 0", "receipt 1"]
