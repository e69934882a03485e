"""Real worker and beat processes: how they stop, and how they show that they live."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest
from redis import Redis

from deploy.local.store_server import server_command
from services.worker.liveness import main as liveness
from shared.messages import queues, tasks
from shared.runtime.celery_app import make_celery
from shared.runtime.publisher import Publisher
from tests.integration.workers import (
    BEAT,
    BEGAN,
    ENDED,
    PATIENT_WORKER,
    WORKER,
    a_test_event,
    accept,
    element,
    go_ahead,
    is_finished,
    running_worker,
    settings_of,
)
from tests.processes import STOP_SECONDS, eventually, free_port, running
from tests.valkey import answers

pytestmark = pytest.mark.enable_socket


def texts(redis: Redis, key: str) -> list[str]:
    return [text.decode() for text in redis.lrange(key, 0, -1) if isinstance(text, bytes)]


@contextmanager
def a_process(command: Sequence[str], url: str) -> Iterator[Popen[bytes]]:
    """A server that answers at the URL when the block begins."""
    with Popen(command, stdout=DEVNULL, stderr=DEVNULL) as process:
        try:
            eventually(lambda: answers(url), "the server answers")
            yield process
        finally:
            process.kill()


def started(folder: Path, command: Sequence[str], settings: dict[str, str]) -> AbstractContextManager[Popen[bytes]]:
    """Worker or beat, as soon as it has beaten once; it need not have found its broker."""
    return running(command, folder, settings, Path(settings["HEARTBEAT_FILE"]).exists)


def is_alive(heartbeat: Path, max_age_seconds: float, monkeypatch: pytest.MonkeyPatch) -> bool:
    """What the probe of its container would find."""
    monkeypatch.setenv("HEARTBEAT_FILE", str(heartbeat))
    return liveness(["--max-age", str(max_age_seconds)]) == 0


def test_sigterm_lets_the_task_in_flight_finish_and_takes_no_further(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    redis.lpush(queues.INBOUND, element("first"), element("second"))
    settings = settings_of(tmp_path, redis_url, BROKER_URL=redis_url)
    with running_worker(tmp_path, settings, PATIENT_WORKER) as worker:
        eventually(lambda: texts(redis, BEGAN) == ["first"], "the first is in flight")
        worker.send_signal(signal.SIGTERM)
        eventually(lambda: "Soft Shutdown" in (tmp_path / "worker.log").read_text(), "the worker has heard it")
        redis.lpush(go_ahead("first"), "go")
        assert worker.wait(STOP_SECONDS) == 0
    assert (texts(redis, BEGAN), texts(redis, ENDED)) == (["first"], ["first"])
    assert (redis.llen(queues.INBOUND), redis.exists("unacked")) == (1, 0)


def test_sigterm_gives_back_a_task_that_takes_too_long_and_another_worker_does_it(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    redis.lpush(queues.INBOUND, element("long"))
    settings = settings_of(tmp_path, redis_url, BROKER_URL=redis_url)
    with running_worker(tmp_path, settings, PATIENT_WORKER) as worker:
        eventually(lambda: texts(redis, BEGAN) == ["long"], "it is in flight")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(STOP_SECONDS) == 0
    assert (texts(redis, ENDED), redis.llen(queues.INBOUND), redis.exists("unacked")) == ([], 1, 0)
    redis.lpush(go_ahead("long"), "go")
    with running_worker(tmp_path, settings, PATIENT_WORKER, "another"):
        eventually(lambda: texts(redis, ENDED) == ["long"], "another worker does it")
        eventually(lambda: not redis.exists("unacked", queues.INBOUND), "and acknowledges it")


@pytest.mark.parametrize("command", [WORKER, BEAT], ids=["worker", "beat"])
def test_sigterm_ends_one_that_has_nothing_in_hand(redis_url: str, tmp_path: Path, command: Sequence[str]) -> None:
    settings = settings_of(tmp_path, redis_url, HEARTBEAT_FILE=str(tmp_path / "heartbeat"))
    with started(tmp_path, command, settings) as process:
        ready = " ready." if command is WORKER else "is starting."
        eventually(lambda: ready in (tmp_path / "log").read_text(), "it is ready")
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0


@pytest.mark.parametrize("command", [WORKER, BEAT], ids=["worker", "beat"])
def test_a_main_loop_that_stands_still_is_seen(
    redis_url: str, tmp_path: Path, command: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heartbeat = tmp_path / "heartbeat"
    with started(tmp_path, command, settings_of(tmp_path, redis_url, HEARTBEAT_FILE=str(heartbeat))) as process:
        first = heartbeat.read_text()
        eventually(lambda: heartbeat.read_text() != first, "it goes round")
        assert is_alive(heartbeat, 30, monkeypatch)
        process.send_signal(signal.SIGSTOP)
        eventually(lambda: not is_alive(heartbeat, 4, monkeypatch), "the probe finds it")
        process.send_signal(signal.SIGCONT)
        eventually(lambda: is_alive(heartbeat, 4, monkeypatch), "the probe finds that it goes on")


@pytest.mark.parametrize("command", [WORKER, BEAT], ids=["worker", "beat"])
def test_a_broker_that_is_away_is_no_reason_to_restart_anybody(
    redis_url: str, tmp_path: Path, command: Sequence[str]
) -> None:
    heartbeat, away = tmp_path / "heartbeat", f"redis://127.0.0.1:{free_port()}/0"
    settings = settings_of(tmp_path, redis_url, BROKER_URL=away, HEARTBEAT_FILE=str(heartbeat))
    with started(tmp_path, command, settings) as process:
        eventually(lambda: "onnect" in (tmp_path / "log").read_text(), "it says that it cannot connect")
        first = heartbeat.read_text()
        eventually(lambda: heartbeat.read_text() != first, "it lives all the same")
        assert process.poll() is None


def test_a_worker_whose_broker_dies_and_comes_back_works_on_and_beats_on(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    heartbeat, broker = tmp_path / "heartbeat", server_command(port := free_port(), tmp_path / "broker")
    broker_url = f"redis://127.0.0.1:{port}/0"
    settings = settings_of(tmp_path, redis_url, BROKER_URL=broker_url, HEARTBEAT_FILE=str(heartbeat))
    with a_process(broker, broker_url) as first_life, running_worker(tmp_path, settings):
        first_life.kill()
        eventually(lambda: "Connection to broker lost" in (tmp_path / "worker.log").read_text(), "the worker sees it")
        with a_process(broker, broker_url):
            good = accept(redis, a_test_event("after the broker came back"), queue=None)
            Publisher(make_celery(broker_url)).enqueue(tasks.RECEIVE_WEBHOOK, good)
            eventually(lambda: is_finished(redis, good), "it works on")
            last = heartbeat.read_text()
            eventually(lambda: heartbeat.read_text() != last, "its main loop beats on")


def test_a_worker_still_answers_those_who_ask_how_it_is(redis_url: str, tmp_path: Path) -> None:
    with running_worker(tmp_path, settings_of(tmp_path, redis_url)):
        eventually(lambda: bool(make_celery(redis_url).control.ping(timeout=1)), "it answers a ping")
