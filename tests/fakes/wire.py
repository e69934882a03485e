"""Every call that leaves the use case goes over the wire: a test counts them, and lets the worker die at one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

When = Literal["before", "after"]


class WorkerDied(BaseException):
    """The process is gone. "before": the call never left; "after": it took effect and nobody heard the answer."""


class Wire:
    def __init__(self) -> None:
        self.calls: list[str] = []
        self._deaths: set[tuple[int, When]] = set()
        self._next: tuple[str, When] | None = None

    def die_at(self, call: int, when: When) -> None:
        """Let the worker die at the call of this index, counted from the first call of all."""
        self._deaths.add((call, when))

    def die_at_next(self, name: str, when: When) -> None:
        """Let the worker die at the next call of this name."""
        self._next = (name, when)

    @contextmanager
    def call(self, name: str) -> Iterator[None]:
        index = len(self.calls)
        self.calls.append(name)
        if self._is_last(index, name, "before"):
            raise WorkerDied(name)
        yield
        if self._is_last(index, name, "after"):
            raise WorkerDied(name)

    def _is_last(self, index: int, name: str, when: When) -> bool:
        if self._next == (name, when):
            self._next = None
            return True
        return (index, when) in self._deaths
