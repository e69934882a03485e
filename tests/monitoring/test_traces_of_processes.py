"""A real listener and a real worker send one trace to a collector. One that is away, or none, holds nobody up."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis

from shared.messages import tasks
from tests.integration import workers
from tests.integration.conftest import LISTENER, SIGNER, RunningListener, is_ready, settings_of
from tests.monitoring.collector import Collector, Sent, a_collector
from tests.processes import STOP_SECONDS, eventually, free_port, python_environment, running
from tests.unit.listener.listeners import OBP, OBP_TOKEN, an_obp_event

pytestmark = pytest.mark.enable_socket

A_TEST_EVENT = json.dumps({"Type": "FITestEvent", "Version": 1, "Payload": "traced", "Nonce": 1}).encode()
SEND_SOON = {"OTEL_BSP_SCHEDULE_DELAY": "100"}  # ms


def spans_of(collector: Collector, service: str, name: str) -> list[Sent]:
    return [span for span in collector.spans if (span.service, span.name) == (f"causeway-{service}", name)]


def test_listener_and_worker_tell_one_trace(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    ports = (free_port(), free_port())
    url, signer_url = (f"http://127.0.0.1:{port}" for port in ports)
    with a_collector() as collector:
        traced = SEND_SOON | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        settings = settings_of(tmp_path, redis_url, ports) | {"OBP_WEBHOOK_TOKEN": OBP_TOKEN} | traced
        with (
            running(SIGNER, tmp_path, settings, lambda: is_ready(signer_url), "signer.log") as signer,
            running(LISTENER, tmp_path, settings, lambda: is_ready(url), "listener.log") as process,
            workers.running_worker(tmp_path, workers.settings_of(tmp_path, redis_url, **traced)),
        ):
            listener = RunningListener(url, redis_url, Path(), Path(), process, signer)
            assert listener.from_the_bank(A_TEST_EVENT).status == 200
            assert listener.post(OBP, an_obp_event()).status == 200
            eventually(lambda: len(spans_of(collector, "worker", tasks.RECEIVE_WEBHOOK)) == 2, "both tasks are told")
            eventually(lambda: len(spans_of(collector, "listener", "webhook received")) == 2, "both webhooks are told")

    webhooks = spans_of(collector, "listener", "webhook received")
    works = spans_of(collector, "worker", tasks.RECEIVE_WEBHOOK)
    assert {span.attributes["causeway.source"] for span in webhooks} == {"clearbank", "obp"}
    assert {(span.trace_id, span.attributes["causeway.receipt_id"]) for span in webhooks} == {
        (span.trace_id, span.attributes["causeway.receipt_id"]) for span in works
    }
    assert len({span.trace_id for span in webhooks}) == 2
    assert OBP_TOKEN not in repr(collector.spans)


def test_a_worker_whose_collector_is_away_works_and_ends_in_time(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    nobody = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    settings = workers.settings_of(tmp_path, redis_url, **nobody)
    with workers.running_worker(tmp_path, settings) as worker:
        receipt_id = workers.accept(redis, workers.a_test_event("untold"))
        eventually(lambda: workers.is_finished(redis, receipt_id), "it is worked on")
        # A worker that has something in hand gives it 12 s; this is about the collector alone.
        eventually(lambda: not redis.exists("unacked"), "it is acknowledged")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(STOP_SECONDS) == 0


def test_without_an_endpoint_nothing_that_makes_or_sends_spans_is_imported() -> None:
    # redis-py itself imports OpenTelemetry's metrics wherever they are installed.
    program = (
        "import sys\n"
        "import services.listener.rsgi, services.worker.tasks.inbound, services.worker.adapters.http\n"
        "from shared.runtime.tracing import begin_tracing, span, traceparent\n"
        "begin_tracing('test')\n"
        "with span('nothing', record='1'):\n"
        "    names = ('shared.runtime.spans', 'opentelemetry.sdk.trace', 'opentelemetry.exporter')\n"
        "    print(repr(traceparent()), [name for name in names if name in sys.modules])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], env=python_environment(), capture_output=True, text=True, check=True
    )
    assert ran.stdout == "'' []\n"


def test_an_endpoint_that_is_no_url_stops_the_process_with_a_sentence() -> None:
    program = "from shared.runtime.tracing import begin_tracing; begin_tracing('test')"
    environment = python_environment(OTEL_EXPORTER_OTLP_ENDPOINT="collector:4318")
    ran = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr.startswith("OTEL_EXPORTER_OTLP_ENDPOINT must be a URL")
