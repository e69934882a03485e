"""OpenTelemetry traces, from the webhook to the call of the bank. Off unless OTEL_EXPORTER_OTLP_ENDPOINT is set: then
nothing that makes or sends spans is imported, and a span costs one look.

Like the log, the trace is the process's own: whoever does something worth a span says so, and nobody hands it on.
Spans hold ids, states and paths; never bodies, names, amounts, account numbers, queries, or the words of an error.
"""

import importlib
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from shared.runtime.settings import SettingsReader, refuse_to_start

_NO_SPAN: AbstractContextManager[None] = nullcontext()


class _Process:
    spans: ClassVar[Any] = None  # a shared.runtime.spans.Spans while this process traces


def begin_tracing(service: str) -> None:
    """Say once, at the start, who this process is. Ends it with a sentence when the endpoint is no URL."""
    reader = SettingsReader()
    is_wanted = reader.has("OTEL_EXPORTER_OTLP_ENDPOINT")
    endpoint = reader.url("OTEL_EXPORTER_OTLP_ENDPOINT") if is_wanted else ""
    if reader.faults:
        refuse_to_start(reader.faults)
    _Process.spans = importlib.import_module("shared.runtime.spans").Spans(service, endpoint) if endpoint else None


def is_tracing() -> bool:
    return _Process.spans is not None


def span(name: str, parent: str = "", **attributes: str | int) -> AbstractContextManager[None]:
    """What happens inside is one span: of the trace at hand, of the one that `parent` (a traceparent) names, or the
    first of a new one. What is raised inside marks it as failed, by the error's type alone.

    `receipt_id=...` becomes the attribute `causeway.receipt_id`; a name with a dot is kept.
    """
    return _NO_SPAN if _Process.spans is None else _Process.spans.span(name, parent, attributes)


def note(**attributes: str | int) -> None:
    """Say something of the span at hand that was not known when it began."""
    if _Process.spans is not None:
        _Process.spans.note(attributes)


def traceparent() -> str:
    """Names the span at hand to whoever goes on with the work (W3C Trace Context), "" when there is none."""
    return "" if _Process.spans is None else str(_Process.spans.traceparent())


def end_tracing() -> None:
    """Send what is not sent yet, from a process that ends without cleaning up, as Celery's children do."""
    if _Process.spans is not None:
        _Process.spans.flush()
