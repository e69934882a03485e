"""How much there is and how old the oldest of it: what to watch and to alert on."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from redis import Redis

from shared.domain.transitions import ClosureState, DisbursementState, NotificationState, PostingState
from shared.store import keys

STATES: Mapping[str, type[StrEnum]] = {
    "disbursement": DisbursementState,
    "repayment": PostingState,
    "bank-disbursement": PostingState,
    "closure": ClosureState,
    "notification": NotificationState,
}


@dataclass(frozen=True, slots=True)
class Pile:
    """`count` records; the oldest has been among them for `oldest_seconds`, 0 when there is none."""

    count: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    """`due`: not final, and how late the sweeper is for the first. `flows` by kind and state."""

    due: Pile
    parked: Pile
    finished_receipts: int
    flows: Mapping[tuple[str, str], Pile]
    poison_kept: int
    poison_found: Mapping[str, int]


def read_figures(redis: Redis) -> Figures:
    """One round trip. Ages are by the store's own clock."""
    states = [(kind, state.value) for kind, kind_states in STATES.items() for state in kind_states]
    piles = [keys.DUE, keys.PARKED, *(keys.state(*state) for state in states)]
    with redis.pipeline(transaction=False) as pipeline:
        pipeline.time()
        pipeline.zcard(keys.FINISHED)
        pipeline.llen(keys.POISON)
        pipeline.hgetall(keys.POISON_COUNTS)
        for pile in piles:
            pipeline.zcard(pile)
            pipeline.zrange(pile, 0, 0, withscores=True)
        (seconds, microseconds), finished, poison_kept, poison_found, *rest = pipeline.execute()
    now_ms = seconds * 1000 + microseconds / 1000
    due, parked, *of_states = (_pile(*pair, now_ms) for pair in zip(rest[::2], rest[1::2], strict=True))
    return Figures(
        due=due,
        parked=parked,
        finished_receipts=finished,
        flows=dict(zip(states, of_states, strict=True)),
        poison_kept=poison_kept,
        poison_found={reason.decode(): int(count) for reason, count in poison_found.items()},
    )


def _pile(count: int, oldest: list[tuple[Any, float]], now_ms: float) -> Pile:
    return Pile(count, max(now_ms - oldest[0][1], 0.0) / 1000 if oldest else 0.0)
