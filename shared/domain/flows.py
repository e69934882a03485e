"""What all flows have in common: a state, the record of each step, and a person's flag.

A flow is one run of one business flow: a disbursement, a posting, a closure, a notification, an announcement. Values
are frozen; `apply(event)` gives a new value. The edges between states stand in transitions.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Self

from shared.domain.events import Event
from shared.domain.transitions import State, successor


class Step(StrEnum):
    """One thing a flow needs done. Steps with a request change something outside."""

    ROUTE = "route"
    CONFIRM = "confirm"
    LINK = "link"
    CREATE_ACCOUNT = "create-account"
    AWAIT_ACCOUNT = "await-account"
    WRITE_LINKAGE = "write-linkage"
    AMEND_OWNER = "amend-owner"
    PAY = "pay"
    REPORT_SETTLED = "report-settled"
    REPORT_HELD = "report-held"
    REPORT_REJECTED = "report-rejected"
    REVERSE = "reverse"
    LOCATE_LOAN = "locate-loan"
    POST_REPAYMENT = "post-repayment"
    POST_DISBURSEMENT = "post-disbursement"
    FIND_POSTING = "find-posting"
    ADJUST_REPAYMENT = "adjust-repayment"
    ADJUST_DISBURSEMENT = "adjust-disbursement"
    RETURN_MONEY = "return-money"
    CHECK_CLOSURE = "check-closure"
    DISABLE_ACCOUNT = "disable-account"
    ADDRESS = "address"
    SEND = "send"
    PUBLISH = "publish"


class StepOutcome(StrEnum):
    """How a step stands. `gave-up` waits for a person unless the flow may go on without it."""

    OPEN = "open"
    NOT_NEEDED = "not-needed"
    DONE = "done"
    REFUSED = "refused"
    GAVE_UP = "gave-up"


@dataclass(frozen=True, slots=True)
class Request:
    """The call as it goes out, every time the same. `body` is the exact text of the bytes, "" for none.

    `key` is ClearBank's X-Request-Id or Mambu's Idempotency-Key.
    """

    method: str
    path: str
    body: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """The life of one step. `request` is stored before the first send and never built again.

    `ask_first`: the other side knows the request, so asking tells more than repeating. `in_doubt`: an attempt before
    this one may have happened, so a refusal of this one is not the whole truth. `generation` counts the attempts that
    a person asked for: each has a key of its own, automatic repeats keep theirs. `retried_at`: when a person had the
    same bytes tried again, from when the schedule counts; the key's own life counts from `first_at`.
    """

    outcome: StepOutcome = StepOutcome.OPEN
    request: Request | None = None
    attempts: int = 0
    first_at: datetime | None = None
    leased_until: datetime | None = None
    next_at: datetime | None = None
    ask_first: bool = False
    in_doubt: bool = False
    reference: str = ""
    reason: str = ""
    generation: int = 1
    retried_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Parked:
    """Waits for a person. `code` is also the metric's label, `step` what could not be done."""

    code: str
    reason: str
    step: Step | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """`version` counts the moves in the journal; 0 means not stored yet.

    `STEPS`: what each state needs done, in order; a state without steps waits for a word from outside, or is the end.
    """

    STEPS: ClassVar[Mapping[Any, tuple[Step, ...]]] = {}

    id: str
    state: State
    version: int = 0
    steps: Mapping[Step, StepRecord] = field(default_factory=dict)
    parked: Parked | None = None
    failure: str = ""

    @property
    def next_step(self) -> Step | None:
        """What to do now; None when there is nothing to do, or a person must look first."""
        if self.parked:
            return None
        return next((step for step in self.STEPS[self.state] if self.step(step).outcome is StepOutcome.OPEN), None)

    @property
    def references(self) -> tuple[str, ...]:
        """What the flow can be found by, beside its id: the ids of bank and core, IBANs, loan ids."""
        return ()

    def apply(self, event: Event) -> Self:
        """The flow after the event; the same value when the event is late or repeated."""
        state = successor(self.state, event)
        return self if state is None else replace(self, state=state, **self.learned(event))

    def learned(self, event: Event) -> dict[str, Any]:  # noqa: ARG002
        """The fields that the event fills in; each kind of flow says its own."""
        return {}

    def step(self, step: Step) -> StepRecord:
        """The record of a step; a fresh one when it has not begun."""
        return self.steps.get(step, StepRecord())

    def with_step(self, step: Step, record: StepRecord) -> Self:
        """The same flow with another record of one step."""
        return replace(self, steps={**self.steps, step: record})

    def anew(self, *steps: Step) -> Mapping[Step, StepRecord]:
        """The records with these steps to be done again, because a person said so."""
        return {**self.steps, **{step: StepRecord(generation=self.step(step).generation + 1) for step in steps}}

    def leased_until(self, now: datetime) -> datetime | None:
        """Until when a worker may still be at one of the steps; None when nobody is."""
        leases = (record.leased_until for record in self.steps.values())
        return max((lease for lease in leases if lease and lease > now), default=None)

    def due_at(self, now: datetime, idle: timedelta) -> datetime | None:
        """When the sweeper must look: after a lease, at the next attempt, or `idle` from now should this worker die."""
        step = self.next_step
        if step is None:
            return None
        return self.leased_until(now) or self.step(step).next_at or now + idle

    def retried(self, now: datetime) -> Self:
        """The same flow with what waits for a person to be done again.

        Where an attempt may have happened, the same bytes go again and the other side is asked first; where it is sure
        that nothing did, the step begins anew, with what the set-up says by now.
        """
        step = self.parked.step if self.parked else None
        if step is None:
            return replace(self, parked=None)
        record = self.step(step)
        if not record.in_doubt:
            return replace(self, parked=None, steps=self.anew(step))
        again = replace(record, outcome=StepOutcome.OPEN, attempts=0, next_at=None, ask_first=True, retried_at=now)
        return replace(self.with_step(step, again), parked=None)

    def park(self, parked: Parked) -> Self:
        """The same flow, waiting for a person. Events from outside still apply to it."""
        return replace(self, parked=parked)
