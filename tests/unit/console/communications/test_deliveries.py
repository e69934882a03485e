"""The log in our own words, and resends that are counted first."""

from typing import Any

import pytest

from shared.domain.history import HistoryEntry
from shared.domain.hub.delivery_states import DeliveryState
from shared.messages import tasks
from tests.builders.console import Console, faults_in
from tests.builders.hub import ACCOUNT_ID, an_attempt
from tests.unit.console.communications.logs import LOG, NAMES, START, a_console

DELIVERIES, RESENDS = "/v1/deliveries", "/v1/resends"


@pytest.fixture
def console() -> Console:
    return a_console()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["new", "broken", "taken", "gone", "others"]),
        ("?order=oldest&limit=2", ["others", "gone"]),
        ("?offset=3", ["gone", "others"]),
        ("?state=FAILED", ["broken", "gone"]),
        ("?state=FAILED&state=SENT", ["broken", "taken", "gone"]),
        ("?state=FAILED&trigger=payment.held", ["broken"]),
        ("?failure_reason=UNDEFINED_DESTINATION", ["gone"]),
        ("?subscription_id=subscription-2", ["others"]),
        (f"?event_id={LOG['taken'].event_id}", ["taken"]),
        (f"?account_id={ACCOUNT_ID}&limit=1", ["new"]),
        ("?destination=https://elsewhere.example/", ["gone"]),
        ("?created_from=2026-03-02T08:02:00Z&created_until=2026-03-02T09:03:00%2B01:00", ["broken", "taken"]),
    ],
)
def test_all_that_is_asked_must_hold(console: Console, query: str, names: list[str]) -> None:
    answer = console.ask("GET", DELIVERIES + query, who="reader")
    told: Any = answer.json
    assert [NAMES[each["id"]] for each in told["deliveries"]] == names
    assert told["is_cut"] is False
    assert told["total"] >= len(names)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?state=LOST", "state.0"),
        ("?trigger=OnRain", "trigger.0"),
        ("?created_from=yesterday", "created_from"),
        ("?limit=0", "limit"),
        ("?order=up", "order"),
        ("?colour=red", "colour"),
    ],
)
def test_a_wrong_parameter_is_named(console: Console, query: str, field: str) -> None:
    answer = console.ask("GET", DELIVERIES + query, who="reader")
    assert (answer.status_code, set(faults_in(answer))) == (400, {field})


def test_one_is_shown_with_every_attempt_and_what_people_did(console: Console) -> None:
    broken = console.deliveries.load(LOG["broken"].id)
    assert broken is not None
    console.deliveries.move(broken.resent(START), an_attempt(), HistoryEntry(START, "resent", "ann", "QUEUED"))
    told: Any = console.ask("GET", f"{DELIVERIES}/{broken.id}", who="reader").json
    assert (told["state"], told["round"], told["attempts"], told["body"]) == ("QUEUED", 2, 5, broken.body)
    assert [(line["number"], line["cause"]) for line in told["log"]] == [(1, "the receiver answered 503")]
    assert told["history"] == [{"at": "2026-03-02T08:00:00.000+00:00", "what": "resent", "cause": "ann"}]


def test_one_that_is_not_there_is_not_found(console: Console) -> None:
    assert console.ask("GET", f"{DELIVERIES}/none", who="reader").status_code == 404
    assert console.ask("GET", f"{RESENDS}/none", who="resender").status_code == 404


@pytest.mark.parametrize(("path", "who"), [(DELIVERIES, "ann"), (f"{DELIVERIES}/x", "ann"), (f"{RESENDS}/x", "reader")])
def test_each_needs_its_role(console: Console, path: str, who: str) -> None:
    assert console.ask("GET", path, who=who).status_code == 403


def test_without_confirmation_a_resend_counts_and_does_nothing(console: Console) -> None:
    answer = console.ask("POST", RESENDS, {"query": {"subscription_id": "subscription-1"}}, "resender")
    assert (answer.status_code, answer.json) == (200, {"count": 2, "is_more": False, "resend": None})
    assert console.resends.recent(10) == []
    assert console.publisher.enqueued == []


def test_confirmed_it_becomes_a_job_that_can_be_followed(console: Console) -> None:
    body = {"query": {"trigger": ["payment.held"]}, "reason": "the receiver was down", "confirm": True}
    answer = console.ask("POST", RESENDS, body, "resender")
    told: Any = answer.json
    assert (answer.status_code, told["count"]) == (202, 1)
    job = console.resends.load(told["resend"]["id"])
    assert job is not None
    assert (job.reason, job.requested_by, set(job.query.states)) == (
        "the receiver was down",
        "resender",
        {DeliveryState.FAILED},
    )
    assert console.publisher.enqueued == [(tasks.RESEND, job.id)]
    shown: Any = console.ask("GET", f"{RESENDS}/{job.id}", who="resender").json
    assert shown == told["resend"]
    assert (shown["counted"], shown["resent"], shown["finished_at"]) == (1, 0, None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "query"),
        ({"query": {"colour": "red"}}, "query.colour"),
        ({"query": {"state": ["SENT"]}}, "query.state"),
        ({"query": {"trigger": ["OnRain"]}}, "query.trigger.0"),
        ({"query": {}, "confirm": True}, "reason"),
        ({"query": {}, "confirm": True, "reason": " "}, "reason"),
        ({"query": {}, "confirm": "perhaps"}, "confirm"),
    ],
)
def test_a_resend_that_makes_no_sense_is_refused_by_its_field(
    console: Console, body: dict[str, Any], field: str
) -> None:
    answer = console.ask("POST", RESENDS, body, "resender")
    assert (answer.status_code, set(faults_in(answer))) == (400, {field})
    assert console.resends.recent(10) == []


def test_nothing_to_resend_makes_no_job(console: Console) -> None:
    body = {"query": {"event_id": "none"}, "reason": "to see", "confirm": True}
    answer = console.ask("POST", RESENDS, body, "resender")
    assert (answer.status_code, console.resends.recent(10)) == (200, [])
