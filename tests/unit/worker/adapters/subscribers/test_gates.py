"""When a destination is left alone."""

import fakeredis
import pytest

from services.worker.adapters.subscribers.gates import DestinationGate
from shared.domain.hub.delivery import FailureReason, Missed, Taken

SILENCE = Missed(reason=FailureReason.HTTP_ERROR_WHILE_SENDING, cause="no answer within 15 s")
TAKEN = Taken(status=200)


def refused(status: int, after_seconds: float | None = None) -> Missed:
    return Missed(
        reason=FailureReason.INVALID_HTTP_RESPONSE, cause="said so", status=status, after_seconds=after_seconds
    )


@pytest.fixture
def redis() -> fakeredis.FakeRedis:
    return fakeredis.FakeRedis()


def gate(redis: fakeredis.FakeRedis, subscription_id: str = "subscription-1") -> DestinationGate:
    return DestinationGate(redis, subscription_id, 25.0)


def after(redis: fakeredis.FakeRedis, *results: Taken | Missed) -> float:
    """Seconds to wait after calls that ended so."""
    for result in results:
        gate(redis).tell(result)
    return gate(redis).seconds_to_wait()


@pytest.mark.parametrize("failure", [SILENCE, refused(500), refused(502)])
def test_five_failures_in_a_row_close_it_for_half_a_minute(redis: fakeredis.FakeRedis, failure: Missed) -> None:
    assert after(redis, *[failure] * 4) == 0
    assert 29 < after(redis, failure) <= 30


@pytest.mark.parametrize("answer", [TAKEN, refused(400), refused(404), refused(302), refused(410)])
def test_an_answer_between_failures_keeps_it_open(redis: fakeredis.FakeRedis, answer: Taken | Missed) -> None:
    assert after(redis, *[SILENCE] * 4, answer, *[SILENCE] * 4) == 0


@pytest.mark.parametrize("status", [429, 503])
def test_who_asks_for_time_gets_it(redis: fakeredis.FakeRedis, status: int) -> None:
    assert 119 < after(redis, refused(status, 120.0)) <= 120


def test_each_destination_has_its_own(redis: fakeredis.FakeRedis) -> None:
    assert after(redis, *[SILENCE] * 5) > 0
    assert gate(redis, "subscription-2").seconds_to_wait() == 0
