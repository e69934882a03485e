"""What came, and the answer that was planned for it."""

import json
import time
from typing import Any

from flask import Response, request

from sandbox.sinks.store import Arrival


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
    if body is None or isinstance(body, str):
        response = Response(body or "", plan["status"])
    else:
        response = as_json(body, plan["status"])
    response.headers.update(plan["headers"])
    return response


def as_json(body: Any, status: int) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
