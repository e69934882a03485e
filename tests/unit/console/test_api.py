"""The application around the doors: refusals in each door's form, health, what is counted and logged."""

from typing import Any

import pytest
from flask import Blueprint as FlaskBlueprint
from flask.testing import FlaskClient
from flask_smorest import Blueprint
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from services.console.api import create_app
from services.console.doors import Door
from services.console.obp.door import refuse


def a_door(prefix: str) -> Door:
    """One with a path that works and one that breaks."""
    blueprint: FlaskBlueprint = Blueprint(prefix.strip("/"), __name__, url_prefix=prefix.rstrip("/"))

    @blueprint.route("/works")
    def works() -> dict[str, str]:
        """It works"""
        return {"b": "first", "a": "second"}

    @blueprint.route("/breaks")
    def breaks() -> dict[str, str]:
        raise KeyError("a secret of ours")

    return Door(prefix, blueprint, refuse if prefix == "/obp/" else lambda error: ({"own": type(error).__name__}, 418))


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def client(registry: CollectorRegistry) -> FlaskClient:
    return create_app([a_door("/obp/"), a_door("/other/")], lambda: True, registry).test_client()


def test_what_breaks_is_told_in_the_doors_form_without_what_broke(client: FlaskClient) -> None:
    with capture_logs() as logs:
        answer = client.get("/obp/breaks")

    assert (answer.status_code, answer.json) == (500, {"code": 500, "message": "OBP-50000: Unknown Error."})
    assert [(line["log_level"], line["error"]) for line in logs if line["event"] == "unexpected error"] == [
        ("error", "KeyError")
    ]
    assert client.get("/other/breaks").json == {"own": "KeyError"}


def test_a_path_that_no_door_has_is_refused_by_the_door_of_its_prefix(client: FlaskClient) -> None:
    assert client.get("/other/nothing").json == {"own": "NotFound"}
    assert client.post("/other/works").json == {"own": "MethodNotAllowed"}
    assert str((client.get("/obp/nothing").json or {})["message"]).startswith("OBP-10404")


@pytest.mark.parametrize("path", ["/", "/nothing", "/obp", "//obp/works"])
def test_a_path_of_no_door_is_refused_too(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json) == (404, {"errors": [{"field": "", "reason": "Not Found."}]})


def test_fields_keep_their_order(client: FlaskClient) -> None:
    assert client.get("/obp/works").get_data(as_text=True).strip() == '{"b":"first","a":"second"}'


def test_it_is_ready_while_the_store_answers() -> None:
    def away() -> bool:
        raise ConnectionError

    for is_ready, status in ((lambda: True, 200), (away, 503)):
        client = create_app([], is_ready, CollectorRegistry()).test_client()
        assert client.get("/readyz").status_code == status
        assert client.get("/livez").status_code == 200


def test_requests_are_counted_by_the_path_as_declared_and_strangers_as_one(
    client: FlaskClient, registry: CollectorRegistry
) -> None:
    for path in ("/other/works", "/other/works", "/other/a", "/b", "/readyz"):
        client.get(path)
    counted: dict[tuple[str, str, str], Any] = {
        (sample.labels["method"], sample.labels["path"], sample.labels["status"]): sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == "causeway_console_request_seconds_count"
    }
    assert counted == {
        ("GET", "/other/works", "200"): 2,
        ("unknown", "unknown", "418"): 1,
        ("unknown", "unknown", "404"): 1,
    }
