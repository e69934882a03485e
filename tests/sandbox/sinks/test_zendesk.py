"""ZenDesk's tickets as the sinks imitate them: single under a key, and found by external id."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sandbox.sinks.app import create_app
from sandbox.sinks.store import Arrivals

TICKETS = "/zendesk/api/v2/tickets.json"


@pytest.fixture
def http(tmp_path: Path) -> Iterator[FlaskClient]:
    store = Arrivals(tmp_path)
    yield create_app(store).test_client()
    store.close()


def create(http: FlaskClient, external_id: str = "notice-1", key: str = "key-1") -> TestResponse:
    ticket = {"subject": "held", "external_id": external_id}
    return http.post(TICKETS, json={"ticket": ticket}, headers={"Idempotency-Key": key})


def found(http: FlaskClient, external_id: str) -> list[Any]:
    answer = http.get(TICKETS, query_string={"external_id": external_id})
    assert answer.json is not None
    return list(answer.json["tickets"])


def test_a_repeat_under_one_key_is_answered_with_the_same_ticket(http: FlaskClient) -> None:
    first, second = create(http), create(http)

    assert [answer.status_code for answer in (first, second)] == [201, 201]
    assert first.json == second.json
    assert [answer.headers["x-idempotency-lookup"] for answer in (first, second)] == ["miss", "hit"]


def test_one_key_for_two_bodies_is_refused(http: FlaskClient) -> None:
    create(http, "notice-1", key="key-1")
    answer = create(http, "notice-2", key="key-1")

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"] == "IdempotentRequestError"


def test_a_ticket_is_found_by_its_external_id_alone(http: FlaskClient) -> None:
    create(http, "notice-1", key="key-1")
    create(http, "notice-2", key="key-2")

    assert [(row["id"], row["subject"]) for row in found(http, "notice-2")] == [(2, "held")]
    assert found(http, "notice-3") == []


def test_a_planned_refusal_makes_no_ticket(http: FlaskClient) -> None:
    http.post("/_sandbox/sinks/zendesk", json={"status": 503, "times": 1})

    assert create(http).status_code == 503
    assert found(http, "notice-1") == []
    assert create(http).status_code == 201


def test_an_answer_that_tells_nothing_may_still_have_made_a_ticket(http: FlaskClient) -> None:
    http.post("/_sandbox/sinks/zendesk", json={"status": 200, "times": 1})

    assert create(http).json is None
    assert len(found(http, "notice-1")) == 1


def test_look_ups_are_listed_apart_from_tickets(http: FlaskClient) -> None:
    found(http, "notice-1")

    listed = http.get("/_sandbox/sinks").json
    assert listed == {"sinks": {"zendesk-look-ups": 1}}


def test_a_look_up_can_be_planned_to_fail(http: FlaskClient) -> None:
    http.post("/_sandbox/sinks/zendesk-look-ups", json={"status": 500, "times": 1})

    assert http.get(TICKETS).status_code == 500
