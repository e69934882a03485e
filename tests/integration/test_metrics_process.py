"""The process that tells the figures of all workers, beside a real worker."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import urllib3
from redis import Redis

from tests.integration.conftest import is_ready
from tests.integration.workers import a_test_event, accept, is_finished, running_worker, settings_of
from tests.processes import STOP_SECONDS, eventually, free_port, python_environment, running

pytestmark = pytest.mark.enable_socket

METRICS = ("-m", "services.worker.metrics")
DONE = 'causeway_tasks_total{outcome="done",task="causeway.receive_webhook"} 1.0'


def test_it_tells_what_a_worker_did_even_when_that_has_ended(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    def shown() -> str:
        return urllib3.request("GET", f"{url}/metrics", retries=False, timeout=5).data.decode()

    settings = {"REDIS_URL": redis_url, "WORKER_METRICS_PORT": str(port)}
    with running(METRICS, tmp_path, settings, lambda: is_ready(url), "metrics.log") as metrics:
        with running_worker(tmp_path, settings_of(tmp_path, redis_url)) as worker:
            receipt_id = accept(redis, a_test_event("counted"))
            eventually(lambda: is_finished(redis, receipt_id), "it is worked on")
            worker.send_signal(signal.SIGTERM)
            worker.wait(STOP_SECONDS)
        assert DONE in shown()
        assert "causeway_finished_receipts 1.0" in shown()
        metrics.send_signal(signal.SIGTERM)
        assert metrics.wait(STOP_SECONDS) == 0


def test_without_its_settings_it_ends_with_a_sentence_for_each(tmp_path: Path) -> None:
    environment = python_environment(WORKER_METRICS_PORT="http")
    command = [sys.executable, *METRICS]
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert [line.split()[0] for line in ended.stderr.splitlines()] == ["REDIS_URL", "WORKER_METRICS_PORT"]
