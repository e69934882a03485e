"""The figures of the store, as Prometheus wants them."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis import Redis

from shared.store.counts import Counts
from shared.store.figures import Figures, read_figures


class StoreCollector(Collector):
    """Asks the store at every scrape. Raises RedisError when it does not answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._counts = Counts(redis)

    def collect(self) -> Iterator[Metric]:
        figures = read_figures(self._redis)
        yield from _gauges(figures)
        yield from _counters(figures, self._counts.read())


def _gauges(figures: Figures) -> Iterator[Metric]:
    for name, meaning, value in (
        ("due_records", "Records that are not final and will be looked at again.", figures.due.count),
        ("sweeper_late_seconds", "How long the first due record has waited.", figures.due.oldest_seconds),
        ("parked_records", "Records that wait for a person.", figures.parked.count),
        ("parked_oldest_seconds", "How long the first of them has waited.", figures.parked.oldest_seconds),
        ("finished_receipts", "Webhooks that are done with and not yet released.", figures.finished_receipts),
        ("poison_kept", "Queue elements that were set aside and can be looked at.", figures.poison_kept),
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


def _counters(figures: Figures, counts: Mapping[tuple[str, ...], int]) -> Iterable[Metric]:
    poison = CounterMetricFamily("causeway_poison", "Queue elements set aside.", labels=("reason",))
    for reason, count in figures.poison_found.items():
        poison.add_metric((reason,), count)
    counters = {
        "tasks": CounterMetricFamily("causeway_tasks", "Tasks by what became of them.", labels=("task", "outcome")),
        "effects": CounterMetricFamily("causeway_effects", "Attempts at effects.", labels=("step", "outcome")),
    }
    for (name, *labels), count in counts.items():
        if name in counters:  # a newer worker may count more than this process knows
            counters[name].add_metric(labels, count)
    return poison, *counters.values()
