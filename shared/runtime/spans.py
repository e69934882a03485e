"""Spans as OpenTelemetry makes and sends them; imported by none but a process that traces."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Status, StatusCode, Tracer, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

# The collector is near, and no stop shall wait long for one that is away.
EXPORT_TIMEOUT_SECONDS = 2

_HEADER = "traceparent"
_PROPAGATOR = TraceContextTextMapPropagator()


class Spans:
    """Sends to `<endpoint>/v1/traces` every few seconds; what cannot be sent is dropped, and the log says so.

    Begins at the first span, which every process makes after its fork. OTEL_TRACES_SAMPLER says how many are kept.
    """

    def __init__(self, service: str, endpoint: str, exporter: SpanExporter | None = None) -> None:
        self._service = service
        self._exporter = exporter or OTLPSpanExporter(f"{endpoint}/v1/traces", timeout=EXPORT_TIMEOUT_SECONDS)

    @cached_property
    def _provider(self) -> TracerProvider:
        provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"causeway-{self._service}"}))
        provider.add_span_processor(BatchSpanProcessor(self._exporter))
        return provider

    @cached_property
    def _tracer(self) -> Tracer:
        return self._provider.get_tracer("causeway")

    @contextmanager
    def span(self, name: str, parent: str, attributes: Mapping[str, str | int]) -> Iterator[None]:
        context = _PROPAGATOR.extract({_HEADER: parent}) if parent else None
        with self._tracer.start_as_current_span(
            name,
            context,
            attributes=_named(attributes),
            # An error's words may hold somebody's account.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    def note(self, attributes: Mapping[str, str | int]) -> None:
        get_current_span().set_attributes(_named(attributes))

    def traceparent(self) -> str:
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        return carrier.get(_HEADER, "")

    def flush(self) -> None:
        self._provider.force_flush(EXPORT_TIMEOUT_SECONDS * 1000)

    def close(self) -> None:
        """For tests: no thread is left behind."""
        self._provider.shutdown()


def _named(attributes: Mapping[str, str | int]) -> dict[str, str | int]:
    return {name if "." in name else f"causeway.{name}": value for name, value in attributes.items()}
