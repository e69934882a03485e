"""One gate per destination, shared by all workers: who is told to slow down slows all down, who fails is left alone.

After some failures in a row the gate closes for a growing while; then one call goes through as a probe, and its fate is
everyone's. A destination that answers has an open gate and no record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError

from shared.store import keys
from shared.store.connection import lua

_log = structlog.get_logger()


class Report(StrEnum):
    """How a call ended, as far as the gate cares: a refusal is a good answer too."""

    GOOD = "good"
    SLOW_DOWN = "slow down"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class GateTerms:
    """When the gate closes and for how long. A probe may take longer than the longest timeout of a call."""

    failures_in_a_row: int = 10
    first_pause_seconds: float = 5.0
    longest_pause_seconds: float = 120.0
    slow_down_seconds: float = 5.0
    longest_slow_down_seconds: float = 900.0
    probe_seconds: float = 90.0
    forgotten_after_seconds: float = 3600.0

    @property
    def longest_seconds(self) -> float:
        """No gate is closed for longer, whatever closed it."""
        return max(self.longest_pause_seconds, self.longest_slow_down_seconds)

    def slow_down(self, asked_seconds: float | None) -> float:
        """How long to slow down when the destination asked for so much, None when it named no time."""
        wanted = self.slow_down_seconds if asked_seconds is None else asked_seconds
        return min(max(wanted, 0.0), self.longest_slow_down_seconds)


class Gate:
    """The gate of one destination, for one call at a time: ask, call, report.

    While nothing is known against the destination, a good report needs no round trip. A gate that cannot be asked is
    open, and a report that cannot be made is none: what the call itself came to must not be lost for it.
    """

    def __init__(self, redis: Redis, destination: str, terms: GateTerms | None = None) -> None:
        self._key = keys.gate(destination)
        self._terms = terms or GateTerms()
        self._enter = redis.register_script(lua("gate_enter"))
        self._report = redis.register_script(lua("gate_report"))
        self._is_clean = False

    def seconds_to_wait(self) -> float:
        """0 when a call may go now; whoever goes must report, or the others wait for as long as a probe may take."""
        wait_seconds, self._is_clean = self._enter_for("")
        return wait_seconds

    def seconds_closed(self) -> float:
        """What `seconds_to_wait` would say, for whoever does not go."""
        return self._enter_for("look")[0]

    def report(self, report: Report, after_seconds: float | None = None) -> float:
        """Tell how the call ended; `after_seconds` is what the destination asked for. The seconds until it opens."""
        if report is Report.GOOD and self._is_clean:
            return 0.0
        terms = self._terms
        pause_ms = self._ask(
            self._report,
            [
                report.value,
                _ms(terms.slow_down(after_seconds)),
                terms.failures_in_a_row,
                _ms(terms.first_pause_seconds),
                _ms(terms.longest_pause_seconds),
                _ms(terms.forgotten_after_seconds),
                _ms(terms.longest_seconds),
            ],
            when_away=0,
        )
        return int(pause_ms) / 1000

    def _enter_for(self, purpose: str) -> tuple[float, bool]:
        """The seconds to wait, and whether nothing is known against the destination."""
        terms = self._terms
        wait_ms, known = self._ask(
            self._enter,
            [
                terms.failures_in_a_row,
                _ms(terms.probe_seconds),
                _ms(terms.first_pause_seconds),
                _ms(terms.longest_seconds),
                purpose,
            ],
            when_away=(0, b"1"),
        )
        return int(wait_ms) / 1000, known == b"0"

    def _ask(self, script: Any, arguments: Sequence[str | int], when_away: Any) -> Any:
        try:
            return script(keys=[self._key], args=arguments)
        except RedisError as error:
            _log.warning("gate not asked", gate=self._key, reason="store_away", why=str(error))
            return when_away


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
