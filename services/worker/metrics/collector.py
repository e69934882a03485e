"""Asks the store at every scrape, and tells what it answers as Prometheus wants it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis import Redis

from services.worker.metrics.gauges import backlog_gauges, delivery_gauges, figure_gauges, server_gauges
from shared.store.backlog import read_backlog
from shared.store.connection import connect
from shared.store.counts import Counts
from shared.store.delivery_figures import read_delivery_figures
from shared.store.durability import volatility
from shared.store.figures import read_figures
from shared.store.server_health import read_server_health


@dataclass(frozen=True)
class Watched:
    """What is known beside the store: `queues` that stand on it, `demand_durable_url` to ask whether it keeps what it
    answers ("" not to ask), the last good day of each credential that some day is good no more."""

    queues: Sequence[str] = ()
    demand_durable_url: str = field(default="", repr=False)
    expiry_dates: Mapping[str, date] = field(default_factory=dict)


class StoreCollector(Collector):
    """Raises RedisError when the store does not answer."""

    def __init__(self, redis: Redis, watched: Watched) -> None:
        self._redis = redis
        self._counts = Counts(redis)
        self._watched = watched

    def collect(self) -> Iterator[Metric]:
        figures = read_figures(self._redis, self._watched.queues)
        yield from figure_gauges(figures)
        yield from backlog_gauges(read_backlog(self._redis))
        yield from delivery_gauges(read_delivery_figures(self._redis))
        yield from server_gauges(read_server_health(self._redis))
        yield from self._durability()
        yield from _expiries(self._watched.expiry_dates)
        yield from _counters(figures.poison_found, self._counts.read())

    def _durability(self) -> Iterator[Metric]:
        """The server's settings are looked at when a connection begins: so one is made."""
        if url := self._watched.demand_durable_url:
            with connect(url, demand_durable=True) as redis:
                is_durable = not volatility(redis)
            yield GaugeMetricFamily(
                "causeway_store_durable", "1 when the server's settings keep what it has answered for.", is_durable
            )


def _expiries(dates: Mapping[str, date]) -> Iterator[Metric]:
    expiries = GaugeMetricFamily(
        "causeway_credential_expires_timestamp_seconds",
        "When a credential's last day begins, in Unix time (UTC).",
        labels=("credential",),
    )
    for credential, day in dates.items():
        expiries.add_metric((credential,), datetime.combine(day, time(), UTC).timestamp())
    yield expiries


def _counters(poison_found: Mapping[str, int], counts: Mapping[tuple[str, ...], int]) -> Iterable[Metric]:
    poison = CounterMetricFamily("causeway_poison", "Queue elements set aside.", labels=("reason",))
    for reason, count in poison_found.items():
        poison.add_metric((reason,), count)
    counters = {
        "tasks": CounterMetricFamily("causeway_tasks", "Tasks by what became of them.", labels=("task", "outcome")),
        "effects": CounterMetricFamily("causeway_effects", "Attempts at effects.", labels=("step", "outcome")),
        "delivery_attempts": CounterMetricFamily(
            "causeway_delivery_attempts", "Attempts at outgoing webhooks.", labels=("outcome",)
        ),
    }
    for (name, *labels), count in counts.items():
        if name in counters:  # a newer worker may count more than this process knows
            counters[name].add_metric(labels, count)
    return poison, *counters.values()
