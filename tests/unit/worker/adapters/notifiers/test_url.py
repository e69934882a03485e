"""A call of the lender's own URL, against the sandbox's sinks."""

from dataclasses import replace
from typing import Any

import pytest

from services.worker.adapters.notifiers.url import UrlCall
from shared.domain.flows import Step, StepRecord
from shared.domain.outcomes import Accepted, NotDone, Refused, TryLater, Unknown
from tests.builders import a_notice, a_notification
from tests.unit.worker.adapters.notifiers.sinks import Sinks
from tests.unit.worker.adapters.outside import LOST_AFTER_SENDING, SHORT_SECONDS, a_line_that, nobody_listens

pytestmark = pytest.mark.enable_socket

NOTIFICATION = a_notification()


def a_channel(url: str, timeout_seconds: float = 10) -> UrlCall:
    return UrlCall(url, "url-api-key", timeout_seconds, "https://console")


def outcome_of(sinks: Sinks, status: int, **headers: str) -> Any:
    """What becomes of a call that is answered like this."""
    sinks.will_answer("alerts", status, **headers)
    channel = a_channel(f"{sinks.url}/sink/alerts")
    return channel.send(channel.prepare(NOTIFICATION))


def test_a_call_brings_the_text_and_its_parts_under_the_api_key(sinks: Sinks) -> None:
    channel = a_channel(f"{sinks.url}/sink/alerts/team?sig=secret")
    request = channel.prepare(NOTIFICATION)

    assert channel.send(request) == Accepted()
    [came] = sinks.came_to("alerts")
    assert (came["method"], came["path"], came["query"]) == ("POST", "/sink/alerts/team", {"sig": "secret"})
    assert came["headers"]["x-api-key"] == "url-api-key"
    assert came["headers"]["x-notifications-idempotency-key"] == request.key
    assert came["headers"]["content-type"] == "application/json"
    assert came["json"].pop("text").startswith("The payment could not be made.\n\nLoan: LOAN1\n")
    assert came["json"] == {
        "idempotencyKey": request.key,
        "about": "disbursement:8a8187366a01d4a1016a023792a50001",
        "code": "pay:gave_up",
        "subject": "The payment could not be made (loan LOAN1, £1,500.00)",
        "loanId": "LOAN1",
        "amountPence": 150_000,
        "reason": "the bank was busy for a day",
        "advice": "look the payment up at the bank",
        "link": "https://console/flows/disbursement%3A8a8187366a01d4a1016a023792a50001",
    }


def test_what_is_not_known_is_null(sinks: Sinks) -> None:
    channel = UrlCall(f"{sinks.url}/sink/alerts", "url-api-key", 10, console_url="")
    notice = a_notice(reason="", advice="", loan_id="", amount_pence=None)
    channel.send(channel.prepare(a_notification(notice)))

    [came] = sinks.came_to("alerts")
    assert {key for key, value in came["json"].items() if value is None} == {
        "loanId",
        "amountPence",
        "reason",
        "advice",
        "link",
    }


def test_the_stored_call_does_not_hold_the_address_or_the_key() -> None:
    shown = repr(a_channel("https://hooks.lender.example/a?sig=url-secret").prepare(NOTIFICATION))

    assert "url-secret" not in shown
    assert "url-api-key" not in shown


def test_the_same_notification_is_the_same_call_until_a_person_has_it_sent_again() -> None:
    channel = a_channel("https://hooks.lender.example")
    again = NOTIFICATION.with_step(Step.SEND, StepRecord(generation=2))

    assert channel.prepare(NOTIFICATION) == channel.prepare(replace(NOTIFICATION, version=5))
    assert channel.prepare(NOTIFICATION).key != channel.prepare(again).key


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_a_success(sinks: Sinks, status: int) -> None:
    assert outcome_of(sinks, status) == Accepted()


@pytest.mark.parametrize("status", [408, 429, 503])
def test_a_receiver_that_is_busy_is_called_later(sinks: Sinks, status: int) -> None:
    outcome = outcome_of(sinks, status, Retry_After="30")

    assert isinstance(outcome, TryLater)
    assert outcome.after_seconds == 30


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_receiver_that_failed_may_have_heard_it(sinks: Sinks, status: int) -> None:
    assert isinstance(outcome_of(sinks, status), Unknown)


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422])
def test_a_receiver_that_will_not_have_it_is_for_a_person(sinks: Sinks, status: int) -> None:
    assert outcome_of(sinks, status) == Refused(f"http_{status}", f"webhookUrl answered {status}", verdict=False)


def test_the_api_key_goes_to_no_other_address(sinks: Sinks) -> None:
    outcome = outcome_of(sinks, 307, Location=f"{sinks.url}/sink/elsewhere")

    assert isinstance(outcome, Refused)
    assert sinks.came_to("elsewhere") == []


def test_a_receiver_that_cannot_be_reached_got_nothing() -> None:
    channel = a_channel(nobody_listens())

    assert isinstance(channel.send(channel.prepare(NOTIFICATION)), TryLater)


@pytest.mark.parametrize("fails", LOST_AFTER_SENDING)
def test_a_call_whose_answer_is_lost_may_have_been_heard(fails: Any) -> None:
    with a_line_that(fails) as url:
        channel = a_channel(url, SHORT_SECONDS)
        assert isinstance(channel.send(channel.prepare(NOTIFICATION)), Unknown)


def test_a_message_written_for_another_channel_is_not_sent(sinks: Sinks) -> None:
    channel = a_channel(f"{sinks.url}/sink/alerts")
    request = replace(channel.prepare(NOTIFICATION), path="/tasks")

    assert channel.send(request) == Refused(
        "channel_changed", "the message was written for another channel", verdict=False
    )
    assert sinks.came_to("alerts") == []


def test_a_second_call_is_better_than_none() -> None:
    assert isinstance(a_channel("https://hooks.lender.example").look_up(NOTIFICATION), NotDone)
