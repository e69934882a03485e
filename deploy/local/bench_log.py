"""`python -m deploy.local.bench_log`: what a page of the log of deliveries costs, as the log grows.

Times are given as a share of what the same costs in the shortest log, which is long enough for full pages: bounded
means that it stays near one. The logs are asked in turn, so that whatever else the machine does slows all of them. The
store is a Valkey of its own that keeps nothing on disk. BENCH_LOGS sets the lengths.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from rich.table import Table

from deploy.local.addresses import free_port
from deploy.local.progress import counting, output
from deploy.local.store_server import server_command
from shared.domain.hub.delivery import Delivery, FailureReason, delivery_id, idempotency_key
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.search import DeliveryQuery
from shared.domain.hub.triggers import Trigger
from shared.store.connection import connect
from shared.store.deliveries import Deliveries
from shared.store.delivery_search import DeliverySearch

LENGTHS = [int(length) for length in (os.environ.get("BENCH_LOGS") or "1000 10000 100000").split()]
BATCH, PAGE, REPEATS = 500, 10, 100
BODY_BYTES = 1_000
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
FAILED = frozenset({DeliveryState.FAILED})
TRIGGERS = (Trigger.PAYMENT_SETTLED, Trigger.REPAYMENT_POSTED, Trigger.ON_CREDIT_TRANSACTION, Trigger.ON_BALANCE_CHANGE)


@dataclass(frozen=True)
class Log:
    """In a database of its own; `bytes_each` is what one more delivery takes."""

    length: int
    search: DeliverySearch
    bytes_each: float


Times = Mapping[str, Sequence[float]]
"""Median milliseconds of each question, for each of the logs."""


def main() -> int:
    with ExitStack() as stack:
        url = stack.enter_context(_server())
        clients = [
            stack.enter_context(connect(f"{url}/{number}", timeout_seconds=30)) for number in range(len(LENGTHS))
        ]
        logs = [_filled(redis, length) for redis, length in zip(clients, LENGTHS, strict=True)]
        _print(logs, _asked(logs))
    return 0


def _asked(logs: Sequence[Log]) -> Times:
    asked = [_questions(log) for log in logs]
    return {name: _median_ms([of_log[name] for of_log in asked]) for name in asked[0]}


def _questions(log: Log) -> Mapping[str, Callable[[], object]]:
    a_tenth = timedelta(seconds=log.length / 10)
    queries = {
        "of all": DeliveryQuery(),
        "of a state": DeliveryQuery(states=FAILED),
        "of a subscription in a state": DeliveryQuery(subscription_id="subscription-1", states=FAILED),
        "of a time": DeliveryQuery(created_from=BEGAN + 2 * a_tenth, created_until=BEGAN + 5 * a_tenth),
        "of a trigger in a state": DeliveryQuery(triggers=frozenset(TRIGGERS[:1]), states=FAILED),
    }
    pages = {f"first page {name}": partial(log.search.page, query, 0, PAGE) for name, query in queries.items()}
    return {
        **pages,
        "last page of all": partial(log.search.page, DeliveryQuery(), log.length - PAGE, PAGE),
        "count of a state": partial(log.search.count, DeliveryQuery(states=FAILED)),
        "step of a resend": partial(log.search.following, DeliveryQuery(states=FAILED), PAGE),
    }


def _filled(redis: Redis, length: int) -> Log:
    before, deliveries = _memory(redis), Deliveries(redis)
    with counting(f"{length:,} deliveries", length // BATCH or 1) as done:
        for start in range(0, length, BATCH):
            deliveries.begin([_delivery(number) for number in range(start, min(start + BATCH, length))])
            done("")
    return Log(length, DeliverySearch(redis), (_memory(redis) - before) / length)


def _delivery(number: int) -> Delivery:
    """One a second, one in ten failed; ten subscriptions."""
    event_id = str(uuid.UUID(int=number))
    subscription_id = f"subscription-{number % 10}"
    found = delivery_id(event_id, subscription_id)
    delivery = Delivery(
        id=found,
        event_id=event_id,
        trigger=TRIGGERS[number // 10 % len(TRIGGERS)],
        subscription_id=subscription_id,
        bank_id="causeway",
        account_id=f"GB29CLRB0419{number % 5000:010}",
        destination=f"https://receiver-{number % 10}.example/hooks",
        method="POST",
        content_type="application/json",
        body=f'{{"event_id":"{event_id}","data":"{"x" * (BODY_BYTES - 60)}"}}',
        key=idempotency_key(found, 1),
        created_at=BEGAN + timedelta(seconds=number),
        due_at=BEGAN,
    )
    if number // 10 % 10 == 0:
        return delivery.failed(FailureReason.INVALID_HTTP_RESPONSE, "the receiver answered 503")
    return delivery.begin_attempt(BEGAN, timedelta(seconds=30)).taken(BEGAN)


def _median_ms(askings: Sequence[Callable[[], object]]) -> Sequence[float]:
    """Of each, asked in turn."""
    rounds = [[_milliseconds(ask) for ask in askings] for _ in range(REPEATS)]
    return [statistics.median(each) for each in zip(*rounds, strict=True)]


def _milliseconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def _memory(redis: Redis) -> int:
    return int(redis.info("memory")["used_memory"])


@contextmanager
def _server() -> Iterator[str]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="causeway-bench-") as folder:
        command = [*server_command(port, Path(folder)), "--appendonly", "no"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603
            try:
                url = f"redis://127.0.0.1:{port}"
                with connect(url) as redis:
                    _wait_for(redis)
                yield url
            finally:
                process.terminate()


def _wait_for(redis: Redis) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            redis.ping()
        except RedisError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _print(logs: Sequence[Log], times: Times) -> None:
    table = Table(title=f"The log of deliveries, pages of {PAGE}, bodies of {BODY_BYTES} bytes", title_justify="left")
    table.add_column("question")
    for log in logs:
        table.add_column(f"{log.length:,}", justify="right")
    for name, (shortest, *longer) in times.items():
        table.add_row(name, f"{shortest:.2f} ms", *(f"{each / shortest:.2f}" for each in longer))
    table.add_row("bytes for each delivery", *(f"{log.bytes_each:,.0f}" for log in logs))
    output().print(table)
    print("The first column in milliseconds (median), the others as a share of it.")


if __name__ == "__main__":
    sys.exit(main())
