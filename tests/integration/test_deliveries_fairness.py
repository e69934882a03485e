"""A receiver that is dead delays nobody but itself, in one real worker with its hundred threads."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import pytest
from redis import Redis

from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.subscription import Subscription
from tests.integration.deliveries import Post, running_beat, running_deliveries, settings
from tests.processes import eventually
from tests.unit.worker.adapters.subscribers.receivers import OK, hang, receiving

pytestmark = [pytest.mark.enable_socket, pytest.mark.alone]

ROUNDS, EVENTS, OTHERS = 3, 60, 9
SECONDS_BETWEEN_EVENTS = 0.1  # a worker with one core can take several times as many
# Five failures close the gate, and as they come one more call is out; in a long round one goes out as a probe.
MOST_CALLS_TO_ONE_DEAD = 7
HANGING, THREADS = 40, 100


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Set when the test ends: whoever hangs stops then."""
    event = threading.Event()
    yield event
    event.set()


def test_a_healthy_receiver_waits_no_longer_beside_nine_dead_ones_than_beside_nine_healthy(
    redis: Redis, redis_url: str, tmp_path: Path, over: threading.Event
) -> None:
    post, pace = Post(redis, redis_url), threading.Event()

    def delays(others: list[Subscription]) -> list[float]:
        """From the event to the receiver, in seconds: behind a burst to the others, and one more before each.

        Events come at their own pace, whatever has arrived: who waits for one before the next counts a stall once.
        """
        for subscription in others * 10:
            post.send(subscription)
        sent_at = {}
        for number in range(EVENTS):
            post.send(others[number % OTHERS])
            sent_at[post.send(watched).key] = time.monotonic()
            pace.wait(SECONDS_BETWEEN_EVENTS)
        arrived: dict[str, float] = {}

        def all_arrived() -> bool:
            arrived.update({came["x-notifications-idempotency-key"]: came.at for came in receiver.came})
            return sent_at.keys() <= arrived.keys()

        eventually(all_arrived, "every event has arrived", 60)
        return [arrived[key] - at for key, at in sent_at.items()]

    given = settings(tmp_path, redis_url)
    with ExitStack() as stack:
        receiver = stack.enter_context(receiving(OK))
        watched = post.subscribe(receiver.url())
        healthy = [stack.enter_context(receiving(OK)) for _ in range(OTHERS)]
        dead = [stack.enter_context(receiving(hang(over))) for _ in range(OTHERS)]
        stack.enter_context(running_deliveries(tmp_path, given))
        stack.enter_context(running_beat(tmp_path, given))
        delays([post.subscribe(each.url()) for each in healthy])  # the first calls of a worker make its connections
        ratios = []
        for _ in range(ROUNDS):  # with new subscriptions, of which nothing is known yet
            beside_healthy = p99(delays([post.subscribe(each.url()) for each in healthy]))
            beside_dead = p99(delays([post.subscribe(each.url()) for each in dead]))
            ratios.append(beside_dead / beside_healthy)
        over.set()
    # The one assertion about time: a ratio, of the same work in the same run. What else the machine does in a round
    # falls on one side of it or the other, so the round in the middle tells.
    assert median(ratios) < 2, ratios
    assert all(0 < len(each.came) <= MOST_CALLS_TO_ONE_DEAD * ROUNDS for each in dead)


def test_forty_receivers_that_hang_at_once_leave_threads_for_the_others(
    redis: Redis, redis_url: str, tmp_path: Path, over: threading.Event
) -> None:
    post = Post(redis, redis_url)
    given = settings(tmp_path, redis_url) | {"DELIVERY_TIMEOUT_SECONDS": "60"}
    with ExitStack() as stack:
        hanging = [stack.enter_context(receiving(hang(over))) for _ in range(HANGING)]
        well = post.subscribe(stack.enter_context(receiving(OK)).url())
        stack.enter_context(running_deliveries(tmp_path, given))
        stuck = [post.send(each) for each in [post.subscribe(receiver.url()) for receiver in hanging] for _ in range(3)]
        eventually(lambda: all(len(each.came) == 2 for each in hanging), "two calls to each are out")
        sent = [post.send(well) for _ in range(10)]
        eventually(lambda: post.stored(sent[0]).state is DeliveryState.SENT, "the healthy one is called")
        out = [each for each in stuck if post.stored(each).state is DeliveryState.SENDING]
        assert len(out) == 2 * HANGING < THREADS
        over.set()


def p99(seconds: Sequence[float]) -> float:
    return sorted(seconds)[len(seconds) * 99 // 100 - 1]
