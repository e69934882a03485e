"""One request per idempotency key, in every implementation there is."""

from collections.abc import Iterator
from typing import Any

import fakeredis
import pytest
from redis import Redis

from shared.domain.corruption import CorruptRecordError
from shared.store import keys
from shared.store.idempotency import KEPT_SECONDS, WORK_SECONDS, Idempotency, Request
from tests.contract.conftest import REAL
from tests.fakes.idempotency import FakeIdempotency

DONE = Request("this", 202, '{"resendId":"one"}')


@pytest.fixture(params=["memory", "fakeredis", REAL])
def requests(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "memory":
        yield FakeIdempotency()
    elif request.param == "fakeredis":
        with fakeredis.FakeRedis(server=fakeredis.FakeServer()) as redis:
            yield Idempotency(redis)
    else:
        yield Idempotency(request.getfixturevalue("redis"))


def test_the_first_is_to_be_done_and_a_second_sees_it_worked_on(requests: Any) -> None:
    assert requests.begin("key", "this") is None
    assert requests.begin("key", "this") == Request("this")
    assert requests.begin("another", "this") is None


def test_a_repeat_gets_the_answer_and_another_request_sees_whose_key_it_is(requests: Any) -> None:
    requests.begin("key", "this")
    requests.finish("key", DONE)
    assert requests.begin("key", "this") == DONE
    assert requests.begin("key", "that") == DONE


def test_what_came_to_nothing_may_be_sent_again(requests: Any) -> None:
    requests.begin("key", "this")
    requests.forget("key")
    assert requests.begin("key", "that") is None


def test_work_is_claimed_for_a_minute_and_answers_are_kept_for_six_hours(server: Redis) -> None:
    store = Idempotency(server)
    store.begin("key", "this")
    assert 0 < server.ttl(keys.request("key")) <= WORK_SECONDS
    store.finish("key", DONE)
    assert WORK_SECONDS < server.ttl(keys.request("key")) <= KEPT_SECONDS


def test_a_record_that_is_none_is_said_to_be_spoilt(server: Redis) -> None:
    server.set(keys.request("key"), "no JSON")
    with pytest.raises(CorruptRecordError, match="idempotency key key cannot be read"):
        Idempotency(server).begin("key", "this")
