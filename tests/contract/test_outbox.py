from datetime import timedelta

import pytest

from tests.contract.conftest import Stores
from tests.contract.records import a_disbursement, a_webhook

AN_HOUR = 3600.0


@pytest.fixture
def three_due(stores: Stores) -> list[str]:
    """Ids of three flows, longest overdue first, stored in another order; a fourth is due in an hour."""
    ages = {"second": 2, "first": 3, "third": 1, "later": -AN_HOUR}
    for key, age in ages.items():
        stores.journal.move(a_disbursement(key), [], stores.now() - timedelta(seconds=age))
    return [a_disbursement(key).id for key in ("first", "second", "third")]


def test_what_is_due_comes_longest_overdue_first(stores: Stores, three_due: list[str]) -> None:
    assert stores.outbox.take_due(10, AN_HOUR) == three_due


def test_no_more_is_taken_than_asked_for(stores: Stores, three_due: list[str]) -> None:
    assert stores.outbox.take_due(2, AN_HOUR) == three_due[:2]
    assert stores.outbox.take_due(2, AN_HOUR) == three_due[2:]


def test_what_was_taken_is_not_due_for_a_while(stores: Stores, three_due: list[str]) -> None:
    stores.outbox.take_due(10, AN_HOUR)
    assert stores.outbox.take_due(10, AN_HOUR) == []


def test_what_was_taken_and_not_done_is_due_again(stores: Stores, three_due: list[str]) -> None:
    stores.outbox.take_due(10, 0)
    assert sorted(stores.outbox.take_due(10, 0)) == sorted(three_due)


def test_a_receipt_without_a_queue_on_this_server_is_due_at_once(stores: Stores) -> None:
    webhook = a_webhook()
    stores.inbox.accept([webhook])
    assert stores.outbox.take_due(10, AN_HOUR) == [f"receipt:{webhook.identity.fingerprint}"]


def test_a_conflict_waits_for_a_person_and_not_for_the_sweeper(stores: Stores) -> None:
    stores.inbox.accept([a_webhook()])
    stores.outbox.take_due(10, AN_HOUR)
    stores.inbox.accept([a_webhook("event-1", "changed")])
    assert stores.outbox.take_due(10, AN_HOUR) == []


def test_nothing_due_is_nothing_taken(stores: Stores) -> None:
    assert stores.outbox.take_due(10, AN_HOUR) == []
