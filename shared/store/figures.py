"""How much there is and how old the oldest of it: what to watch and to alert on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from redis import Redis

from shared.domain.transitions import (
    AnnouncementState,
    ClosureState,
    DisbursementState,
    NotificationState,
    PostingState,
)
from shared.store import keys

STATES: Mapping[str, type[StrEnum]] = {
    "disbursement": DisbursementState,
    "repayment": PostingState,
    "bank-disbursement": PostingState,
    "closure": ClosureState,
    "notification": NotificationState,
    "event": AnnouncementState,
}

_UNACKNOWLEDGED = "unacked"  # a hash of kombu's Redis transport, one field per message


@dataclass(frozen=True, slots=True)
class Pile:
    """`count` records; the oldest has been among them for `oldest_seconds`, 0 when there is none."""

    count: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    """`due`: not final, and how late the sweeper is for the first. `flows` by kind and state. `queued` messages by
    queue; `unacknowledged` ones are in the hands of a worker, or of one that is no more."""

    due: Pile
    parked: Pile
    finished_receipts: int
    flows: Mapping[tuple[str, str], Pile]
    poison_kept: int
    poison_found: Mapping[str, int]
    quarantined: int
    queued: Mapping[str, int]
    unacknowledged: int


def read_figures(redis: Redis, queues: Sequence[str] = ()) -> Figures:
    """One round trip. Ages are by the store's own clock. `queues`: those that stand on this server."""
    states = [(kind, state.value) for kind, kind_states in STATES.items() for state in kind_states]
    piles = [keys.DUE, keys.PARKED, *(keys.state(*state) for state in states)]
    with redis.pipeline(transaction=False) as pipeline:
        pipeline.time()
        pipeline.zcard(keys.FINISHED)
        pipeline.llen(keys.POISON)
        pipeline.hgetall(keys.POISON_COUNTS)
        pipeline.hlen(keys.QUARANTINE)
        pipeline.hlen(_UNACKNOWLEDGED)
        for pile in piles:
            pipeline.zcard(pile)
            pipeline.zrange(pile, 0, 0, withscores=True)
        for queue in queues:
            pipeline.llen(queue)
        (seconds, microseconds), finished, poison_kept, poison_found, quarantined, unacknowledged, *rest = (
            pipeline.execute()
        )
    now_ms = seconds * 1000 + microseconds / 1000
    told, lengths = rest[: 2 * len(piles)], rest[2 * len(piles) :]
    due, parked, *of_states = (_pile(*pair, now_ms) for pair in zip(told[::2], told[1::2], strict=True))
    return Figures(
        due=due,
        parked=parked,
        finished_receipts=finished,
        flows=dict(zip(states, of_states, strict=True)),
        poison_kept=poison_kept,
        poison_found={reason.decode(): int(count) for reason, count in poison_found.items()},
        quarantined=quarantined,
        queued=dict(zip(queues, lengths, strict=True)),
        unacknowledged=unacknowledged,
    )


def _pile(count: int, oldest: list[tuple[Any, float]], now_ms: float) -> Pile:
    return Pile(count, max(now_ms - oldest[0][1], 0.0) / 1000 if oldest else 0.0)
