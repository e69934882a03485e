"""What only Redis can show: the sets, the queue, and what many clients do at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from shared.domain.flows import Parked
from shared.store import keys
from shared.store.connection import StoreClock
from shared.store.inbox import Acceptance, Inbox
from shared.store.journal import Journal
from shared.store.outbox import Outbox
from tests.contract.records import a_disbursement, a_notification, a_webhook, an_entry

QUEUE = "inbound"


def scores(redis: Redis, key: str) -> dict[str, float]:
    """A sorted set: member -> milliseconds."""
    found: Any = redis.zrange(key, 0, -1, withscores=True)
    return {member.decode(): score for member, score in found}


def test_the_queue_element_is_pushed_exactly_once(server: Redis) -> None:
    inbox, webhook = Inbox(server, QUEUE), a_webhook()
    inbox.accept([webhook])
    inbox.accept([webhook])  # our own repeat
    inbox.accept([a_webhook()])  # the sender's repeat
    inbox.accept([a_webhook("event-1", "changed")])  # a conflict
    assert server.lrange(QUEUE, 0, -1) == [webhook.envelope]


def test_a_broker_elsewhere_gets_nothing_pushed(server: Redis) -> None:
    Inbox(server).accept([a_webhook()])
    assert server.lrange(QUEUE, 0, -1) == []
    assert server.zcard(keys.DUE) == 1


def test_what_was_pushed_is_due_for_the_sweeper_only_after_a_while(server: Redis) -> None:
    Inbox(server, QUEUE, sweep_after_seconds=30).accept([a_webhook()])
    due_ms = scores(server, keys.DUE)[f"receipt:{a_webhook().identity.fingerprint}"]
    ahead_seconds = due_ms / 1000 - StoreClock(server).now().timestamp()
    assert 0 < ahead_seconds <= 30
    assert Outbox(server).take_due(10, 0) == []


def test_a_conflict_stands_in_the_parked_set_once(server: Redis) -> None:
    inbox = Inbox(server, QUEUE)
    for content in ("content", "changed", "changed"):
        inbox.accept([a_webhook("event-1", content)])
    (member,) = scores(server, keys.PARKED)
    assert member.startswith(f"receipt:{a_webhook().identity.fingerprint}!")


def test_a_parked_receipt_moves_from_the_due_set_to_the_parked_set(server: Redis) -> None:
    inbox, webhook = Inbox(server), a_webhook()
    inbox.accept([webhook])
    inbox.park(webhook.identity.fingerprint, "because")
    assert list(scores(server, keys.PARKED)) == [f"receipt:{webhook.identity.fingerprint}"]
    assert server.zcard(keys.DUE) == 0


def test_a_finished_receipt_is_listed_for_retention(server: Redis) -> None:
    inbox, webhook = Inbox(server), a_webhook()
    inbox.accept([webhook])
    inbox.finish(webhook.identity.fingerprint, "done")
    assert list(scores(server, keys.FINISHED)) == [webhook.identity.fingerprint]


def test_a_parked_flow_stands_in_the_parked_set_until_it_goes_on(server: Redis) -> None:
    journal = Journal(server)
    parked = journal.move(replace(a_disbursement(), parked=Parked("code", "reason")), [an_entry("parked")], None)
    assert parked is not None
    since = scores(server, keys.PARKED)[parked.id]
    again = journal.move(parked, [], None)
    assert again is not None
    assert server.zscore(keys.PARKED, parked.id) == since
    journal.move(replace(again, parked=None), [], None)
    assert server.zcard(keys.PARKED) == 0


def test_no_receipt_expires_by_itself(server: Redis) -> None:
    inbox, webhook = Inbox(server, QUEUE), a_webhook()
    inbox.accept([webhook])
    inbox.finish(webhook.identity.fingerprint, "done")
    due_at = StoreClock(server).now() + timedelta(hours=1)
    Journal(server).move(a_disbursement(), [an_entry("received")], due_at, [a_notification()])
    inbox.accept([a_webhook("event-2")])
    inbox.postpone(a_webhook("event-2").identity.fingerprint, "later", 60)
    assert {server.ttl(key) for key in server.scan_iter()} == {-1}


def test_a_postponed_receipt_is_due_by_the_servers_clock(server: Redis) -> None:
    inbox, receipt_id = Inbox(server), a_webhook().identity.fingerprint
    inbox.accept([a_webhook()])
    earliest = StoreClock(server).now()
    inbox.postpone(receipt_id, "later", 90)
    latest = StoreClock(server).now()
    due_at = datetime.fromtimestamp(scores(server, keys.DUE)[f"receipt:{receipt_id}"] / 1000, UTC)
    to_the_millisecond = timedelta(milliseconds=1)
    assert earliest - to_the_millisecond < due_at - timedelta(seconds=90) < latest + to_the_millisecond


def test_the_stores_clock_tells_utc(server: Redis) -> None:
    now = StoreClock(server).now()
    assert now.utcoffset() == timedelta(0)


@pytest.mark.enable_socket
def test_one_webhook_accepted_by_many_at_once_is_stored_once(redis: Redis) -> None:
    inbox, deliveries = Inbox(redis, QUEUE), [a_webhook() for _ in range(64)]
    with ThreadPoolExecutor(16) as pool:
        answers = [
            answer for found in pool.map(lambda webhook: inbox.accept([webhook]), deliveries) for answer in found
        ]
    results = [answer[0] for answer in answers if not isinstance(answer, Exception)]
    assert sorted(results) == [Acceptance.DUPLICATE] * 63 + [Acceptance.STORED]
    assert redis.llen(QUEUE) == 1
    receipt = inbox.load(deliveries[0].identity.fingerprint)
    assert receipt is not None
    assert receipt.duplicates == 63


@pytest.mark.enable_socket
def test_of_many_moves_at_once_one_goes_through(redis: Redis) -> None:
    journal = Journal(redis)
    flow = journal.move(a_disbursement(), [], None)
    assert flow is not None
    with ThreadPoolExecutor(16) as pool:
        moves = list(pool.map(lambda number: journal.move(flow, [an_entry(str(number))], None), range(32)))
    assert [move.version for move in moves if move] == [2]
    assert len(journal.history(flow.id)) == 1


@pytest.mark.enable_socket
def test_one_notification_begun_by_many_flows_at_once_begins_once(redis: Redis) -> None:
    journal, flows = Journal(redis), [a_disbursement(str(number)) for number in range(32)]
    with ThreadPoolExecutor(16) as pool:
        moves = list(pool.map(lambda flow: journal.move(flow, [], None, [a_notification()]), flows))
    assert all(moves)
    assert len(journal.history(a_notification().id)) == 1
    begun = journal.load(a_notification().id)
    assert begun is not None
    assert begun.version == 1


@pytest.mark.enable_socket
def test_due_work_is_taken_by_one_sweeper_only(redis: Redis) -> None:
    journal, now = Journal(redis), StoreClock(redis).now()
    ids = [a_disbursement(str(number)).id for number in range(40)]
    for number in range(40):
        journal.move(a_disbursement(str(number)), [], now)
    with ThreadPoolExecutor(8) as pool:
        taken = [
            member for members in pool.map(lambda _: Outbox(redis).take_due(10, 3600), range(8)) for member in members
        ]
    assert sorted(taken) == sorted(ids)


def test_no_work_on_what_was_released_leaves_a_key(server: Redis) -> None:
    inbox = Inbox(server)
    inbox.finish("released", "done")
    inbox.park("released", "why")
    inbox.postpone("released", "later", 60)
    assert inbox.begin("released") is None
    assert server.keys() == []
