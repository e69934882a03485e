"""The way into the queues, on a broker in memory and on a real server."""

from collections.abc import Iterator

import pytest

from shared.messages import queues, tasks
from shared.runtime.celery_app import make_celery
from shared.runtime.publisher import ENOUGH, Publisher, PublishError
from tests.processes import free_port


@pytest.fixture(params=["memory", pytest.param("real server", marks=pytest.mark.enable_socket)])
def publisher(request: pytest.FixtureRequest) -> Iterator[Publisher]:
    url = "memory://" if request.param == "memory" else request.getfixturevalue("redis_url")
    if request.param != "memory":
        request.getfixturevalue("redis")  # empties it
    app = make_celery(url)
    with app.connection_for_write() as connection:
        connection.default_channel.queue_purge(queues.SWEEPS)
        yield Publisher(app)
        connection.default_channel.queue_purge(queues.SWEEPS)  # kombu has one broker in memory for a whole process
    app.close()


def test_an_empty_queue_has_room_for_all(publisher: Publisher) -> None:
    assert publisher.room(queues.SWEEPS) == ENOUGH


def test_each_message_takes_some_of_its_queue(publisher: Publisher) -> None:
    for _ in range(3):
        publisher.enqueue(tasks.SWEEP, "")
    assert publisher.room(queues.SWEEPS) == ENOUGH - 3
    assert publisher.room(queues.PAYMENTS) == ENOUGH


@pytest.mark.enable_socket
def test_a_broker_that_is_away_is_told_to_who_asks_for_room() -> None:
    app = make_celery(f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(PublishError, match="does not say what waits in sweeps"):
        Publisher(app).room(queues.SWEEPS)
    app.close()
