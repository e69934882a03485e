"""Beat's scheduler: rings at fixed intervals by the monotonic clock, and not again while nobody listens.

Celery's own goes by the wall clock: one that is set back an hour would silence the sweeper for an hour. And it sends on
while no worker takes anything, until the broker's memory is full.
"""

import time
from contextlib import suppress
from typing import Any

from celery.beat import Scheduler

MOST_UNHEARD = 10  # messages of a task; the first of them finds everything that is due


class Bell(Scheduler):  # type: ignore[misc]  # Celery is not typed
    """For schedules of intervals alone."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._rings_at: dict[str, float] = {}
        self._is_closed = False
        super().__init__(*args, **options)

    def tick(self) -> float:
        """Ring for what is due. Seconds until the next."""
        if self._is_closed:
            raise SystemExit
        self.app.heart.beat()
        for entry in self.schedule.values():
            now = time.monotonic()
            if now >= self._rings_at.get(entry.name, now):
                self._rings_at[entry.name] = now + entry.schedule.run_every.total_seconds()
                self.apply_entry(entry, producer=self.producer)
        until_next = min(self._rings_at.values()) - time.monotonic()
        return float(min(max(until_next, 0.0), self.max_interval))

    def apply_async(self, entry: Any, producer: Any = None, advance: bool = True, **options: Any) -> Any:
        try:
            if self._unheard(entry.task, producer) >= MOST_UNHEARD:
                return None
            return super().apply_async(entry, producer=producer, advance=advance, **options)
        except Exception:
            self._connect_anew()
            raise

    def close(self) -> None:
        """On SIGTERM beat closes its scheduler and raises SystemExit wherever it is: in the middle of a read, redis-py
        makes another error of it, and beat would go on."""
        self._is_closed = True
        super().close()

    def _connect_anew(self) -> None:
        """With the next ring: a channel whose broker went away is no longer one, and kombu does not say so."""
        self.__dict__.pop("producer", None)
        if connection := self.__dict__.pop("connection", None):
            with suppress(Exception):
                connection.close()

    def _unheard(self, task: str, producer: Any) -> int:
        """How many messages wait in the task's queue; 0 when that cannot be told: then sending shows what is wrong."""
        queue = self.app.amqp.router.route({}, task)["queue"]
        try:
            return int(queue(producer.channel).queue_declare(passive=True).message_count)
        except self.connection.connection_errors + self.connection.channel_errors:
            return 0

    def _ensure_connected(self) -> Any:
        """Waiting for the broker is living, too."""
        with self.app.heart.beating():
            return super()._ensure_connected()
