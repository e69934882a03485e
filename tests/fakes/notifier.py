"""The lender's channel in memory: a repeat under one key is one message for two hours, as at ZenDesk."""

from datetime import datetime, timedelta

from services.worker.ports import Clock
from shared.domain.flows import Request, Step
from shared.domain.notification import Notification
from shared.domain.outcomes import Accepted, LookUp, NotDone, Outcome, Refused, TryLater, Unknown
from shared.domain.references import request_key
from tests.fakes.replies import Plan
from tests.fakes.wire import Wire

KEY_LIVES = timedelta(hours=2)


class FakeNotifier:
    """`messages` are the notifications as people saw them, oldest first."""

    def __init__(self, clock: Clock, wire: Wire | None = None) -> None:
        self._clock, self._wire = clock, wire or Wire()
        self.messages: list[Notification] = []
        self.received: list[Request] = []
        self.sends, self.look_ups = Plan(), Plan()
        self._prepared: dict[str, Notification] = {}
        self._taken_at: dict[str, datetime] = {}

    def prepare(self, notification: Notification) -> Request:
        key = request_key(notification.id, Step.SEND, notification.step(Step.SEND).generation)
        self._prepared[key] = notification
        return Request("POST", "message", notification.notice.what, key)

    def send(self, request: Request) -> Outcome:
        with self._wire.call("notifier.send"):
            self.received.append(request)
            reply = self.sends.next()
            if reply.happens:
                self._take(request.key)
            outcome = reply.outcome or Accepted(f"message-{len(self.messages)}")
            assert isinstance(outcome, Accepted | Refused | Unknown | TryLater)
        return outcome

    def look_up(self, notification: Notification) -> LookUp:
        with self._wire.call("notifier.look_up"):
            seen = any(message.id == notification.id for message in self.messages)
            plain = Accepted("seen") if seen else NotDone("no message speaks of it")
            outcome = self.look_ups.next().outcome or plain
            assert isinstance(outcome, Accepted | Refused | Unknown | NotDone)
        return outcome

    def _take(self, key: str) -> None:
        now = self._clock.now()
        taken_at = self._taken_at.get(key)
        if taken_at is None or now - taken_at >= KEY_LIVES:
            self.messages.append(self._prepared[key])
            self._taken_at[key] = now
