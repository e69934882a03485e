"""Faults switched on through the control door: silence, broken connections, refusals, before or after the effect."""

import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response

from sandbox.clearbank.matching import Subject
from sandbox.clearbank.problems import Problem, problem_answer
from sandbox.clearbank.rules import newest_match
from sandbox.sqlite import insert

AREAS = ("fps", "chaps", "virtual", "transactions", "any")
BEFORE = frozenset({"timeout_before", "status_429", "status_500", "status_503"})
AFTER = frozenset({"timeout_after", "reset_after", "status_500_after", "status_503_after"})
DEFAULT_HANG_SECONDS = 30.0
CUT = "X-Sandbox-Cut"  # marks an answer that never leaves


@dataclass(frozen=True)
class Fault:
    kind: str
    retry_after_seconds: int | None = None
    hang_seconds: float = DEFAULT_HANG_SECONDS


def area_of(path: str) -> str:
    """The part of the API a path belongs to."""
    words = {"fps": "fps", "chaps": "chaps", "transactions": "transactions", "virtual": "virtual"}
    parts = path.lower().split("/")
    return next((area for word, area in words.items() if word in parts), "other")


def add(
    db: sqlite3.Connection,
    area: str,
    kind: str,
    *,
    match: dict[str, str],
    detail: dict[str, Any],
    times: int | None,
) -> None:
    insert(db, "faults", area=area, kind=kind, match=json.dumps(match), detail=json.dumps(detail), times_left=times)


def take(db: sqlite3.Connection, area: str, subject: Subject) -> Fault | None:
    """The newest fault that fits; using it counts."""
    row = newest_match(db, "faults", subject, lambda fault: fault["area"] in (area, "any"))
    return None if row is None else Fault(row["kind"], **json.loads(row["detail"]))


def response_of(fault: Fault) -> Response:
    if fault.kind.startswith("timeout"):
        return cut_connection(fault.hang_seconds)
    if fault.kind == "reset_after":
        return cut_connection(0)
    status = int(fault.kind.split("_")[1])
    response = _too_many(fault) if status == 429 else _unavailable(status)
    if fault.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(fault.retry_after_seconds)
    return response


def _too_many(fault: Fault) -> Response:
    """As seen by a public client; the wait is only in the text unless a Retry-After is asked for."""
    seconds = 30 if fault.retry_after_seconds is None else fault.retry_after_seconds
    body = {"statusCode": 429, "message": f"Rate limit is exceeded. Try again in {seconds} seconds."}
    return problem_answer(Problem(429, body=body), status_as_text=False)


def _unavailable(status: int) -> Response:
    title = "Service Unavailable" if status == 503 else "Internal Server Error"
    return problem_answer(Problem(status, title), status_as_text=False)


def cut_connection(after_seconds: float) -> Response:
    """Says nothing for that long, then closes the connection.

    WSGI cannot close a connection in silence: the client may see the head of a 502 whose one promised byte never
    comes, or nothing at all, as the timing falls. In a test client the body raises.
    """
    time.sleep(after_seconds)

    def body() -> Iterator[bytes]:
        raise ConnectionAbortedError("The connection is cut because a fault was asked for.")
        yield b""

    return Response(body(), 502, headers={CUT: "cut", "Content-Length": "1"})
