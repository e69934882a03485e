"""What Flask's doors share: the raw body of the request, and one deadline for all that it waits for."""

import time
from concurrent.futures import Future
from typing import TypeVar

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from services.listener.acceptance import DEADLINE_SECONDS, MAX_BODY_BYTES
from services.listener.refusals import Refusal, Unavailable

T = TypeVar("T")


class Deadline:
    """One limit for the whole request; each wait gets what is left."""

    def __init__(self, seconds: float = DEADLINE_SECONDS) -> None:
        self._at = time.monotonic() + seconds

    def wait(self, future: "Future[T]", reason: str) -> T:
        """The future's result; a failure or a late answer is our side's fault: Unavailable with this reason."""
        try:
            return future.result(timeout=max(0.0, self._at - time.monotonic()))
        except Refusal:
            raise
        except Exception as error:
            raise Unavailable(reason, error) from error


def raw_body() -> bytes:
    """The bytes as they came. Raises RequestEntityTooLarge."""
    raw = request.get_data(cache=False)
    if request.content_length is None and len(raw) >= MAX_BODY_BYTES:
        raise RequestEntityTooLarge  # werkzeug cuts a body without a length at the limit and says nothing
    return raw
