"""What only Redis can show of the log: spoilt records, what stays behind, and that indexes and records agree."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import fakeredis
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from redis import Redis
from redis.exceptions import ResponseError

from shared.domain.corruption import CorruptRecordError
from shared.domain.hub.delivery import Delivery, FailureReason, Missed
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.retry_profiles import BACKOFF
from shared.domain.hub.search import DeliveryQuery
from shared.domain.hub.triggers import Trigger
from shared.store import keys
from shared.store.connection import StoreClock, lua
from shared.store.deliveries import Deliveries, indexes_of
from shared.store.delivery_figures import read_delivery_figures
from shared.store.delivery_search import DeliverySearch
from shared.store.figures import Pile
from shared.store.indexes import milliseconds
from shared.store.resends import Resends
from shared.store.retention import Batch
from tests.builders.hub import NOON, a_delivery, a_resend, a_subscription, an_attempt, an_event

LEASE = timedelta(seconds=30)
WHOLE = ["id", "", "{}", "body", "QUEUED", "0", "", "[]", "", ""]


def audit(redis: Redis) -> None:
    """Every record stands in exactly the indexes that its document says, at its time of creation."""
    stored = Deliveries(redis)
    expected: dict[str, dict[str, float]] = {}
    due: dict[str, float] = {}
    for key in redis.scan_iter(keys.delivery("*")):
        delivery = stored.load(key.decode().removeprefix(keys.delivery("")))
        assert delivery is not None
        for index in indexes_of(delivery):
            expected.setdefault(keys.deliveries(index), {})[delivery.id] = milliseconds(delivery.created_at)
        if delivery.due_at:
            due[f"delivery:{delivery.id}"] = milliseconds(delivery.due_at)
    found = {key.decode(): scores(redis, key.decode()) for key in redis.scan_iter(keys.deliveries("*"))}
    assert found == expected
    assert scores(redis, keys.DELIVERIES_DUE) == due


def scores(redis: Redis, key: str) -> dict[str, float]:
    found: Any = redis.zrange(key, 0, -1, withscores=True)
    return {member.decode(): score for member, score in found}


class EverySequenceOfMoves(RuleBasedStateMachine):
    """Any moves, in any order, by workers that are late or early."""

    stored = Bundle("stored")

    def __init__(self) -> None:
        super().__init__()
        self.redis = fakeredis.FakeRedis(server=fakeredis.FakeServer())
        self.deliveries = Deliveries(self.redis)

    @rule(
        target=stored,
        origin=st.integers(0, 4),
        subscription=st.sampled_from(["one", "two"]),
        account=st.sampled_from(["", "GB1", 'GB:"2']),
        trigger=st.sampled_from([Trigger.PAYMENT_HELD, Trigger.ON_BALANCE_CHANGE]),
        minutes=st.integers(0, 3),
        is_off=st.booleans(),
    )
    def begin(self, origin: int, subscription: str, account: str, trigger: Trigger, minutes: int, is_off: bool) -> Any:
        event = an_event(trigger, str(origin), account_id=account)
        delivery = a_delivery(event, a_subscription(subscription), created_at=NOON + timedelta(minutes=minutes))
        if is_off:
            delivery = delivery.failed(FailureReason.WEBHOOK_NOTIFICATIONS_DISABLED, "off")
        return multiple(*self.deliveries.begin([delivery]))

    @rule(
        target=stored,
        delivery=stored,
        wanted=st.sampled_from(["wait", "attempt", "sent", "missed", "failed", "resent"]),
    )
    def move(self, delivery: Delivery, wanted: str) -> Any:
        try:
            moved = self._moved(delivery, wanted)
        except ValueError:
            return multiple()
        stored = self.deliveries.move(moved, an_attempt() if wanted in ("sent", "missed") else None)
        return multiple(stored) if stored else multiple()

    @rule(delivery=consumes(stored))
    def forget(self, delivery: Delivery) -> None:
        """A worker that died."""

    @rule(limit=st.integers(1, 3))
    def release(self, limit: int) -> None:
        self.deliveries.release_old(0, limit)

    @invariant()
    def indexes_and_records_agree(self) -> None:
        audit(self.redis)

    @staticmethod
    def _moved(delivery: Delivery, wanted: str) -> Delivery:
        match wanted:
            case "wait":
                return delivery.wait(NOON, "closed")
            case "attempt":
                return delivery.begin_attempt(NOON, LEASE)
            case "sent":
                return delivery.taken(NOON)
            case "missed":
                busy = Missed(reason=FailureReason.HTTP_ERROR_WHILE_SENDING, cause="timeout")
                return delivery.missed(busy, BACKOFF, NOON, 0.0)
            case "failed":
                return delivery.failed(FailureReason.OTHER, "no more")
            case _:
                return delivery.resent(NOON)


TestEverySequenceOfMoves = EverySequenceOfMoves.TestCase
TestEverySequenceOfMoves.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


def a_stored(server: Redis, **changed: Any) -> Delivery:
    (stored,) = Deliveries(server).begin([a_delivery(**changed)])
    return stored


def test_a_released_delivery_leaves_nothing_behind(server: Redis) -> None:
    deliveries = Deliveries(server)
    sending = deliveries.move(a_stored(server).begin_attempt(NOON, LEASE))
    assert sending is not None
    deliveries.move(sending.taken(NOON), an_attempt())
    assert deliveries.release_old(0, 10) == Batch(1, 1)
    assert server.keys() == []


@pytest.mark.parametrize(
    "record",
    [
        {"doc": "{", "body": "", "version": "1"},
        {"doc": '{"id":"it"}', "body": "", "version": "1"},
        {"doc": "{}", "version": "1"},
        {"doc": "{}", "body": "", "version": "one"},
        {"state": "SENT"},
    ],
)
def test_a_record_that_cannot_be_read_is_said_to_be_so_and_left_out_of_lists(server: Redis, record: Any) -> None:
    stored, other = a_stored(server), a_stored(server, event=an_event(origin="other"))
    server.delete(keys.delivery(stored.id))
    server.hset(keys.delivery(stored.id), mapping=record)
    with pytest.raises(CorruptRecordError, match=stored.id):
        Deliveries(server).load(stored.id)
    assert DeliverySearch(server).page(DeliveryQuery(), 0, 10).deliveries == (other,)


def test_what_is_no_record_at_all_is_said_to_be_so(server: Redis) -> None:
    stored = a_stored(server)
    server.delete(keys.delivery(stored.id))
    server.set(keys.delivery(stored.id), "text")
    with pytest.raises(CorruptRecordError, match="is no delivery"):
        Deliveries(server).load(stored.id)


def test_a_document_under_another_id_is_refused(server: Redis) -> None:
    server.copy(keys.delivery(a_stored(server).id), keys.delivery("another"))
    with pytest.raises(CorruptRecordError, match="holds the document of another"):
        Deliveries(server).load("another")


def test_a_fault_in_a_record_is_told_without_its_values(server: Redis) -> None:
    stored = a_stored(server)
    document = json.loads(server.hget(keys.delivery(stored.id), "doc") or b"") | {"created_at": "GB29SECRET"}
    server.hset(keys.delivery(stored.id), "doc", json.dumps(document))
    with pytest.raises(CorruptRecordError) as caught:
        Deliveries(server).load(stored.id)
    assert "created_at" in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_what_is_due_without_a_record_is_dropped(server: Redis) -> None:
    stored = a_stored(server)
    server.zadd(keys.DELIVERIES_DUE, {"delivery:gone": 1, "resend:gone": 1, "nonsense": 1})
    assert Deliveries(server).take_due(10, 60) == [f"delivery:{stored.id}"]
    assert set(scores(server, keys.DELIVERIES_DUE)) == {f"delivery:{stored.id}"}


def test_the_index_alone_releases_nothing(server: Redis) -> None:
    stored = a_stored(server)
    server.set(keys.delivery("text"), "no record")
    server.hset(keys.delivery("half"), mapping={"state": "SENT", "places": "["})
    index = keys.deliveries("state:SENT")
    server.zadd(index, {stored.id: 1, "text": 1, "half": 1, "gone": 1})
    assert Deliveries(server).release_old(0, 10) == Batch(4, 0)
    assert server.exists(keys.delivery(stored.id), keys.delivery("text"), keys.delivery("half")) == 3
    assert not server.exists(index)


def test_nothing_of_the_log_expires_by_itself(server: Redis) -> None:
    deliveries = Deliveries(server)
    sending = deliveries.move(a_stored(server).begin_attempt(NOON, LEASE))
    assert sending is not None
    deliveries.move(sending.taken(NOON), an_attempt())
    Resends(server).begin(a_resend(), NOON)
    assert {server.ttl(key) for key in server.scan_iter()} == {-1}


def test_the_figures_count_every_state_and_tell_the_ages(server: Redis) -> None:
    deliveries, now = Deliveries(server), StoreClock(server).now()
    old = replace(a_delivery(), created_at=now - timedelta(hours=1), due_at=now - timedelta(minutes=1))
    deliveries.begin([old, a_delivery(an_event(origin="2"), created_at=now, due_at=now)])
    deliveries.quarantine("spoilt", "it cannot be read")
    figures = read_delivery_figures(server)
    assert {state: pile.count for state, pile in figures.states.items()} == dict.fromkeys(DeliveryState, 0) | {
        DeliveryState.QUEUED: 2
    }
    assert 3600 <= figures.states[DeliveryState.QUEUED].oldest_seconds < 7200
    assert figures.due.count == 2
    assert 60 <= figures.due.oldest_seconds < 3600
    assert figures.set_aside.count == 1
    assert figures.states[DeliveryState.SENT] == Pile(0, 0.0)


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, ""), (1, "x"), (2, ""), (4, ""), (5, "now"), (6, "soon"), (7, "["), (7, "no json")],
)
def test_a_record_with_a_broken_part_writes_nothing_not_even_the_whole_one_before_it(
    server: Redis, place: int, value: str
) -> None:
    broken = [*WHOLE[:place], value, *WHOLE[place + 1 :]]
    with pytest.raises(ResponseError, match="record 2 has a part that cannot be"):
        server.eval(lua("delivery_write"), 1, keys.DELIVERIES_DUE, "cw:", *WHOLE, *broken)
    assert server.dbsize() == 0


@pytest.mark.parametrize("arguments", [["", *WHOLE], ["cw:"], ["cw:", *WHOLE[:-1]], ["cw:", *WHOLE, "more"]])
def test_a_write_that_lacks_something_writes_nothing(server: Redis, arguments: list[str]) -> None:
    with pytest.raises(ResponseError, match="delivery_write:"):
        server.eval(lua("delivery_write"), 1, keys.DELIVERIES_DUE, *arguments)
    assert server.dbsize() == 0


def test_the_other_scripts_check_their_arguments(server: Redis) -> None:
    a_stored(server)
    before = {key: server.dump(key) for key in server.scan_iter()}
    for arguments in (("many", "0", "cw:"), ("1", "soon", "cw:"), ("1", "0", "")):
        with pytest.raises(ResponseError, match="delivery_take_due:"):
            server.eval(lua("delivery_take_due"), 1, keys.DELIVERIES_DUE, *arguments)
    for incomplete in (
        ("", "SENT", "0", "9"),
        ("cw:", "", "0", "9"),
        ("cw:", "SENT", "-1", "9"),
        ("cw:", "SENT", "0", ""),
    ):
        with pytest.raises(ResponseError, match="delivery_release:"):
            server.eval(lua("delivery_release"), 2, "index", "due", *incomplete)
    assert {key: server.dump(key) for key in server.scan_iter()} == before


@pytest.mark.enable_socket
def test_of_many_moves_at_once_one_goes_through(redis: Redis) -> None:
    deliveries, stored = Deliveries(redis), a_stored(redis)
    with ThreadPoolExecutor(16) as pool:
        moves = list(pool.map(lambda _: deliveries.move(stored.begin_attempt(NOON, LEASE), an_attempt()), range(32)))
    assert [move.version for move in moves if move] == [2]
    assert len(deliveries.attempts(stored.id)) == 1
    audit(redis)


@pytest.mark.enable_socket
def test_what_is_due_is_taken_by_one_sweeper_only(redis: Redis) -> None:
    deliveries = Deliveries(redis)
    stored = deliveries.begin([a_delivery(an_event(origin=str(number))) for number in range(40)])
    with ThreadPoolExecutor(8) as pool:
        taken = [member for found in pool.map(lambda _: deliveries.take_due(10, 3600), range(8)) for member in found]
    assert sorted(taken) == sorted(f"delivery:{each.id}" for each in stored)
