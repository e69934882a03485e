"""A ticket in ZenDesk, against the sandbox's imitation."""

import base64
import json
from typing import Any

import pytest

from services.worker.adapters.http import HttpClient
from services.worker.adapters.notifiers.zendesk import ZenDeskTicket, credentials
from shared.domain.notification import Flag, Notification
from shared.domain.outcomes import Accepted, NotDone, Refused, TryLater, Unknown
from tests.builders import a_notice, a_notification
from tests.unit.worker.adapters.notifiers.sinks import Sinks
from tests.unit.worker.adapters.outside import LOST_AFTER_SENDING, SHORT_SECONDS, a_line_that, nobody_listens

pytestmark = pytest.mark.enable_socket

GROUP_ID = 360001234567
NOTIFICATION = a_notification()


def a_channel(url: str, timeout_seconds: float = 10) -> ZenDeskTicket:
    headers = credentials("operations@lender.example", "zendesk-api-key")
    return ZenDeskTicket(HttpClient(f"{url}/zendesk", timeout_seconds), headers, GROUP_ID, "https://console")


def ticket_for(notification: Notification) -> dict[str, Any]:
    ticket: dict[str, Any] = json.loads(a_channel("http://desk").prepare(notification).body)["ticket"]
    return ticket


def outcome_of(sinks: Sinks, status: int, body: Any = None, **headers: str) -> Any:
    """What becomes of a ticket that is answered like this."""
    sinks.will_answer("zendesk", status, body, **headers)
    channel = a_channel(sinks.url)
    return channel.send(channel.prepare(NOTIFICATION))


def test_a_ticket_is_created_and_its_number_kept(sinks: Sinks) -> None:
    channel = a_channel(sinks.url)
    request = channel.prepare(NOTIFICATION)

    assert channel.send(request) == Accepted("1")
    [came] = sinks.came_to("zendesk")
    assert came["body"] == request.body
    assert came["headers"]["idempotency-key"] == request.key
    assert came["headers"]["content-type"] == "application/json"
    scheme, _, secret = came["headers"]["authorization"].partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(secret) == b"operations@lender.example/token:zendesk-api-key"


def test_a_login_that_has_its_suffix_already_gets_no_second_one() -> None:
    assert credentials("a@lender.example/token", "key") == credentials("a@lender.example", "key")


def test_a_ticket_says_whom_it_is_for_and_what_it_is_about() -> None:
    ticket = ticket_for(NOTIFICATION)

    assert ticket.pop("comment")["body"].startswith("The payment could not be made.\n\nLoan: LOAN1\n")
    assert ticket == {
        "subject": "The payment could not be made (loan LOAN1, £1,500.00)",
        "group_id": GROUP_ID,
        "priority": "high",
        "external_id": NOTIFICATION.id,
        "tags": ["causeway", "createPayment"],
    }


def test_what_puts_no_money_at_risk_is_of_normal_priority() -> None:
    held = a_notification(a_notice(code="held", flags=(Flag.UPDATE_CUSTOM_FIELD,)))

    assert ticket_for(held)["priority"] == "normal"


def test_a_repeat_makes_no_second_ticket(sinks: Sinks) -> None:
    channel = a_channel(sinks.url)
    request = channel.prepare(NOTIFICATION)

    assert channel.send(request) == channel.send(request) == Accepted("1")


@pytest.mark.parametrize("status", [401, 403, 408, 429, 503])
def test_what_time_or_a_right_password_cures_is_tried_later(sinks: Sinks, status: int) -> None:
    assert isinstance(outcome_of(sinks, status), TryLater)


@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_that_zendesk_asks_for_is_kept(sinks: Sinks, status: int) -> None:
    assert outcome_of(sinks, status, Retry_After="93").after_seconds == 93


@pytest.mark.parametrize("status", [200, 201, 202, 500, 502, 504])
def test_an_answer_without_a_ticket_leaves_it_unknown(sinks: Sinks, status: int) -> None:
    outcome = outcome_of(sinks, status, {})

    assert isinstance(outcome, Unknown)
    assert not outcome.seen


def test_a_conflict_is_looked_up_before_it_is_repeated(sinks: Sinks) -> None:
    assert outcome_of(sinks, 409) == Unknown("ZenDesk answered 409", seen=True)


@pytest.mark.parametrize("status", [400, 422])
def test_a_ticket_that_is_wrong_is_refused_in_zendesks_words(sinks: Sinks, status: int) -> None:
    body = {"error": "RecordInvalid", "description": "Record validation errors", "details": {"group_id": ["invalid"]}}
    reason = "ZenDesk refused the ticket: RecordInvalid; Record validation errors; {'group_id': ['invalid']}"

    assert outcome_of(sinks, status, body) == Refused("ticket_refused", reason)


@pytest.mark.parametrize("status", [302, 404, 410])
def test_a_wrong_address_is_a_fault_of_ours_for_a_person(sinks: Sinks, status: int) -> None:
    outcome = outcome_of(sinks, status, Location=f"{sinks.url}/sink/elsewhere")

    assert isinstance(outcome, Refused)
    assert not outcome.verdict
    assert sinks.came_to("elsewhere") == []


def test_a_zendesk_that_cannot_be_reached_got_nothing() -> None:
    channel = a_channel(nobody_listens())

    assert isinstance(channel.send(channel.prepare(NOTIFICATION)), TryLater)
    assert isinstance(channel.look_up(NOTIFICATION), Unknown)


@pytest.mark.parametrize("fails", LOST_AFTER_SENDING)
def test_a_ticket_whose_answer_is_lost_may_have_been_made(fails: Any) -> None:
    with a_line_that(fails) as url:
        channel = a_channel(url, SHORT_SECONDS)
        assert isinstance(channel.send(channel.prepare(NOTIFICATION)), Unknown)


def test_a_ticket_whose_answer_was_lost_is_found_by_its_external_id(sinks: Sinks) -> None:
    assert isinstance(outcome_of(sinks, 200), Unknown)

    assert a_channel(sinks.url).look_up(NOTIFICATION) == Accepted("1")


def test_a_ticket_that_is_not_listed_was_not_made(sinks: Sinks) -> None:
    other = a_notification(a_notice(code="held"))
    channel = a_channel(sinks.url)
    channel.send(channel.prepare(other))

    assert isinstance(channel.look_up(NOTIFICATION), NotDone)


@pytest.mark.parametrize(("status", "body"), [(500, None), (429, None), (200, "no JSON"), (200, {"count": 0})])
def test_a_look_up_without_a_list_tells_nothing(sinks: Sinks, status: int, body: Any) -> None:
    sinks.will_answer("zendesk-look-ups", status, body)

    assert isinstance(a_channel(sinks.url).look_up(NOTIFICATION), Unknown)


def test_a_listed_ticket_with_another_external_id_is_not_ours(sinks: Sinks) -> None:
    sinks.will_answer("zendesk-look-ups", 200, {"tickets": [{"id": 9, "external_id": "another"}, "no ticket"]})

    assert isinstance(a_channel(sinks.url).look_up(NOTIFICATION), NotDone)
