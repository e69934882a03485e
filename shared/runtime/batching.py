"""Share one call between all who wait for one, without making a lone caller wait for company."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Batcher(Generic[Item, Answer]):
    """Calls `run` with everything that has come since its last call began, at most `largest` items.

    `run` answers one value or exception per item, in order; an exception it raises is every item's. One thread, so
    calls never overlap: under load each batch is what gathered during the call before it.
    """

    def __init__(self, run: Callable[[Sequence[Item]], Sequence[Answer | Exception]], largest: int, name: str) -> None:
        self._run = run
        self._largest = largest
        self._waiting: SimpleQueue[tuple[Item, Future[Answer]]] = SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def submit(self, item: Item) -> "Future[Answer]":
        """The item's answer, soon."""
        future: Future[Answer] = Future()
        self._waiting.put((item, future))
        return future

    def _work(self) -> None:
        while True:
            batch = [self._waiting.get()]
            try:
                while len(batch) < self._largest:
                    batch.append(self._waiting.get_nowait())
            except Empty:
                pass
            self._answer(batch)

    def _answer(self, batch: list[tuple[Item, "Future[Answer]"]]) -> None:
        try:
            answers = self._run([item for item, _ in batch])
            pairs = list(zip(batch, answers, strict=True))
        except Exception as error:
            for _, future in batch:
                future.set_exception(error)
            return
        for (_, future), answer in pairs:
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
