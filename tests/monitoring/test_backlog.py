"""What the watching finds in a store that real records stand in."""

from dataclasses import replace

import pytest
from redis import Redis

from shared.domain.flows import Parked
from shared.store import keys
from shared.store.backlog import MOST_FLOWS, UNDER_WAY, read_backlog
from shared.store.inbox import Inbox
from shared.store.journal import Journal
from tests.contract.records import NOON, a_disbursement, a_webhook, an_entry

pytestmark = pytest.mark.enable_socket


def ms_ago(redis: Redis, seconds: float) -> int:
    now_seconds, microseconds = redis.time()
    return int(now_seconds * 1000 + microseconds / 1000 - seconds * 1000)


def accept(redis: Redis, event: str, seconds_ago: float) -> str:
    """The id of a receipt that came so long ago."""
    webhook = a_webhook(event)
    Inbox(redis).accept([webhook])
    receipt_id = webhook.identity.fingerprint
    redis.hset(keys.receipt(receipt_id), "received_at", ms_ago(redis, seconds_ago))
    return receipt_id


def in_state(redis: Redis, flow_id: str, seconds: float) -> None:
    redis.zadd(keys.state("disbursement", "submitting"), {flow_id: ms_ago(redis, seconds)})


def test_nothing_waits_in_an_empty_store(redis: Redis) -> None:
    backlog = read_backlog(redis)
    assert backlog.receipt_seconds == {False: 0, True: 0}
    assert set(backlog.flow_seconds.values()) == {0}
    assert backlog.parked == {}


def test_an_unfinished_receipt_ages_from_when_it_came_however_often_it_was_put_off(redis: Redis) -> None:
    accept(redis, "new", 5)
    accept(redis, "untaken", 50)
    Inbox(redis).postpone(accept(redis, "waits", 5_000), "waits: for its payment", 900)
    Inbox(redis).finish(accept(redis, "finished", 50_000), "done")
    Inbox(redis).park(accept(redis, "parked", 50_000), "conflict: a person must look")
    ages = read_backlog(redis).receipt_seconds
    assert 50 <= ages[False] < 1_000
    assert 5_000 <= ages[True] < 10_000


def test_what_is_no_receipt_of_ours_hides_no_other(redis: Redis) -> None:
    redis.zadd(keys.DUE, {"receipt:gone": 1, "receipt:odd": 2, "receipt:text": 3})
    redis.hset(keys.receipt("odd"), "received_at", "yesterday")
    redis.set(keys.receipt("text"), "not a hash")
    accept(redis, "good", 50)
    assert 50 <= read_backlog(redis).receipt_seconds[False] < 1_000


def test_a_parked_flow_does_not_hide_how_long_the_next_has_been_moving(redis: Redis) -> None:
    in_state(redis, "disbursement:parked", 9_000)
    in_state(redis, "disbursement:moving", 90)
    redis.zadd(keys.PARKED, {"disbursement:parked": 1})
    assert 90 <= read_backlog(redis).flow_seconds["disbursement", "submitting"] < 1_000


def test_with_more_parked_than_are_looked_at_rather_too_old_than_nothing(redis: Redis) -> None:
    for number in range(MOST_FLOWS):
        in_state(redis, f"disbursement:{number}", 9_000 - number)
        redis.zadd(keys.PARKED, {f"disbursement:{number}": 1})
    assert read_backlog(redis).flow_seconds["disbursement", "submitting"] > 8_000


def test_what_is_parked_is_counted_by_what_it_is_and_why(redis: Redis) -> None:
    inbox, journal = Inbox(redis), Journal(redis)
    inbox.park(accept(redis, "one", 1), "conflict: two contents")
    inbox.park(accept(redis, "two", 1), "conflict")
    flow = journal.move(a_disbursement(), [an_entry("received")], NOON)
    assert flow
    journal.move(replace(flow, parked=Parked("gave_up", "pay: no answer for a day")), [an_entry("parked")], None)
    journal.quarantine("repayment:odd", "it cannot be read")
    assert read_backlog(redis).parked == {
        ("receipt", "conflict"): 2,
        ("disbursement", "gave_up"): 1,
        ("repayment", "unreadable"): 1,
    }


def test_no_end_and_nothing_that_waits_for_a_person_counts_as_under_way() -> None:
    under_way = {state.value for states in UNDER_WAY.values() for state in states}
    assert under_way.isdisjoint({"settled", "reversed", "returned", "posted", "unmatched", "disabled", "kept", "sent"})
    assert {"submitting", "submitted", "held", "posting", "returning", "taking back", "disabling"} <= under_way
