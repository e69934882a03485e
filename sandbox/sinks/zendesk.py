"""ZenDesk's tickets: created under an Idempotency-Key, listed by external id (ZenDesk docs: ticketing)."""

import json

from flask import Flask, Response, request

from sandbox.sinks.answers import arrival, as_json, planned
from sandbox.sinks.store import Arrivals, Ticket

TICKETS, LOOK_UPS = "zendesk", "zendesk-look-ups"  # where both are listed
_PATH = "/zendesk/api/v2/tickets.json"


def serve(app: Flask, store: Arrivals) -> None:
    @app.post(_PATH)
    def create() -> Response:
        """An answer planned with 300 or more makes no ticket; one of 2xx that comes late makes it first."""
        came = arrival()
        number = store.record(TICKETS, came)
        plan = store.take_plan(TICKETS)
        if plan.get("status", 201) >= 300 and (refusal := planned(plan)):
            return refusal
        ticket = store.keep(Ticket(number, request.headers.get("Idempotency-Key", ""), came.body))
        if ticket.body != came.body:
            return as_json({"error": "IdempotentRequestError", "description": "another body under the same key"}, 400)
        answer = planned(plan) or as_json({"ticket": _described(ticket)}, 201)
        answer.headers["x-idempotency-lookup"] = "miss" if ticket.id == number else "hit"
        return answer

    @app.get(_PATH)
    def find() -> Response:
        store.record(LOOK_UPS, arrival())
        if answer := planned(store.take_plan(LOOK_UPS)):
            return answer
        external_id = request.args.get("external_id")
        tickets = [_described(ticket) for ticket in store.tickets()]
        found = [ticket for ticket in tickets if external_id in (None, ticket.get("external_id"))]
        return as_json({"tickets": found, "count": len(found), "next_page": None, "previous_page": None}, 200)


def _described(ticket: Ticket) -> dict[str, object]:
    """The fields it was created with, and its number."""
    try:
        sent = json.loads(ticket.body)
    except ValueError:
        sent = {}
    fields = sent.get("ticket") if isinstance(sent, dict) else None
    return {**(fields if isinstance(fields, dict) else {}), "id": ticket.id}
