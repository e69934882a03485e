import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry

from shared.runtime.health import health_blueprint, say_not_ready
from shared.runtime.metrics import metrics_blueprint, reason_counter


def client_of(blueprint: Blueprint) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(blueprint)
    return app.test_client()


def test_refusals_are_counted_by_reason() -> None:
    registry = CollectorRegistry()
    count = reason_counter(registry, "refusals", "Calls refused.")
    count("token")
    count("token")
    answer = client_of(metrics_blueprint(registry)).get("/metrics")
    assert 'refusals_total{reason="token"} 2.0' in answer.text
    assert answer.mimetype == "text/plain"


def test_several_workers_are_summed_when_a_shared_folder_is_set(tmp_path: Path) -> None:
    count = (
        "from prometheus_client import CollectorRegistry\n"
        "from shared.runtime.metrics import reason_counter, render_metrics\n"
        "registry = CollectorRegistry()\n"
        "reason_counter(registry, 'refusals', 'Calls refused.')('token')\n"
        "print(render_metrics(registry).decode())"
    )
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    runs = [
        subprocess.run([sys.executable, "-c", count], env=environment, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert 'refusals_total{reason="token"} 2.0' in runs[-1].stdout


def test_liveness_does_not_ask_the_dependencies() -> None:
    def must_not_be_asked() -> bool:
        raise AssertionError

    assert client_of(health_blueprint(must_not_be_asked)).get("/livez").json == {"status": "ok"}


def test_readiness_says_when_it_is_ready() -> None:
    answer = client_of(health_blueprint(lambda: True)).get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ready"})


def test_readiness_says_why_it_is_not() -> None:
    answer = client_of(health_blueprint(lambda: False, "the key does not sign")).get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready", "reason": "the key does not sign"})


def test_a_check_that_raises_is_not_ready() -> None:
    def broken() -> bool:
        raise ConnectionError("redis://user:password@host")

    answer = client_of(health_blueprint(broken)).get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["reason"] == "a dependency does not answer (ConnectionError)"


def test_a_process_that_will_stop_is_not_ready_though_it_could_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.runtime.health._is_stopping", bytearray(1))
    client = client_of(health_blueprint(lambda: True))
    say_not_ready()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready", "reason": "it is about to stop"})
    assert client.get("/livez").status_code == 200
