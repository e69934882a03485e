"""Attempts are counted by what they came to, once each."""

from services.worker.tasks.counted_deliveries import CountedDeliveries
from tests.builders.hub import NOON, a_delivery, an_attempt
from tests.fakes.clock import FakeClock
from tests.fakes.hub_stores import FakeDeliveries


def test_what_was_stored_counts_and_what_another_worker_overtook_does_not() -> None:
    counted: list[tuple[str, str]] = []
    deliveries = CountedDeliveries(FakeDeliveries(FakeClock(NOON)), lambda *words: counted.append(words))
    [begun] = deliveries.begin([a_delivery()])
    moved = deliveries.move(begun, an_attempt())
    assert moved
    assert deliveries.move(moved, an_attempt(status=200, reason="", cause=""))
    assert deliveries.move(begun, an_attempt()) is None
    assert deliveries.move(moved) is None
    assert counted == [("delivery_attempts", "INVALID_HTTP_RESPONSE"), ("delivery_attempts", "taken")]
