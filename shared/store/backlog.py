"""What is under way and for how long, and why the rest waits for a person.

Every read is bounded, so that the watching costs no more when most is waiting: the longest waiting are looked at.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from redis import Redis
from redis.exceptions import ResponseError

from shared.domain.transitions import (
    AnnouncementState,
    ClosureState,
    DisbursementState,
    NotificationState,
    PostingState,
)
from shared.store import keys

MOST_RECEIPTS = 1_000  # at each end of the due set
MOST_FLOWS = 100  # of each state
MOST_PARKED = 200

_D, _P, _C, _N = DisbursementState, PostingState, ClosureState, NotificationState
_POSTING = frozenset(_P) - {_P.POSTED, _P.UNMATCHED, _P.RETURNED}
UNDER_WAY: Mapping[str, Set[StrEnum]] = {
    "disbursement": frozenset(_D) - {_D.SETTLED, _D.REVERSED, _D.RETURNED},
    "repayment": _POSTING,
    "bank-disbursement": _POSTING,
    "closure": frozenset(_C) - {_C.DISABLED, _C.KEPT},
    "notification": frozenset(_N) - {_N.SENT},
    "event": frozenset(AnnouncementState) - {AnnouncementState.PUBLISHED},
}
"""The states that a flow must leave, by its own steps or by the bank's word. Unmatched money waits for a person."""

_RECEIPT = "receipt:"
_WAITS = b"waits:"  # how the reason begins of a receipt that was put off


@dataclass(frozen=True, slots=True)
class Backlog:
    """`receipt_seconds`: age of the oldest unfinished receipt, by whether it waits for something not yet known; exact
    while no more than 2 * MOST_RECEIPTS records are due.

    `flow_seconds`: how long the first flow that is not parked has been in a state, by (kind, state); 0 for none.
    `parked`: how many wait for a person, by (what, reason code), of the MOST_PARKED that wait longest; what is
    "receipt" or a flow's kind.
    """

    receipt_seconds: Mapping[bool, float]
    flow_seconds: Mapping[tuple[str, str], float]
    parked: Mapping[tuple[str, str], int]


def read_backlog(redis: Redis) -> Backlog:
    """Ages are by the store's own clock."""
    seconds, microseconds = redis.time()
    now_ms = seconds * 1000 + microseconds / 1000
    return Backlog(_receipts(redis, now_ms), _flows(redis, now_ms), _parked(redis))


def _receipts(redis: Redis, now_ms: float) -> Mapping[bool, float]:
    """A new receipt stands at the front of the due set until it is taken, one that was put off far back."""
    with redis.pipeline(transaction=False) as pipeline:
        pipeline.zrange(keys.DUE, 0, MOST_RECEIPTS - 1)
        pipeline.zrange(keys.DUE, -MOST_RECEIPTS, -1)
        front, back = pipeline.execute()
        for member in {*front, *back}:
            if member.startswith(_RECEIPT.encode()):
                pipeline.hmget(keys.receipt(member.decode().removeprefix(_RECEIPT)), "received_at", "reason")
        records = pipeline.execute(raise_on_error=False)
    oldest = {False: 0.0, True: 0.0}
    for record in records:
        if isinstance(record, Exception) or not (record[0] or b"").isdigit():
            continue  # no record of ours: whoever takes it up sets it aside
        waits = (record[1] or b"").startswith(_WAITS)
        oldest[waits] = max(oldest[waits], (now_ms - int(record[0])) / 1000)
    return oldest


def _flows(redis: Redis, now_ms: float) -> Mapping[tuple[str, str], float]:
    states = [(kind, state.value) for kind, kind_states in UNDER_WAY.items() for state in kind_states]
    with redis.pipeline(transaction=False) as pipeline:
        for state in states:
            pipeline.zrange(keys.state(*state), 0, MOST_FLOWS - 1, withscores=True)
        longest = dict(zip(states, pipeline.execute(), strict=True))
        present = {state: flows for state, flows in longest.items() if flows}
        for flows in present.values():
            pipeline.zmscore(keys.PARKED, [flow_id for flow_id, _ in flows])
        parked = dict(zip(present, pipeline.execute(), strict=True))
    return {state: _first_not_parked(flows, parked.get(state, []), now_ms) for state, flows in longest.items()}


def _first_not_parked(flows: Sequence[tuple[bytes, float]], parked: Sequence[Any], now_ms: float) -> float:
    """0 for none. When all that were looked at are parked, the last of them: who stands behind it came no sooner."""
    moving = [since for (_, since), parked_at in zip(flows, parked, strict=True) if parked_at is None]
    if not moving and len(flows) == MOST_FLOWS:
        moving = [flows[-1][1]]
    return max(now_ms - moving[0], 0.0) / 1000 if moving else 0.0


def _parked(redis: Redis) -> Mapping[tuple[str, str], int]:
    found: Any = redis.zrange(keys.PARKED, 0, MOST_PARKED - 1)
    members = [member.decode() for member in found]
    if not members:
        return {}
    unreadable: Any = redis.hmget(keys.QUARANTINE, members)
    with redis.pipeline(transaction=False) as pipeline:
        for member in members:
            if member.startswith(_RECEIPT):
                pipeline.hget(keys.receipt(member.removeprefix(_RECEIPT)), "reason")
            else:
                pipeline.hget(keys.flow(member), "doc")
        records = pipeline.execute(raise_on_error=False)
    return Counter(
        (member.partition(":")[0], "unreadable" if why else _code(member, record))
        for member, why, record in zip(members, unreadable, records, strict=True)
    )


def _code(member: str, record: Any) -> str:
    """The reason code of a parked record, `unreadable` when it holds none."""
    if isinstance(record, ResponseError) or record is None:
        return "unreadable"
    if member.startswith(_RECEIPT):
        return str(record.decode().partition(":")[0])
    try:
        return str(json.loads(record)["parked"]["code"])
    except (ValueError, KeyError, TypeError):
        return "unreadable"
