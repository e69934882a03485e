"""Calls ask the gate first and tell it how they ended."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from services.worker.adapters.http import HttpClient, NoAnswerError, NotSentError, PausedError
from shared.store.gate import Report
from tests.unit.worker.adapters.outside import LOST_AFTER_SENDING, SHORT_SECONDS, Outside, a_line_that, nobody_listens

pytestmark = pytest.mark.enable_socket


@dataclass
class AGate:
    """Open unless told otherwise; keeps what it is told."""

    wait_seconds: float = 0.0
    reports: list[tuple[Report, float | None]] = field(default_factory=list)

    def seconds_to_wait(self) -> float:
        return self.wait_seconds

    def report(self, report: Report, after_seconds: float | None = None) -> float:
        self.reports.append((report, after_seconds))
        return 0.0


@pytest.mark.parametrize("status", [200, 202, 204, 400, 404, 409])
def test_an_answer_even_a_refusal_is_a_good_sign(outside: Outside, status: int) -> None:
    gate = AGate()
    outside.will_answer(status)
    HttpClient(outside.url, 10, gate).call("GET", "/x", {})
    assert gate.reports == [(Report.GOOD, None)]


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_side_that_fails_is_reported(outside: Outside, status: int) -> None:
    gate = AGate()
    outside.will_answer(status)
    HttpClient(outside.url, 10, gate).call("GET", "/x", {})
    assert gate.reports == [(Report.BAD, None)]


@pytest.mark.parametrize("status", [429, 503])
def test_who_asks_for_time_by_header_is_given_it(outside: Outside, status: int) -> None:
    gate = AGate()
    outside.will_answer(status, Retry_After="7")
    HttpClient(outside.url, 10, gate).call("GET", "/x", {})
    assert gate.reports == [(Report.SLOW_DOWN, 7.0)]


def test_who_asks_for_time_in_words_is_given_it(outside: Outside) -> None:
    gate = AGate()
    outside.will_answer(429, {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 30 seconds."})
    HttpClient(outside.url, 10, gate).call("GET", "/x", {})
    assert gate.reports == [(Report.SLOW_DOWN, 30.0)]


def test_a_side_that_cannot_be_reached_is_reported() -> None:
    gate = AGate()
    with pytest.raises(NotSentError):
        HttpClient(nobody_listens(), 10, gate).call("GET", "/x", {})
    assert gate.reports == [(Report.BAD, None)]


@pytest.mark.parametrize("fails", LOST_AFTER_SENDING)
def test_a_lost_answer_is_reported(fails: Any) -> None:
    gate = AGate()
    with a_line_that(fails) as url, pytest.raises(NoAnswerError):
        HttpClient(url, SHORT_SECONDS, gate).call("POST", "/x", {}, b"{}")
    assert gate.reports == [(Report.BAD, None)]


def test_nothing_is_sent_through_a_closed_gate_and_the_caller_hears_how_long(outside: Outside) -> None:
    gate = AGate(wait_seconds=12.5)
    with pytest.raises(PausedError) as caught:
        HttpClient(outside.url, 10, gate).call("POST", "/x", {}, b"{}")
    later = caught.value.try_later("the bank")
    assert (later.after_seconds, later.tried) == (12.5, False)
    assert outside.calls == []
    assert gate.reports == []
