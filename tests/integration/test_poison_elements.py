"""What stands in a queue and is no message of ours, against a real worker process on a real server."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from shared.messages import queues, tasks
from shared.runtime.envelope import EnvelopeTemplate
from shared.store.poison import PoisonList
from tests.integration.workers import a_test_event, accept, is_finished, running_worker, settings_of
from tests.processes import eventually, free_port

pytestmark = pytest.mark.enable_socket

GOOD = EnvelopeTemplate(tasks.RECEIVE_WEBHOOK).fill("0" * 64)


def changed(part: str, **values: Any) -> bytes:
    """A good element with other values in its headers or properties."""
    element = json.loads(GOOD)
    element[part] = element[part] | values
    return json.dumps(element).encode()


def without(part: str, name: str) -> bytes:
    element = json.loads(GOOD)
    del element[part][name]
    return json.dumps(element).encode()


def with_body(body: Any) -> bytes:
    """`body` as Celery encodes it, unless it is text already."""
    text = body if isinstance(body, str) else base64.b64encode(json.dumps(body).encode()).decode()
    return json.dumps(json.loads(GOOD) | {"body": text}).encode()


EMBED: dict[str, None] = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
POISON: dict[str, tuple[bytes, str]] = {
    "text": (b"hello", "not_json"),
    "nothing": (b"", "not_json"),
    "half an element": (GOOD[:200], "not_json"),
    "bytes that are no text": (b"\xff\xfe\x00", "not_json"),
    "JSON nested too deeply": (b"[" * 100_000, "not_json"),
    "a number": (b"5", "not_a_message"),
    "an empty object": (b"{}", "not_a_message"),
    "no delivery tag": (without("properties", "delivery_tag"), "not_a_message"),
    "a delivery tag that is none": (changed("properties", delivery_tag=["x"]), "not_a_message"),
    "no delivery info": (without("properties", "delivery_info"), "not_a_message"),
    "another queue to come back to": (
        changed("properties", delivery_info={"exchange": "", "routing_key": "cw:due"}),
        "not_a_message",
    ),
    "a body that is not base64": (with_body("%%%"), "unreadable_arguments"),
    "headers that are a list": (json.dumps(json.loads(GOOD) | {"headers": [1]}).encode(), "not_a_message"),
    "no id": (without("headers", "id"), "not_a_call"),
    "a time to wait for": (changed("headers", eta="2999-01-01T00:00:00+00:00"), "not_a_call"),
    "limits of another kind": (changed("headers", timelimit=5), "not_a_call"),
    "an expiry that is none": (changed("headers", expires={"at": "noon"}), "not_a_call"),
    "a task of another version": (changed("headers", task="causeway.not_yet"), "unknown_task"),
    "a task that is no text": (changed("headers", task=["causeway.sweep"]), "unknown_task"),
    "a task of Celery's": (changed("headers", task="celery.backend_cleanup"), "unknown_task"),
    "a body that is not JSON": (with_body(base64.b64encode(b"\xff{").decode()), "unreadable_arguments"),
    "a body that is a number": (with_body(5), "unreadable_arguments"),
    "a pickled body": (
        json.dumps(json.loads(GOOD) | {"content-type": "application/x-python-serialize"}).encode(),
        "unreadable_arguments",
    ),
    "an argument that is no id": (with_body([[{"amount": 5}], {}, EMBED]), "unreadable_arguments"),
    "arguments by name": (with_body([[], {"receipt_id": "1"}, EMBED]), "unreadable_arguments"),
    "too many arguments": (with_body([["1", "2"], {}, EMBED]), "unreadable_arguments"),
    "a task to follow": (with_body([["1"], {}, EMBED | {"callbacks": [{"task": "x"}]}]), "unreadable_arguments"),
}


def test_none_of_it_stops_a_worker_or_comes_round_again(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    goods = []
    for name, (element, _) in POISON.items():
        redis.lpush(queues.INBOUND, element)
        goods.append(accept(redis, a_test_event(f"after {name}")))
    with running_worker(tmp_path, settings_of(tmp_path, redis_url)) as worker:
        eventually(lambda: all(is_finished(redis, good) for good in goods), "every good message is worked on")
        eventually(lambda: not redis.exists("unacked", *queues.ALL), "nothing is left in a queue")
        assert worker.poll() is None
    found = reversed(PoisonList(redis).latest(2 * len(POISON)))
    assert dict(zip(POISON, (element.reason for element in found), strict=True)) == {
        name: reason for name, (_, reason) in POISON.items()
    }
    log = (tmp_path / "worker.log").read_text()
    assert log.count("queue element set aside") == len(POISON)
    assert log.count(" ready.") == 1, "the worker lost its connection"


def test_every_queue_is_guarded(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    for queue in queues.ALL:
        redis.lpush(queue, b"hello")
    with running_worker(tmp_path, settings_of(tmp_path, redis_url)):
        eventually(lambda: not redis.exists(*queues.ALL), "all are set aside")
        eventually(lambda: len(PoisonList(redis).latest(10)) == len(queues.ALL), "all are kept")
    kept = [(element.queue, element.reason, element.raw) for element in PoisonList(redis).latest(10)]
    assert sorted(kept) == sorted((queue, "not_json", "hello") for queue in queues.ALL)


def test_a_store_that_is_away_costs_the_trace_and_not_the_worker(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, f"redis://127.0.0.1:{free_port()}", BROKER_URL=redis_url)
    redis.lpush(queues.INBOUND, b"hello")
    with running_worker(tmp_path, settings) as worker:
        eventually(lambda: "not_json" in (tmp_path / "worker.log").read_text(), "it is told in the log")
        redis.lpush(queues.INBOUND, b"[]")
        eventually(lambda: "not_a_message" in (tmp_path / "worker.log").read_text(), "and the next one, too")
        assert worker.poll() is None
