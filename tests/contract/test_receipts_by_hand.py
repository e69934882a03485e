"""What people do with a receipt: take it up again, or say that it is seen to. Each act leaves one line."""

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from shared.domain.receipts import ReceiptState
from shared.store import keys
from shared.store.connection import lua
from shared.store.inbox import Acceptance, Inbox
from shared.store.outbox import Outbox
from tests.contract.conftest import Stores
from tests.contract.records import a_webhook, an_entry

RECEIPT = a_webhook().identity.fingerprint
MEMBER = f"receipt:{RECEIPT}"
AN_HOUR = 3600.0


def park(stores: Stores, attempts: int = 3) -> None:
    stores.inbox.accept([a_webhook()])
    for _ in range(attempts):
        stores.inbox.begin(RECEIPT)
    stores.inbox.park(RECEIPT, "too_many_attempts: begun 3 times")


def finish(stores: Stores) -> None:
    stores.inbox.accept([a_webhook()])
    stores.inbox.finish(RECEIPT, "ignored: a test event")


def set_aside(stores: Stores) -> None:
    stores.inbox.accept([a_webhook()])
    stores.inbox.quarantine(RECEIPT, "lacks a body")


@pytest.mark.parametrize("before", [park, finish, set_aside])
def test_a_receipt_that_is_reopened_is_due_at_once_and_begins_anew(stores: Stores, before) -> None:
    before(stores)
    assert stores.inbox.reopen(RECEIPT, an_entry("reopened")) is True
    receipt = stores.inbox.load(RECEIPT)
    assert (receipt.state, receipt.attempts, receipt.reason) == (ReceiptState.STORED, 0, "")
    assert stores.outbox.take_due(10, AN_HOUR) == [MEMBER]
    assert stores.outbox.parked(10) == []
    assert stores.quarantine.reasons() == {}
    assert stores.inbox.history(RECEIPT) == [an_entry("reopened")]


def test_a_receipt_that_was_reopened_is_not_released(stores: Stores) -> None:
    finish(stores)
    stores.tick()
    stores.inbox.reopen(RECEIPT, an_entry("reopened"))
    assert stores.retention.release_finished(0, 10).examined == 0
    assert stores.inbox.load(RECEIPT).body == b"{}"


def test_a_receipt_that_is_being_worked_on_cannot_be_reopened(stores: Stores) -> None:
    stores.inbox.accept([a_webhook()])
    before = stores.inbox.begin(RECEIPT)
    assert stores.inbox.reopen(RECEIPT, an_entry("reopened")) is False
    assert stores.inbox.load(RECEIPT) == before
    assert stores.inbox.history(RECEIPT) == []


def test_a_second_press_of_reopen_changes_nothing(stores: Stores) -> None:
    park(stores)
    stores.inbox.reopen(RECEIPT, an_entry("reopened"))
    stores.inbox.begin(RECEIPT)
    assert stores.inbox.reopen(RECEIPT, an_entry("reopened")) is False
    assert stores.inbox.load(RECEIPT).attempts == 1
    assert len(stores.inbox.history(RECEIPT)) == 1


@pytest.mark.parametrize("before", [park, set_aside])
def test_a_dismissed_receipt_is_finished_for_the_reason_given(stores: Stores, before) -> None:
    before(stores)
    assert stores.inbox.dismiss(RECEIPT, "booked by hand", an_entry("dismissed")) is True
    receipt = stores.inbox.load(RECEIPT)
    assert (receipt.state, receipt.reason) == (ReceiptState.FINISHED, "booked by hand")
    assert stores.outbox.parked(10) == []
    assert stores.outbox.take_due(10, 0) == []
    assert stores.quarantine.reasons() == {}
    assert stores.inbox.history(RECEIPT) == [an_entry("dismissed")]


def test_a_dismissed_receipt_that_a_worker_put_off_meanwhile_is_due_no_more(stores: Stores) -> None:
    set_aside(stores)
    stores.inbox.postpone(RECEIPT, "later", 0)
    stores.inbox.dismiss(RECEIPT, "booked by hand", an_entry("dismissed"))
    assert stores.outbox.take_due(10, 0) == []


def test_a_dismissed_receipt_is_released_like_any_that_is_finished(stores: Stores) -> None:
    park(stores)
    stores.inbox.dismiss(RECEIPT, "booked by hand", an_entry("dismissed"))
    stores.tick()
    assert stores.retention.release_finished(0, 10).released == 1
    assert stores.inbox.load(RECEIPT) is None


def test_what_people_did_outlives_the_receipt(stores: Stores) -> None:
    park(stores)
    stores.inbox.dismiss(RECEIPT, "booked by hand", an_entry("dismissed"))
    stores.tick()
    stores.retention.release_finished(0, 10)
    assert stores.inbox.history(RECEIPT) == [an_entry("dismissed")]


def test_what_waits_for_nobody_cannot_be_dismissed(stores: Stores) -> None:
    stores.inbox.accept([a_webhook()])
    assert stores.inbox.dismiss(RECEIPT, "why not", an_entry("dismissed")) is False
    assert stores.inbox.load(RECEIPT).state is ReceiptState.STORED
    stores.inbox.finish(RECEIPT, "done")
    assert stores.inbox.dismiss(RECEIPT, "why not", an_entry("dismissed")) is False
    assert stores.inbox.load(RECEIPT).reason == "done"
    assert stores.inbox.history(RECEIPT) == []


def test_a_receipt_is_not_dismissed_without_a_reason(stores: Stores) -> None:
    park(stores)
    with pytest.raises(ResponseError, match="dismiss:"):
        stores.inbox.dismiss(RECEIPT, "", an_entry("dismissed"))
    assert stores.inbox.load(RECEIPT).state is ReceiptState.PARKED


def test_the_second_of_two_contents_can_be_dismissed_and_the_first_stays(stores: Stores) -> None:
    stores.inbox.accept([a_webhook()])
    ((_, name),) = stores.inbox.accept([a_webhook("event-1", "changed")])
    assert stores.inbox.dismiss(stores.inbox.find(name), "the first is right", an_entry("dismissed")) is True
    assert stores.inbox.accept([a_webhook("event-1", "changed")]) == [(Acceptance.CONFLICT, name)]
    assert stores.inbox.load(RECEIPT).state is ReceiptState.STORED


def test_every_act_adds_a_line_oldest_first(stores: Stores) -> None:
    park(stores)
    stores.inbox.reopen(RECEIPT, an_entry("reopened"))
    stores.inbox.park(RECEIPT, "again")
    stores.inbox.dismiss(RECEIPT, "booked by hand", an_entry("dismissed"))
    stores.inbox.reopen(RECEIPT, an_entry("reopened after all"))
    assert [entry.what for entry in stores.inbox.history(RECEIPT)] == ["reopened", "dismissed", "reopened after all"]


def test_an_act_on_what_is_not_there_makes_nothing_of_it(server: Redis) -> None:
    inbox = Inbox(server)
    assert inbox.reopen("unknown", an_entry("reopened")) is False
    assert inbox.dismiss("unknown", "why", an_entry("dismissed")) is False
    assert server.keys() == []


def test_a_key_that_holds_no_receipt_is_left_alone(server: Redis) -> None:
    server.set(keys.receipt(RECEIPT), "no receipt")
    inbox = Inbox(server)
    inbox.quarantine(RECEIPT, "no record of ours")
    assert inbox.reopen(RECEIPT, an_entry("reopened")) is False
    assert inbox.dismiss(RECEIPT, "why", an_entry("dismissed")) is False
    assert server.get(keys.receipt(RECEIPT)) == b"no receipt"
    assert [member for member, _ in Outbox(server).parked(10)] == [MEMBER]


@pytest.mark.parametrize("script", ["reopen", "dismiss"])
def test_the_scripts_check_every_argument_before_their_first_write(server: Redis, script: str) -> None:
    inbox = Inbox(server)
    inbox.accept([a_webhook()])
    inbox.park(RECEIPT, "why")
    before = inbox.load(RECEIPT)
    sets = [keys.DUE, keys.PARKED, keys.FINISHED, keys.QUARANTINE]
    touched = [keys.receipt(RECEIPT), *sets, keys.history(MEMBER)]
    good = [MEMBER, RECEIPT, "{}", *(["reason"] if script == "dismiss" else [])]
    for place in range(len(good)):
        for arguments in ([*good[:place], "", *good[place + 1 :]], good[:place]):
            with pytest.raises(ResponseError, match=f"{script}:"):
                server.eval(lua(script), len(touched), *touched, *arguments)
    assert inbox.load(RECEIPT) == before
    assert not server.exists(keys.history(MEMBER), keys.DUE, keys.FINISHED)
