"""What was finished long ago is released, and nothing else ever is."""

from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from shared.domain.receipts import ReceiptState
from shared.store import keys
from shared.store.connection import lua
from shared.store.inbox import Acceptance, Inbox
from shared.store.retention import Batch, Retention
from tests.contract.conftest import Stores
from tests.contract.records import a_disbursement, a_webhook, an_entry

A_DAY = 86_400.0


def finished(inbox: Any, *events: str) -> list[str]:
    """Ids of one finished receipt per event, each under a name of its own."""
    ids = []
    for event in events:
        webhook = a_webhook(event, "content", f"name of {event}")
        inbox.accept([webhook])
        inbox.finish(webhook.identity.fingerprint, "done")
        ids.append(webhook.identity.fingerprint)
    return ids


def test_a_receipt_is_released_with_its_name(stores: Stores) -> None:
    (receipt_id,) = finished(stores.inbox, "event-1")
    assert stores.retention.release_finished(0, 10) == Batch(1, 1)
    assert stores.inbox.load(receipt_id) is None
    assert stores.inbox.find("name of event-1") is None


def test_what_was_finished_a_short_while_ago_stays(stores: Stores) -> None:
    (receipt_id,) = finished(stores.inbox, "event-1")
    assert stores.retention.release_finished(A_DAY, 10) == Batch(0, 0)
    assert stores.inbox.load(receipt_id).state is ReceiptState.FINISHED


def test_what_is_not_finished_stays_however_old_it_is(stores: Stores) -> None:
    stored, parked = (a_webhook(event, "content", event) for event in ("stored", "parked"))
    stores.inbox.accept([stored, parked])
    stores.inbox.park(parked.identity.fingerprint, "why")
    assert stores.retention.release_finished(0, 10) == Batch(0, 0)
    assert stores.inbox.load(stored.identity.fingerprint).state is ReceiptState.STORED
    assert stores.inbox.load(parked.identity.fingerprint).state is ReceiptState.PARKED


def test_what_was_finished_once_and_is_parked_now_stays(stores: Stores) -> None:
    (receipt_id,) = finished(stores.inbox, "event-1")
    stores.inbox.park(receipt_id, "a person looks again")
    assert stores.retention.release_finished(0, 10).released == 0
    assert stores.inbox.load(receipt_id).state is ReceiptState.PARKED
    assert stores.inbox.find("name of event-1") == receipt_id


def test_what_stayed_is_released_when_it_is_finished_again(stores: Stores) -> None:
    (receipt_id,) = finished(stores.inbox, "event-1")
    stores.inbox.park(receipt_id, "a person looks again")
    stores.retention.release_finished(0, 10)
    stores.inbox.finish(receipt_id, "done at last")
    assert stores.retention.release_finished(0, 10) == Batch(1, 1)


def test_no_more_is_released_than_asked_for_and_the_oldest_first(stores: Stores) -> None:
    ids = []
    for event in ("event-1", "event-2", "event-3"):
        ids += finished(stores.inbox, event)
        stores.tick()
    assert stores.retention.release_finished(0, 2) == Batch(2, 2)
    assert [stores.inbox.load(receipt_id) is None for receipt_id in ids] == [True, True, False]
    assert stores.retention.release_finished(0, 2) == Batch(1, 1)


def test_a_webhook_that_comes_again_after_its_release_is_new(stores: Stores) -> None:
    finished(stores.inbox, "event-1")
    stores.retention.release_finished(0, 10)
    again = a_webhook("event-1", "content", "name of event-1")
    assert stores.inbox.accept([again]) == [(Acceptance.STORED, "name of event-1")]


def test_a_released_name_leaves_nothing_behind(server: Redis) -> None:
    finished(Inbox(server), "event-1", "event-2")
    Retention(server).release_finished(0, 10)
    assert server.keys() == []


def test_a_name_that_points_at_another_receipt_stays(server: Redis) -> None:
    (receipt_id,) = finished(Inbox(server), "event-1")
    server.set(keys.name("name of event-1"), "another")
    Retention(server).release_finished(0, 10)
    assert Inbox(server).load(receipt_id) is None
    assert server.get(keys.name("name of event-1")) == b"another"


def test_the_list_alone_releases_nothing(server: Redis) -> None:
    inbox, webhook = Inbox(server), a_webhook()
    inbox.accept([webhook])
    server.set(keys.receipt("text"), "not a record")
    server.zadd(keys.FINISHED, {webhook.identity.fingerprint: 1, "text": 1, "gone": 1})
    before = {key: server.dump(key) for key in server.scan_iter() if key != keys.FINISHED.encode()}
    assert Retention(server).release_finished(0, 10) == Batch(3, 0)
    assert {key: server.dump(key) for key in server.scan_iter()} == before


def test_a_conflict_that_a_person_finished_is_released_beside_the_first(server: Redis) -> None:
    inbox = Inbox(server)
    inbox.accept([a_webhook(), a_webhook("event-1", "changed")])
    conflict = f"{a_webhook().identity.fingerprint}!{a_webhook('event-1', 'changed').identity.digest[:16]}"
    inbox.finish(conflict, "seen")
    assert Retention(server).release_finished(0, 10) == Batch(1, 1)
    assert inbox.load(conflict) is None
    assert inbox.find("TransactionSettled-e2e") == a_webhook().identity.fingerprint


def test_flows_are_not_released(stores: Stores) -> None:
    flow = stores.journal.move(a_disbursement(), [an_entry("received")], None)
    finished(stores.inbox, "event-1")
    stores.retention.release_finished(0, 10)
    assert stores.journal.load(flow.id) == flow


def test_the_script_checks_its_arguments(server: Redis) -> None:
    finished(Inbox(server), "event-1")
    for arguments in (("", "0", "10"), ("cw:", "-1", "10"), ("cw:", "0", "all"), ("cw:", "", "10")):
        with pytest.raises(ResponseError, match="release:"):
            server.eval(lua("release"), 1, keys.FINISHED, *arguments)
    assert server.zcard(keys.FINISHED) == 1
