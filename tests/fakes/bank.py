"""ClearBank in memory: one movement per X-Request-Id within 24 h, and a list that tells what is there."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.worker.ports import Clock
from shared.domain.disbursement import Disbursement
from shared.domain.outcomes import Accepted, LookUp, Outcome, Refused, TryLater, Unknown
from shared.domain.payments import Request, Step
from shared.domain.references import request_key
from tests.fakes.replies import Plan
from tests.fakes.wire import Wire

KEY_PROTECTS = timedelta(hours=24)


@dataclass
class Movement:
    """Money that left, or is about to: the bank took the payment."""

    end_to_end_id: str
    amount_pence: int
    request: Request
    taken_at: datetime
    rejected: bool = False

    @property
    def transaction_id(self) -> str:
        return f"bank-{self.end_to_end_id}"


class FakeBank:
    def __init__(self, clock: Clock, wire: Wire | None = None) -> None:
        self._clock, self._wire = clock, wire or Wire()
        self.movements: list[Movement] = []
        self.received: list[Request] = []
        self.asked: list[str] = []
        self.sends, self.look_ups = Plan(), Plan()
        self.during_send: Callable[[], object] | None = None
        """Runs once inside the next send, after the bank took the payment and before the caller hears of it."""

    def prepare_payment(self, disbursement: Disbursement) -> Request:
        order, route = disbursement.order, disbursement.route
        scheme = route.scheme.value if route else ""
        body = {"end_to_end_id": disbursement.end_to_end_id, "amount_pence": order.amount_pence, "scheme": scheme}
        return Request("POST", f"/{scheme}", json.dumps(body), request_key(disbursement.id, Step.PAY))

    def send(self, request: Request) -> Outcome:
        with self._wire.call("bank.send"):
            self.received.append(request)
            reply = self.sends.next()
            plain = self._take(request) if reply.happens else None
            during, self.during_send = self.during_send, None
            if during:
                during()
            outcome = reply.outcome or plain
            assert isinstance(outcome, Accepted | Refused | Unknown | TryLater)
        return outcome

    def look_up_payment(self, end_to_end_id: str) -> LookUp:
        with self._wire.call("bank.look_up"):
            self.asked.append(end_to_end_id)
            outcome = self.look_ups.next().outcome or self._found(end_to_end_id)
            assert isinstance(outcome, Accepted | Refused | Unknown)
        return outcome

    def moved(self, end_to_end_id: str) -> int:
        """How often money moved for this end-to-end id."""
        return sum(movement.end_to_end_id == end_to_end_id for movement in self.movements)

    def reject(self, end_to_end_id: str) -> None:
        """The bank ends a payment that it had taken: nothing leaves."""
        for movement in self.movements:
            if movement.end_to_end_id == end_to_end_id:
                movement.rejected = True

    def _take(self, request: Request) -> Outcome:
        now = self._clock.now()
        if any(past.request.key == request.key and now - past.taken_at < KEY_PROTECTS for past in self.movements):
            return Unknown("409: seen before", seen=True)
        body = json.loads(request.body)
        self.movements.append(Movement(body["end_to_end_id"], body["amount_pence"], request, now))
        return Accepted("payment-id", "correlation-id")

    def _found(self, end_to_end_id: str) -> LookUp:
        ours = [movement for movement in self.movements if movement.end_to_end_id == end_to_end_id]
        if not ours:
            return Unknown("the bank shows no such payment yet", seen=True)
        if all(movement.rejected for movement in ours):
            return Refused("rejected", "the bank's list shows the payment as rejected")
        return Accepted(ours[0].transaction_id)
