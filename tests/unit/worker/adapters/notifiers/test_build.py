"""The document's channel, from the document to the wire."""

from datetime import date
from pathlib import Path

import pytest

from services.worker.adapters.notifiers.build import build_notifier
from services.worker.adapters.notifiers.mambu_task import MambuTask
from services.worker.ports import Notifier
from shared.domain.events import Addressed
from shared.domain.flows import Request
from shared.domain.outcomes import Accepted, NotDone, Outcome, Refused
from shared.runtime.notification_document import NotificationDocument, TaskAccess, load_notification_document
from tests.builders import a_notification
from tests.unit.runtime.notification_documents import URL, ZENDESK, write_document
from tests.unit.worker.adapters.notifiers.sinks import Sinks

NOTIFICATION = a_notification().apply(Addressed("", ""))


def to_core(request: Request) -> Outcome:
    return Accepted(f"task for {request.path}")


def channel_of(document: NotificationDocument | None) -> Notifier:
    return build_notifier(document, to_core, lambda: date(2026, 3, 29), timeout_seconds=10)


def test_tasks_go_by_the_core() -> None:
    channel = channel_of(NotificationDocument("notifications-uk", frozenset(), TaskAccess(None)))

    assert isinstance(channel, MambuTask)
    assert channel.send(channel.prepare(NOTIFICATION)) == Accepted("task for /tasks")


@pytest.mark.enable_socket
def test_a_document_for_zendesk_makes_tickets(sinks: Sinks, tmp_path: Path) -> None:
    path = write_document(tmp_path, ZENDESK, zenDeskSubdomain=f"{sinks.url}/zendesk")
    channel = channel_of(load_notification_document(path))

    assert channel.send(channel.prepare(NOTIFICATION)) == Accepted("1")
    [came] = sinks.came_to("zendesk")
    assert came["json"]["ticket"]["group_id"] == 360001234567


@pytest.mark.enable_socket
def test_a_document_for_a_url_calls_it(sinks: Sinks, tmp_path: Path) -> None:
    path = write_document(tmp_path, URL, webhookUrl=f"{sinks.url}/sink/alerts")
    channel = channel_of(load_notification_document(path))

    assert channel.send(channel.prepare(NOTIFICATION)) == Accepted()
    [came] = sinks.came_to("alerts")
    assert came["headers"]["x-api-key"] == "url-api-key"


def test_what_waits_for_a_document_that_was_taken_away_is_shown_to_a_person() -> None:
    channel = channel_of(None)

    with pytest.raises(ValueError, match="NOTIFICATION_SETUP_FILE is not set"):
        channel.prepare(NOTIFICATION)
    outcome = channel.send(Request("POST", "/tasks", "{}", "key"))
    assert isinstance(outcome, Refused)
    assert not outcome.verdict
    assert isinstance(channel.look_up(NOTIFICATION), NotDone)
