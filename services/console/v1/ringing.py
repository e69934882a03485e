"""Telling the worker that something is due. A ring that is lost costs a sweep: the record is due all the same."""

from typing import Protocol

import structlog

from shared.runtime.publisher import PublishError

_log = structlog.get_logger()


class Publisher(Protocol):
    """As shared.runtime.publisher sends."""

    def enqueue(self, task: str, argument: str) -> None:
        """Raises PublishError."""
        ...


def ring(publisher: Publisher, task: str, identifier: str) -> None:
    try:
        publisher.enqueue(task, identifier)
    except PublishError as error:
        _log.warning("not rung", task=task, of=identifier, reason="broker_away", why=str(error))
