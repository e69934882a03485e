"""One round: the load runs, the faults strike, everything settles, and the records are compared."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Protocol, TypeVar

import requests

from deploy.local.demo import doors
from deploy.local.faults.bars import shrinking
from deploy.local.faults.findings import Finding, Wrong
from deploy.local.faults.gather import Gatherer
from deploy.local.faults.ground import Ground
from deploy.local.faults.load import Load
from deploy.local.faults.plan import Plan
from deploy.local.faults.played import Played
from deploy.local.faults.receivers import ROLE
from deploy.local.faults.records import Records
from deploy.local.faults.settling import Settling
from deploy.local.faults.strikes import Striker
from deploy.local.faults.verdict import judge
from deploy.local.progress import counting
from sandbox.operator_door import token_of_a_new_user
from sandbox.player import HttpDoors
from sandbox.story import StoryError
from shared.store.connection import connect

_LEAST_PATIENCE_SECONDS = 60.0
_STORE_TIMEOUT_SECONDS = 10.0


class _Timed(Protocol):
    @property
    def at_seconds(self) -> float: ...


T = TypeVar("T", bound=_Timed)


@dataclass(frozen=True, slots=True)
class Result:
    """What a round came to. `recovery_seconds` counts from the last fault to the moment when nothing was left to do."""

    plan: Plan
    played: Played
    records: Records
    findings: Sequence[Finding]
    load_seconds: float
    recovery_seconds: float
    restarts: int
    spoiled_answers: int

    def of(self, wrong: Wrong) -> list[Finding]:
        return [finding for finding in self.findings if finding.wrong is wrong]


def play_round(ground: Ground, plan: Plan) -> Result:
    """The ground has been started. Raises EndedError, StoryError when the load cannot be prepared, and what a door
    raises that does not answer at all."""
    token = token_of_a_new_user(ground.environment, [ROLE, f"{ROLE}@{ground.bank_id}"])
    played, open_doors = Played(), HttpDoors(doors(ground.addresses), {"api": token})
    gatherer = Gatherer(open_doors, connect(ground.store_url, timeout_seconds=_STORE_TIMEOUT_SECONDS))
    settling = Settling(ground, open_doors, gatherer, played, _LEAST_PATIENCE_SECONDS + 3 * plan.size.seconds)
    load_seconds = _break(ground, plan, open_doors, played)
    recovery_seconds = _settle("Settling", settling, played)
    settling.send_again(plan.resends, plan.seed)
    _settle("Repeats ", settling, played)
    records = gatherer.records(played.subscribers)
    complaints = [Finding(Wrong.UNEXPLAINED, who, what) for who, what in played.complaints]
    return Result(
        plan=plan,
        played=played,
        records=records,
        findings=[*judge(records, played.endings), *complaints],
        load_seconds=load_seconds,
        recovery_seconds=recovery_seconds,
        restarts=len(ground.restarts),
        spoiled_answers=gatherer.answers_spoiled("bank") + gatherer.answers_spoiled("core"),
    )


def _break(ground: Ground, plan: Plan, open_doors: HttpDoors, played: Played) -> float:
    """Load and faults at once; the seconds that they took."""
    load, striker = Load(ground, open_doors, played), Striker(ground, open_doors, played)
    load.prepare(plan)
    total = len(plan.stories) + len(plan.strikes) + len(plan.door_faults)
    with counting("Breaking", total) as done, ThreadPoolExecutor() as pool:
        began = time.monotonic()

        def strike_all() -> None:
            for strike in plan.strikes:
                _at(strike, began, ground, played, striker.strike, done, strike.kind)

        def switch_on_all() -> None:
            for fault in plan.door_faults:
                _at(fault, began, ground, played, load.switch_on, done, fault.what)

        parts = [pool.submit(load.play, plan, began, done), pool.submit(strike_all), pool.submit(switch_on_all)]
        try:
            for part in as_completed(parts):
                part.result()
        except BaseException:
            ground.ended.set()
            raise
    return time.monotonic() - began


def _at(
    timed: T,
    began: float,
    ground: Ground,
    played: Played,
    act: Callable[[T], None],
    done: Callable[[str], None],
    name: str,
) -> None:
    """Do it when its time has come; raises EndedError."""
    ground.wait(max(0.0, began + timed.at_seconds - time.monotonic()))
    try:
        act(timed)
    except (StoryError, requests.RequestException) as error:
        played.complain(name, f"could not be done: {error}")
    done(name)


def _settle(title: str, settling: Settling, played: Played) -> float:
    """The seconds that it took."""
    began = time.monotonic()
    with shrinking(title) as left:
        if not settling.wait(left):
            played.complain("settling", "something was still to be done when patience ended: see the other findings")
    return time.monotonic() - began
