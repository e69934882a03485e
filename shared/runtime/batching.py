"""Share one call between all who wait for one, without making a lone caller wait for company."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Generic, Protocol, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Deliver = Callable[[Callable[[], None]], object]


class Settleable(Protocol):
    """A future of either kind, concurrent.futures' or asyncio's."""

    def done(self) -> bool: ...
    def set_result(self, result: Any, /) -> None: ...
    def set_exception(self, exception: Exception, /) -> None: ...


def at_once(settle: Callable[[], None]) -> None:
    """Settle in the batcher's own thread, which is fine for all futures but an event loop's."""
    settle()


class Batcher(Generic[Item, Answer]):
    """Calls `run` with everything that has come since its last call began, at most `largest` items.

    `run` answers one value or exception per item, in order; an exception it raises is every item's. One thread, so
    calls never overlap: under load each batch is what gathered during the call before it. For futures of an event loop,
    `deliver` is its `call_soon_threadsafe`: the loop is woken once per batch.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Sequence[Answer | Exception]],
        largest: int,
        name: str,
        deliver: Deliver = at_once,
    ) -> None:
        self._run = run
        self._largest = largest
        self._deliver = deliver
        self._waiting: SimpleQueue[tuple[Item, Settleable]] = SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def submit(self, item: Item) -> "Future[Answer]":
        """The item's answer, soon."""
        future: Future[Answer] = Future()
        self.put(item, future)
        return future

    def put(self, item: Item, future: Settleable) -> None:
        """The same with a future that the caller brings."""
        self._waiting.put((item, future))

    def _work(self) -> None:
        while True:
            batch = [self._waiting.get()]
            try:
                while len(batch) < self._largest:
                    batch.append(self._waiting.get_nowait())
            except Empty:
                pass
            self._answer(batch)

    def _answer(self, batch: list[tuple[Item, Settleable]]) -> None:
        futures = [future for _, future in batch]
        answers: Sequence[Answer | Exception]
        try:
            answers = self._run([item for item, _ in batch])
            pairs = list(zip(futures, answers, strict=True))
        except Exception as error:
            pairs = [(future, error) for future in futures]
        self._deliver(lambda: _settle(pairs))


def _settle(pairs: Sequence[tuple[Settleable, Any]]) -> None:
    for future, answer in pairs:
        if future.done():  # its caller has given up
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
