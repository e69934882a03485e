"""A task in Mambu, by the core's own way of sending."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.worker.adapters.notifiers.mambu_task import MambuTask
from shared.domain.events import Addressed
from shared.domain.flows import Request, Step, StepRecord
from shared.domain.notification import Notification
from shared.domain.outcomes import Accepted, NotDone, Outcome
from tests.builders import LOAN_KEY, a_notification


class Core:
    """Takes whatever is sent."""

    def __init__(self) -> None:
        self.sent: list[Request] = []

    def send(self, request: Request) -> Outcome:
        self.sent.append(request)
        return Accepted("7")


def a_channel(core: Core | None = None, default_assignee_key: str | None = "default-user") -> MambuTask:
    return MambuTask((core or Core()).send, default_assignee_key, lambda: date(2026, 3, 29), "https://console")


def an_addressed_notification(loan_key: str = LOAN_KEY, assignee_key: str = "loan-officer") -> Notification:
    return a_notification().apply(Addressed(loan_key, assignee_key))


def task_for(notification: Notification, default_assignee_key: str | None = "default-user") -> dict[str, Any]:
    request = a_channel(default_assignee_key=default_assignee_key).prepare(notification)
    task: dict[str, Any] = json.loads(request.body)
    return task


def test_a_task_names_its_loan_its_assignee_and_today() -> None:
    task = task_for(an_addressed_notification())

    assert task.pop("description").startswith("The payment could not be made.\n\nLoan: LOAN1\n")
    assert task == {
        "title": "The payment could not be made (loan LOAN1, £1,500.00)",
        "dueDate": "2026-03-29",
        "assignedUserKey": "loan-officer",
        "taskLinkKey": LOAN_KEY,
        "taskLinkType": "LOAN_ACCOUNT",
    }


def test_a_task_for_nobody_goes_to_the_default_assignee() -> None:
    assert task_for(an_addressed_notification(assignee_key=""))["assignedUserKey"] == "default-user"


def test_a_task_may_be_assigned_to_nobody() -> None:
    assert "assignedUserKey" not in task_for(an_addressed_notification(assignee_key=""), default_assignee_key=None)


def test_a_task_about_no_known_loan_has_no_link() -> None:
    assert not {"taskLinkKey", "taskLinkType"} & set(task_for(an_addressed_notification(loan_key="")))


def test_the_same_notification_is_the_same_call_until_a_person_has_it_sent_again() -> None:
    notification = an_addressed_notification()
    again = notification.with_step(Step.SEND, StepRecord(generation=2))
    first, second, anew = (
        a_channel().prepare(each) for each in (notification, replace(notification, version=5), again)
    )

    assert first == second
    assert (first.method, first.path) == ("POST", "/tasks")
    assert first.key != anew.key


def test_a_notification_without_an_address_cannot_be_prepared() -> None:
    with pytest.raises(ValueError, match="no address"):
        a_channel().prepare(a_notification())


def test_a_task_goes_out_by_the_core() -> None:
    core = Core()
    channel = a_channel(core)
    request = channel.prepare(an_addressed_notification())

    assert channel.send(request) == Accepted("7")
    assert core.sent == [request]


def test_a_second_task_is_better_than_none() -> None:
    assert isinstance(a_channel().look_up(an_addressed_notification()), NotDone)
