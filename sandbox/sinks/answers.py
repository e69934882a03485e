"""What came, and the answer that was planned for it."""

import json
import time
from collections.abc import Iterator
from typing import Any

from flask import Response, request

from sandbox.sinks.store import Arrival

_PIECE_BYTES = 1 << 16


def arrival() -> Arrival:
    # The bytes first: reading the form would use them up.
    body = request.get_data(cache=True, parse_form_data=False)
    query = list(request.args.items(multi=True))
    return Arrival(request.method, request.path, query, dict(request.headers), body, time.time())


def planned(plan: dict[str, Any]) -> Response | None:
    if not plan:
        return None
    time.sleep(plan["delaySeconds"])
    body = plan["body"]
    if plan["bodyBytes"] is not None:
        response = Response(_filler(plan["bodyBytes"], plan["dripSeconds"]), plan["status"])
    elif body is None or isinstance(body, str):
        response = Response(body or "", plan["status"])
    else:
        response = as_json(body, plan["status"])
    response.headers.update(plan["headers"])
    return response


def _filler(count: int, drip_seconds: float) -> Iterator[bytes]:
    """A byte at a time when it drips, else in large pieces."""
    piece = 1 if drip_seconds else _PIECE_BYTES
    for begun in range(0, count, piece):
        time.sleep(drip_seconds)
        yield b"x" * min(piece, count - begun)


def as_json(body: Any, status: int) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
