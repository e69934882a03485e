"""One trace tells a payment's whole way: the webhook, its receipt, the flow's steps, the calls of the bank."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from celery import Celery
from celery.worker.request import Request
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry
from requests.adapters import HTTPAdapter

from services.listener.acceptance import Desk, Metrics
from services.listener.clearbank import ClearBank
from services.listener.lean_door import LeanDoor
from services.listener.store_and_sign import Taken, Wanted
from services.worker.adapters.http import HttpClient, NoAnswerError
from services.worker.tasks import inbound
from services.worker.tasks.boundary import guarded
from services.worker.tasks.watched import WatchedJournal
from shared.messages import queues, tasks
from shared.runtime import tracing
from shared.runtime.celery_app import make_celery
from shared.runtime.envelope import EnvelopeTemplate
from shared.runtime.spans import Spans
from shared.signing.client import SignedAnswer
from shared.store.inbox import Acceptance, NewReceipt
from tests import builders
from tests.fakes.lender import FakeLender
from tests.unit.listener.lean import Protocol
from tests.unit.listener.listeners import a_webhook
from tests.unit.worker.adapters.simulated_bank import OPERATING_IBAN, a_simulated_bank

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """This process traces, and keeps what it would send."""
    exporter = InMemorySpanExporter()
    spans = Spans("test", "", exporter)
    monkeypatch.setattr(tracing._Process, "spans", spans)
    yield exporter
    spans.close()


def finished(exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    """By when they began."""
    tracing.end_tracing()
    return sorted(exporter.get_finished_spans(), key=lambda span: span.start_time or 0)


def told(span: ReadableSpan) -> dict[str, Any]:
    """Its attributes, without what their names begin with."""
    return {name.removeprefix("causeway."): value for name, value in (span.attributes or {}).items()}


def received(raw: bytes) -> NewReceipt:
    """The webhook as the listener's door hands it to the store."""
    stored: list[NewReceipt] = []

    def take(wanted: Wanted, taken: "asyncio.Future[Taken]") -> None:
        stored.append(wanted.receipt)
        taken.set_result(Taken(Acceptance.STORED, "its name", SignedAnswer(b"{}", "signature")))

    desk = Desk(EnvelopeTemplate(tasks.RECEIVE_WEBHOOK).fill, {}, Metrics(CollectorRegistry()))
    door = LeanDoor(ClearBank(desk, lambda *_: True), take)
    scope: Any = SimpleNamespace(client="127.0.0.1:50000", headers={"content-type": "application/json"})
    protocol: Any = Protocol(raw)
    asyncio.run(door(scope, protocol))
    return stored[0]


def worked_on(element: bytes, app: Celery) -> None:
    """The queue element as a worker takes it, run here."""
    with app.connection_for_write() as connection:
        channel = connection.default_channel
        channel._put(queues.INBOUND, json.loads(element))
        message = channel.Message(channel._get(queues.INBOUND), channel=channel)
        Request(message, app=app, task=app.tasks[tasks.RECEIVE_WEBHOOK], decoded=False).execute()


def test_one_trace_leads_from_the_webhook_to_the_call_of_the_bank(
    exporter: InMemorySpanExporter, tmp_path: Path
) -> None:
    lender = FakeLender(builders.the_rules(operating_iban=OPERATING_IBAN))
    raw, order, app = a_webhook(), builders.a_disbursement_order(), make_celery("memory://")
    lender.interpreter.learn(raw, [order])
    lender.books(order)
    receipt = received(raw)
    lender.inbox.accept([receipt])
    with a_simulated_bank(tmp_path) as simulated:
        office = replace(lender.office, bank=simulated.bank, journal=WatchedJournal(lender.journal, lambda *_: None))
        inbound.register(app, lambda: office, lambda *_: None)
        worked_on(receipt.envelope, app)

    spans = finished(exporter)
    assert len({span.context.trace_id for span in spans}) == 1
    assert [span.name for span in spans if span.name != "flow step"] == [
        "webhook received",
        tasks.RECEIVE_WEBHOOK,
        "call 127.0.0.1",
    ]
    webhook, task, call = (told(span) for span in spans if span.name != "flow step")
    assert webhook["receipt_id"] == task["receipt_id"] == receipt.identity.fingerprint
    assert (call["url.path"], call["http.response.status_code"]) == ("/v3/payments/fps", 202)
    steps = [told(span)["what"] for span in spans if span.name == "flow step"]
    assert steps[-2:] == ["pay attempt 1", "pay accepted"]


def test_a_message_that_the_sweeper_sent_begins_a_trace_and_names_its_receipt(exporter: InMemorySpanExporter) -> None:
    run = guarded(tasks.RECEIVE_WEBHOOK, lambda *_: None)(lambda _: None)
    run("the receipt")
    (span,) = finished(exporter)
    assert (span.parent, told(span)) == (None, {"receipt_id": "the receipt"})


def test_the_clocks_own_work_is_no_trace(exporter: InMemorySpanExporter) -> None:
    guarded(tasks.SWEEP, lambda *_: None)(lambda: None)()
    assert finished(exporter) == []


def test_an_error_is_told_by_its_type_and_not_by_its_words(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="GB29"), tracing.span("asked"):
        raise ValueError("no loan for GB29NWBK60161331926819")
    (span,) = finished(exporter)
    assert (span.status.is_ok, span.status.description, span.events) == (False, "ValueError", ())


def test_the_other_side_is_not_told_of_the_trace(
    exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[requests.PreparedRequest] = []

    def send(_: HTTPAdapter, request: requests.PreparedRequest, **__: Any) -> requests.Response:
        sent.append(request)
        raise requests.ReadTimeout

    monkeypatch.setattr(HTTPAdapter, "send", send)
    with tracing.span("asked"), pytest.raises(NoAnswerError):
        HttpClient("https://bank.invalid", 1).call("GET", "/v1/Test", {}, parameters={"iban": "GB29"})
    assert {name.lower() for name in sent[0].headers}.isdisjoint({"traceparent", "tracestate", "baggage"})
    assert {told(span).get("url.path") for span in finished(exporter)} == {None, "/v1/Test"}
