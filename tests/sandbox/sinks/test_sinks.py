"""Everything that arrives is recorded, and answered as told."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from sandbox.sinks.app import create_app
from sandbox.sinks.store import Arrivals
from tests.processes import ROOT, free_port, python_environment, running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sinks"


@pytest.fixture
def http(folder: Path) -> Iterator[FlaskClient]:
    store = Arrivals(folder)
    yield create_app(store).test_client()
    store.close()


def arrivals(http: FlaskClient, name: str) -> list[Any]:
    response = http.get(f"/_sandbox/sinks/{name}")
    assert response.json is not None
    return list(response.json["arrivals"])


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_any_method_is_recorded_and_answered_200(http: FlaskClient, method: str) -> None:
    response = http.open("/sink/a/b?c=d", method=method, data=b'{"x": 1}', headers={"X-Own": "1"})
    assert response.status_code == 200
    [arrival] = arrivals(http, "a")
    assert (arrival["method"], arrival["path"], arrival["query"]) == (method, "/sink/a/b", {"c": "d"})
    assert (arrival["headers"]["X-Own"], arrival["body"], arrival["json"]) == ("1", '{"x": 1}', {"x": 1})
    assert arrivals(http, "b") == []


def test_bytes_that_are_no_json_are_shown_as_text(http: FlaskClient) -> None:
    http.post("/sink/a", data=b"<a/>", content_type="application/xml")
    [arrival] = arrivals(http, "a")
    assert arrival["body"] == "<a/>"
    assert "json" not in arrival


def test_answers_come_as_told_and_as_often(http: FlaskClient) -> None:
    http.post("/_sandbox/sinks/a", json={"status": 503, "times": 2, "headers": {"Retry-After": "1"}, "body": "busy"})
    http.post("/_sandbox/sinks/a", json={"status": 202, "times": 1, "body": {"ok": True}})
    answers = [http.post("/sink/a") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [503, 503, 202, 200]
    assert (answers[0].headers["Retry-After"], answers[0].text, answers[2].json) == ("1", "busy", {"ok": True})
    assert len(arrivals(http, "a")) == 4
    assert http.post("/sink/b").status_code == 200


def test_a_wrong_plan_is_refused(http: FlaskClient) -> None:
    assert http.post("/_sandbox/sinks/a", json={"state": 503}).status_code == 400


def test_a_ticket_gets_a_number(http: FlaskClient) -> None:
    answers = [http.post("/zendesk/api/v2/tickets.json", json={"ticket": {"subject": "x"}}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json and answer.json["ticket"]["id"] for answer in answers] == [1, 2]
    assert arrivals(http, "zendesk")[0]["json"] == {"ticket": {"subject": "x"}}


def test_client_credentials_get_a_token(http: FlaskClient) -> None:
    form = {"grant_type": "client_credentials", "client_id": "id", "client_secret": "secret"}
    answer = http.post("/oauth/token", data=form)
    assert answer.json == {"access_token": "token-1", "token_type": "Bearer", "expires_in": 3600}
    assert arrivals(http, "oauth")[0]["body"] == "grant_type=client_credentials&client_id=id&client_secret=secret"
    assert http.post("/oauth/token", data={"grant_type": "password"}).status_code == 400
    assert http.post("/oauth/token", data={"grant_type": "client_credentials"}).status_code == 401


def test_a_reset_empties_all_sinks(http: FlaskClient) -> None:
    http.post("/_sandbox/sinks/a", json={"status": 503})
    http.post("/sink/a")
    http.post("/_sandbox/reset")
    assert arrivals(http, "a") == []
    assert http.post("/sink/a").status_code == 200


def test_what_arrived_outlives_the_process(http: FlaskClient, folder: Path) -> None:
    http.post("/sink/a", data=b"kept")
    again = Arrivals(folder)
    assert [arrival.body for arrival in again.of("a")] == [b"kept"]
    again.close()


@pytest.mark.enable_socket
def test_granian_serves_the_sinks(tmp_path: Path) -> None:
    port = str(free_port())
    url = f"http://127.0.0.1:{port}"
    command = ("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port, "sandbox.sinks.wsgi:app")
    settings = {"SANDBOX_SINKS_DATA": str(tmp_path / "data")}
    with running(command, tmp_path, settings, lambda: requests.get(f"{url}/readyz", timeout=5).ok):
        assert requests.put(f"{url}/sink/a", data=b"x", timeout=5).status_code == 200
        assert requests.get(f"{url}/_sandbox/sinks", timeout=5).json() == {"sinks": {"a": 1}}
        requests.post(f"{url}/sink/b", headers={"client_key": "CLIAAADDD0"}, timeout=5)
        [arrival] = requests.get(f"{url}/_sandbox/sinks/b", timeout=5).json()["arrivals"]
        assert arrival["headers"]["Client-Key"] == "CLIAAADDD0"  # many servers drop names with underscores


def test_a_missing_folder_is_named() -> None:
    command = [sys.executable, "-c", "import sandbox.sinks.wsgi"]
    ended = subprocess.run(command, cwd=ROOT, env=python_environment(), capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "SANDBOX_SINKS_DATA is missing" in ended.stderr


def test_an_answer_can_be_as_long_as_told(http: FlaskClient) -> None:
    http.post("/_sandbox/sinks/a", json={"status": 500, "bodyBytes": 200_000})
    assert http.post("/sink/a").data == b"x" * 200_000


def test_an_answer_drips_byte_by_byte(http: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("sandbox.sinks.answers.time.sleep", pauses.append)
    http.post("/_sandbox/sinks/a", json={"bodyBytes": 3, "dripSeconds": 0.5})
    assert http.post("/sink/a").data == b"xxx"
    assert pauses == [0.0, 0.5, 0.5, 0.5]
