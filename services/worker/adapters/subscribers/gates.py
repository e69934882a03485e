"""One gate for each destination, told in a delivery's words."""

from redis import Redis

from services.worker.adapters.subscribers.verdict import ASKS_FOR_TIME
from shared.domain.hub.delivery import Missed, Taken
from shared.store.gate import Gate, GateTerms, Report


class DestinationGate:
    """For one call. `probe_seconds` is longer than the longest call."""

    def __init__(self, redis: Redis, subscription_id: str, probe_seconds: float) -> None:
        terms = GateTerms(
            failures_in_a_row=5, first_pause_seconds=30.0, longest_pause_seconds=300.0, probe_seconds=probe_seconds
        )
        self._gate = Gate(redis, f"subscription:{subscription_id}", terms)

    def seconds_to_wait(self) -> float:
        return self._gate.seconds_to_wait()

    def seconds_closed(self) -> float:
        return self._gate.seconds_closed()

    def tell(self, result: Taken | Missed) -> None:
        after_seconds = result.after_seconds if isinstance(result, Missed) else None
        self._gate.report(_report_on(result), after_seconds)


def _report_on(result: Taken | Missed) -> Report:
    """A refusal is an answer too, and soon given: it speaks of that delivery. Without an answer, or with one of 500 and
    above, the destination is not well."""
    if result.status in ASKS_FOR_TIME:
        return Report.SLOW_DOWN
    return Report.BAD if result.status is None or result.status >= 500 else Report.GOOD
