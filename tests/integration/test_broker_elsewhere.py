"""Celery's broker on another server than the store: the outbox and the sweeper hand the work over."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from redis import Redis

from shared.messages import queues
from shared.runtime.celery_app import make_celery
from shared.store.poison import PoisonList
from tests import rabbitmq
from tests.integration.workers import BEAT, a_test_event, accept, is_finished, running_worker, settings_of
from tests.processes import eventually, running
from tests.valkey import started_server

pytestmark = pytest.mark.enable_socket


@pytest.fixture(params=["valkey", "rabbitmq"])
def broker_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that is not the store."""
    if request.param == "rabbitmq" and not rabbitmq.SERVER.exists():
        pytest.skip("no RabbitMQ is installed")
    with started_server() if request.param == "valkey" else rabbitmq.started_rabbitmq() as url:
        yield url


def test_what_was_accepted_is_worked_on(redis: Redis, redis_url: str, broker_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, redis_url, BROKER_URL=broker_url, HEARTBEAT_FILE=str(tmp_path / "heartbeat"))
    before = accept(redis, a_test_event("before anybody works"), queue=None)
    with ExitStack() as stack:
        stack.enter_context(running(BEAT, tmp_path, settings, (tmp_path / "heartbeat").exists, "beat.log"))
        stack.enter_context(running_worker(tmp_path, settings))
        after = accept(redis, a_test_event("while they work"), queue=None)
        eventually(lambda: is_finished(redis, before) and is_finished(redis, after), "both are worked on")
    assert not redis.exists(*queues.ALL), "something was queued in the store"


def test_poison_is_set_aside_there_too(redis: Redis, redis_url: str, broker_url: str, tmp_path: Path) -> None:
    app = make_celery(broker_url)
    with app.connection_for_write() as connection, connection.Producer() as producer:
        for body, kind in ((b"\xff", "text/plain"), (b"5", "application/json"), (b"{", "application/json")):
            headers = {"task": "causeway.receive_webhook", "id": "1"}
            declare = [app.amqp.queues[queues.INBOUND]]
            producer.publish(body, routing_key=queues.INBOUND, headers=headers, content_type=kind, declare=declare)
        app.send_task("causeway.not_yet", queue=queues.INBOUND, connection=connection)
    with running_worker(tmp_path, settings_of(tmp_path, redis_url, BROKER_URL=broker_url)) as worker:
        eventually(lambda: sum(PoisonList(redis).counts().values()) == 4, "all are set aside")
        app.send_task("causeway.receive_webhook", args=(accept(redis, good := a_test_event("good"), queue=None),))
        eventually(lambda: is_finished(redis, good.identity.fingerprint), "a good one is worked on")
        assert worker.poll() is None
    assert PoisonList(redis).counts() == {"unreadable_arguments": 3, "unknown_task": 1}
