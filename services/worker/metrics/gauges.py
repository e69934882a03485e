"""The figures of the store as gauges. docs/metrics.md explains each."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from shared.store.backlog import Backlog
from shared.store.delivery_figures import DeliveryFigures
from shared.store.figures import Figures
from shared.store.server_health import ServerHealth


def figure_gauges(figures: Figures) -> Iterator[Metric]:
    for name, meaning, value in (
        ("due_records", "Records that are not final and will be looked at again.", figures.due.count),
        ("sweeper_late_seconds", "How long the first due record has waited.", figures.due.oldest_seconds),
        ("parked_records", "Records that wait for a person.", figures.parked.count),
        ("parked_oldest_seconds", "How long the first of them has waited.", figures.parked.oldest_seconds),
        ("finished_receipts", "Webhooks that are done with and not yet released.", figures.finished_receipts),
        ("poison_kept", "Queue elements that were set aside and can be looked at.", figures.poison_kept),
        ("quarantined_records", "Parked records that cannot be read.", figures.quarantined),
    ):
        yield GaugeMetricFamily(f"causeway_{name}", meaning, value)
    flows = GaugeMetricFamily("causeway_flows", "Flows in a state.", labels=("kind", "state"))
    oldest = GaugeMetricFamily(
        "causeway_flows_oldest_seconds", "How long the first of them has been in it.", labels=("kind", "state")
    )
    for labels, pile in figures.flows.items():
        flows.add_metric(labels, pile.count)
        oldest.add_metric(labels, pile.oldest_seconds)
    yield from (flows, oldest)
    if figures.queued:
        queued = GaugeMetricFamily("causeway_queue_messages", "Messages that no worker has taken.", labels=("queue",))
        for queue, count in figures.queued.items():
            queued.add_metric((queue,), count)
        yield queued
        yield GaugeMetricFamily(
            "causeway_queue_unacknowledged", "Messages taken and not yet done with.", figures.unacknowledged
        )


def backlog_gauges(backlog: Backlog) -> Iterator[Metric]:
    receipts = GaugeMetricFamily(
        "causeway_unfinished_receipts_oldest_seconds", "Age of the oldest unfinished webhook.", labels=("waiting",)
    )
    for waits, seconds in backlog.receipt_seconds.items():
        receipts.add_metric((str(waits).lower(),), seconds)
    moving = GaugeMetricFamily(
        "causeway_moving_flows_oldest_seconds",
        "How long the first flow that is not parked has been in a state that it must leave.",
        labels=("kind", "state"),
    )
    for labels, seconds in backlog.flow_seconds.items():
        moving.add_metric(labels, seconds)
    parked = GaugeMetricFamily(
        "causeway_parked_by_reason", "The longest parked records by reason.", labels=("what", "reason")
    )
    for labels, count in backlog.parked.items():
        parked.add_metric(labels, count)
    yield from (receipts, moving, parked)


def delivery_gauges(figures: DeliveryFigures) -> Iterator[Metric]:
    deliveries = GaugeMetricFamily("causeway_deliveries", "Outgoing webhooks in a state.", labels=("state",))
    for state, pile in figures.states.items():
        deliveries.add_metric((state.value,), pile.count)
    yield deliveries
    for name, meaning, value in (
        ("late_seconds", "How long the first due one has waited.", figures.due.oldest_seconds),
        ("set_aside", "Those that cannot be read.", figures.set_aside.count),
    ):
        yield GaugeMetricFamily(f"causeway_deliveries_{name}", meaning, value)


def server_gauges(server: ServerHealth | None) -> Iterator[Metric]:
    if server is None:
        return
    for name, meaning, value in (
        ("memory_bytes", "Memory that the store uses.", server.memory_bytes),
        ("memory_limit_bytes", "Memory that the store may use, 0 for no limit.", server.memory_limit_bytes),
        ("log_written", "1 when the last write and rewrite of the store's log succeeded.", server.log_is_written),
        ("replicas", "Replicas that are connected to the store.", server.replicas),
    ):
        yield GaugeMetricFamily(f"causeway_store_{name}", meaning, value)
