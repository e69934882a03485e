"""The deliveries worker is killed in the middle of its calls."""

import signal
import threading
from pathlib import Path

import pytest
from redis import Redis

from shared.domain.hub.delivery_states import DeliveryState
from tests.integration.deliveries import Post, running_beat, running_deliveries, settings
from tests.processes import eventually, signal_all
from tests.unit.worker.adapters.subscribers.receivers import OK, hang, receiving

pytestmark = pytest.mark.enable_socket

CALLS_AT_ONCE = 8


def test_nothing_is_lost_and_what_was_out_goes_again_under_its_key(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    post, over = Post(redis, redis_url), threading.Event()
    given = settings(tmp_path, redis_url) | {"DELIVERY_TIMEOUT_SECONDS": "10"}  # the first calls are out for so long
    hanging = [hang(over)] * CALLS_AT_ONCE
    with receiving(OK, *hanging, OK) as receiver, running_beat(tmp_path, given):
        subscription = post.subscribe(receiver.url())
        with running_deliveries(tmp_path, given, "killed") as worker:
            first = post.send(subscription)
            eventually(lambda: post.stored(first).state is DeliveryState.SENT, "it has shown that it answers soon")
            sent = [post.send(subscription) for _ in range(30)]
            eventually(lambda: len(receiver.came) == 1 + CALLS_AT_ONCE, "as many calls are out as may be")
            signal_all(worker, signal.SIGKILL)
            worker.wait()
        over.set()
        with running_deliveries(tmp_path, given, "next"):
            stored = DeliveryState.SENT
            eventually(lambda: all(post.stored(each).state is stored for each in sent), "all are sent", 60)
    keys = [came["x-notifications-idempotency-key"] for came in receiver.came[1:]]
    assert set(keys) == {each.key for each in sent}
    assert len(keys) == len(sent) + CALLS_AT_ONCE
    causes = [post.deliveries.attempts(each.id)[0].cause for each in sent]
    assert sum(cause.startswith("its worker stopped") for cause in causes) == CALLS_AT_ONCE
