"""A pool of threads that may be left behind: one that hangs in a driver keeps no process from ending.

The standard library's ThreadPoolExecutor waits for its threads at exit, hung ones too.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Generic, TypeVar

Result = TypeVar("Result")


class DaemonThreads(Generic[Result]):
    def __init__(self, count: int, name: str) -> None:
        self._waiting: SimpleQueue[tuple[Future[Result], Callable[[], Result]]] = SimpleQueue()
        for _ in range(count):
            threading.Thread(target=self._work, name=name, daemon=True).start()

    def submit(self, call: Callable[[], Result]) -> "Future[Result]":
        future: Future[Result] = Future()
        self._waiting.put((future, call))
        return future

    def _work(self) -> None:
        while True:
            future, call = self._waiting.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(call())
            except Exception as error:
                future.set_exception(error)
