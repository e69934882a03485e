"""What a round will do, made from its seed and size alone: the same seed gives the same stories and the same faults."""

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from deploy.local.faults.receivers import TROUBLES
from deploy.local.faults.stories import KINDS

WHOLE_SECONDS = 300.0
LONGEST_PAUSE_SECONDS = 20.0
CALM_SHARE = 0.1  # at both ends of the round nothing is broken


class Strike(StrEnum):
    """What is done to our own processes, and to the wire between them and the store."""

    KILL_LISTENER = "kill -9 listener"
    KILL_WORKER = "kill -9 worker"
    KILL_WORKER_CHILD = "kill -9 worker child"
    KILL_DELIVERIES = "kill -9 deliveries"
    KILL_BEAT = "kill -9 beat"
    KILL_SIGNER = "kill -9 signer"
    KILL_STORE = "kill -9 store"
    ROLLING_RESTART = "SIGTERM, all in turn"
    ROLLING_UPDATE = "rolling update"
    SECOND_BEAT = "two beats at once"
    PAUSE_STORE = "SIGSTOP store"
    FULL_DISK = "full disk under the store"
    HALF_OPEN = "half-open connections to the store"
    LOST_REPLIES = "lost replies of the store"
    CUT_CONNECTIONS = "cut connections to the store"
    BROKEN_KEY = "broken signer key"


# How often in a whole round.
_TIMES: Mapping[Strike, int] = {
    Strike.KILL_LISTENER: 3,
    Strike.KILL_WORKER: 3,
    Strike.KILL_WORKER_CHILD: 3,
    Strike.KILL_DELIVERIES: 3,
    Strike.KILL_BEAT: 2,
    Strike.KILL_SIGNER: 3,
    Strike.KILL_STORE: 3,
    Strike.ROLLING_RESTART: 1,
    Strike.ROLLING_UPDATE: 1,
    Strike.SECOND_BEAT: 1,
    Strike.PAUSE_STORE: 1,
    Strike.FULL_DISK: 1,
    Strike.HALF_OPEN: 2,
    Strike.LOST_REPLIES: 3,
    Strike.CUT_CONNECTIONS: 2,
    Strike.BROKEN_KEY: 1,
}

# Each pair is switched on at least once: (part of the door's API, what becomes of its answer).
_BANK_FAULTS = (
    *(("fps", kind) for kind in ("timeout_before", "timeout_after", "reset_after", "status_500_after")),
    *(("chaps", kind) for kind in ("timeout_before", "timeout_after", "status_503")),
    *(("virtual", kind) for kind in ("timeout_after", "status_503_after")),
    ("any", "status_503"),
)
_CORE_FAULTS = (
    *(("repayment", kind) for kind in ("timeout_before", "timeout_after", "status_102", "status_409", "reset_after")),
    *(("adjust", kind) for kind in ("timeout_after", "status_500_after", "status_503")),
    *(("custominformation", kind) for kind in ("timeout_after", "status_503_after")),
    *(("disbursement", kind) for kind in ("timeout_after", "reset_after")),
    ("loan-patch", "timeout_after"),
    ("search", "timeout_before"),
    ("any", "status_503"),
)
_DELIVERIES: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("webhooks sent twice or thrice", {"duplicate": 2}),
    ("webhooks out of order", {"reorder": True, "reorderWithinSeconds": 3}),
    ("webhooks lost at first", {"loseFirst": 2}),
    ("webhooks late, lost and repeated", {"duplicate": 1, "reorder": True, "loseFirst": 1}),
)
_HANG_SECONDS = 2.5  # longer than a stand's clients wait
_STORM, _DELIVERY = 40, 60  # answers and webhooks of a whole round's storm


@dataclass(frozen=True, slots=True)
class Size:
    """`load` 1 is a whole round: at least 2,000 webhooks and 500 payments."""

    seconds: float = WHOLE_SECONDS
    load: float = 1.0

    @property
    def pause_seconds(self) -> float:
        """How long a paused store stays paused."""
        return min(LONGEST_PAUSE_SECONDS, max(2.0, self.seconds / 10))


@dataclass(frozen=True, slots=True)
class StoryPlan:
    id: str
    kind: str
    at_seconds: float
    amount_pence: int


@dataclass(frozen=True, slots=True)
class StrikePlan:
    """`draw` is chance in [0, 1) for whatever the strike must choose."""

    kind: Strike
    at_seconds: float
    lasts_seconds: float
    draw: float


@dataclass(frozen=True, slots=True)
class DoorFault:
    """One call that makes the simulated bank, core or receivers misbehave, `times` times; `what` is told to people."""

    what: str
    at_seconds: float
    door: str
    path: str
    body: Mapping[str, Any]
    times: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Times are seconds since the load began; `linked_loans` wait for repayments from the start."""

    seed: int
    size: Size
    stories: tuple[StoryPlan, ...]
    strikes: tuple[StrikePlan, ...]
    door_faults: tuple[DoorFault, ...]
    linked_loans: int
    resends: int


def plan_round(seed: int, size: Size, only: Collection[Strike] = ()) -> Plan:
    """The whole round. With `only`, nothing but these strikes is done to anybody."""
    chance = random.Random(seed)  # noqa: S311  it must be repeatable, not secret
    stories = tuple(_stories(chance, size))
    return Plan(
        seed=seed,
        size=size,
        stories=stories,
        strikes=tuple(_strikes(chance, size, only or tuple(Strike))),
        door_faults=() if only else tuple(sorted(_door_faults(chance, size), key=lambda fault: fault.at_seconds)),
        linked_loans=max(2, len(stories) // 40),
        resends=max(5, len(stories) // 20),
    )


def _scaled(count: int, load: float) -> int:
    return max(1, round(count * load))


def _stories(chance: random.Random, size: Size) -> Iterator[StoryPlan]:
    kinds = [name for name, kind in KINDS.items() for _ in range(_scaled(kind.count, size.load))]
    chance.shuffle(kinds)
    moments = sorted(chance.uniform(0, size.seconds) for _ in kinds)
    for number, (kind, at_seconds) in enumerate(zip(kinds, moments, strict=True), 1):
        yield StoryPlan(f"story{number}", kind, at_seconds, chance.randint(1_00, 5_000_00))


def _strikes(chance: random.Random, size: Size, wanted: Collection[Strike]) -> Iterator[StrikePlan]:
    """Spread evenly in an order of chance: none is wasted on what another has just taken down."""
    share = size.seconds / WHOLE_SECONDS
    kinds = [kind for kind, times in _TIMES.items() if kind in wanted for _ in range(_scaled(times, share))]
    chance.shuffle(kinds)
    first, last = size.seconds * CALM_SHARE, size.seconds * (1 - CALM_SHARE)
    for number, kind in enumerate(kinds):
        at_seconds = first + (last - first) * number / len(kinds)
        yield StrikePlan(kind, at_seconds, _lasts(kind, size), chance.random())


def _lasts(kind: Strike, size: Size) -> float:
    """Seconds for what goes on for a while."""
    match kind:
        case Strike.PAUSE_STORE:
            return size.pause_seconds
        case Strike.FULL_DISK | Strike.BROKEN_KEY:
            return min(4.0, size.seconds / 20)
        case Strike.LOST_REPLIES:
            return 0.5
    return 0.0


def _door_faults(chance: random.Random, size: Size) -> Iterator[DoorFault]:
    first, last = size.seconds * CALM_SHARE / 2, size.seconds * (1 - CALM_SHARE)

    def moment() -> float:
        return chance.uniform(first, last)

    for door, pairs in (("bank", _BANK_FAULTS), ("core", _CORE_FAULTS)):
        for area, kind in pairs:
            for _ in range(_scaled(6, size.load)):
                yield _answer_fault(door, area, kind, moment(), chance.randint(1, 2))
        for _ in range(2):
            yield _answer_fault(door, "any", "status_429", moment(), max(4, _scaled(_STORM, size.load)))
    for what, rule in _DELIVERIES:
        for _ in range(3):
            times = max(4, _scaled(_DELIVERY, size.load))
            yield DoorFault(f"bank: {what}", moment(), "bank", "/_sandbox/delivery", {**rule, "times": times}, times)
    for trouble in TROUBLES:
        for _ in range(_scaled(trouble.count, size.load)):
            times = max(trouble.least, _scaled(trouble.most, size.load))
            path, body = f"/_sandbox/sinks/{trouble.sink}", {**trouble.answer, "times": times}
            yield DoorFault(f"subscribers: {trouble.what}", moment(), "sinks", path, body, times)
    yield DoorFault("core: webhooks sent twice", moment(), "core", "/_sandbox/delivery", {"duplicate": 1}, 1)


def _answer_fault(door: str, area: str, kind: str, at_seconds: float, times: int) -> DoorFault:
    body: dict[str, Any] = {"on": area, "kind": kind, "times": times}
    if kind.startswith("timeout"):
        body["hangSeconds"] = _HANG_SECONDS
    if kind == "status_429":
        body["retryAfterSeconds"] = 1
    return DoorFault(f"{door}: {kind.replace('_', ' ')}", at_seconds, door, "/_sandbox/faults", body, times)
