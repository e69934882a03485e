"""A stop of the worker may hang where Celery waits without end: it ends within its grace period all the same."""

import signal
from pathlib import Path

import psutil
import pytest
from redis import Redis

from shared.messages import queues
from tests.integration.workers import BEGAN, PATIENT_WORKER, element, running_worker, settings_of
from tests.processes import STOP_SECONDS, eventually

pytestmark = pytest.mark.enable_socket

STUBBORN_WORKER = tuple(word.replace("patient_worker", "stubborn_worker") for word in PATIENT_WORKER)


def test_a_stop_that_hangs_ends_in_time_and_leaves_no_child(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    redis.lpush(queues.INBOUND, element("long"))
    settings = settings_of(tmp_path, redis_url, BROKER_URL=redis_url)
    with running_worker(tmp_path, settings, STUBBORN_WORKER) as worker:
        eventually(lambda: bool(redis.llen(BEGAN)), "it is in flight")
        children = psutil.Process(worker.pid).children()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(STOP_SECONDS) == -signal.SIGALRM
    assert children
    assert psutil.wait_procs(children, timeout=STOP_SECONDS)[1] == []
    # It could not give the task back itself: another worker's recovery does, or the sweeper rings again.
    assert redis.hlen("unacked") == 1
