"""What every use case is given: the ports, the set-up's rules, and the two ways to change a flow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from services.worker.hub_ports import Deliveries, Subscriptions
from services.worker.ports import Bank, Clock, Core, Inbox, Interpreter, Journal, Notifier
from shared.domain.events import Address, Event
from shared.domain.flows import Flow
from shared.domain.history import HistoryEntry
from shared.domain.hub.account_events import booking_events
from shared.domain.hub.announcement import Announcement
from shared.domain.hub.event import BusinessEvent
from shared.domain.hub.life_cycle import life_events
from shared.domain.notification import Flag, Notice, Notification
from shared.domain.problems import notices
from shared.domain.retries import EFFECTS, RetrySchedule
from shared.domain.schemes import Scheme

_log = structlog.get_logger()

F = TypeVar("F", bound=Flow)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the set-up decides. `lease_seconds` must outlast every timeout of a call; after `idle_seconds` without a
    move the sweeper takes a flow or receipt for abandoned.

    `told` are the switches that are on, None when nobody is to be told anything. A receipt that speaks of something
    unknown waits for it for `patience_seconds`: longer than ClearBank repeats a webhook (24 h). `bank_id` is ours in
    the events that subscribers are told of.
    """

    scheme_of_channel: Mapping[str, Scheme]
    finds_loans_by_account: bool
    takes_bacs: bool
    operating_iban: str
    bank_id: str
    links_disbursements: bool = False
    bank_picks_the_number: bool = False
    told: frozenset[Flag] | None = None
    tells_by_task: bool = False
    debtor_address: Address | None = None
    lease_seconds: float = 60.0
    idle_seconds: float = 30.0
    patience_seconds: float = 25 * 3600.0
    schedule: RetrySchedule = EFFECTS
    receipt_attempts: int = 20

    def tells(self, notice: Notice) -> bool:
        """Whether a switch wants it told; what no switch governs is always told."""
        return self.told is not None and (not notice.flags or not self.told.isdisjoint(notice.flags))


@dataclass(frozen=True, slots=True)
class Office:
    """`jitter` gives chance in [0, 1). `ring` has a new delivery (its id) sent now; a lost ring costs a sweep."""

    bank: Bank
    core: Core
    notifier: Notifier
    journal: Journal
    inbox: Inbox
    interpreter: Interpreter
    subscriptions: Subscriptions
    deliveries: Deliveries
    ring: Callable[[str], None]
    clock: Clock
    jitter: Callable[[], float]
    rules: Rules

    def move(self, before: Flow, after: F, what: str, cause: str, now: datetime, **said: str) -> F | None:
        """Store the changed flow with one line of history, and whatever people and subscribers are told of the change.

        None when another worker moved it first; then nothing was stored.
        """
        entry = HistoryEntry(now, what, cause, after.state.value, **said)
        due_at = after.due_at(now, timedelta(seconds=self.rules.idle_seconds))
        told = [Notification.of(notice) for notice in notices(before, after) if self.rules.tells(notice)]
        bank_id = self.rules.bank_id
        events = [*life_events(before, after, bank_id, now), *booking_events(before, after, bank_id, now)]
        announced = [Announcement.of(event, after.id) for event in events]
        moved = self.journal.move(after, (entry,), due_at, [*told, *announced])
        if moved and after.parked and after.parked != before.parked:
            why = after.parked
            _log.error("parked", flow=after.id, step=why.step, reason=why.code, why=why.reason)
        return moved

    def apply(self, flow_id: str, event: Event, cause: str) -> Flow | None:
        """Tell a flow what happened, however often others move it meanwhile; None when there is no such flow."""
        while (flow := self.journal.load(flow_id)) is not None:
            changed = flow.apply(event)
            if changed is flow:
                return flow
            if moved := self.move(flow, changed, type(event).__name__, cause, self.clock.now()):
                return moved
        return None

    def tell(self, notice: Notice, cause: str) -> None:
        """Begin a notification that belongs to no move of a flow; the same notice again changes nothing."""
        if not self.rules.tells(notice):
            return
        notification, now = Notification.of(notice), self.clock.now()
        if self.journal.load(notification.id) is None:
            entry = HistoryEntry(now, "begun", cause, notification.state.value)
            self.journal.move(notification, (entry,), due_at=now)

    def announce(self, events: Sequence[BusinessEvent], about: str, cause: str) -> None:
        """Begin the announcements of events that belong to no move of a flow; the same events again change nothing.

        They are stored together, so the first of them shows whether they were.
        """
        if not events:
            return
        first, *others = [Announcement.of(event, about) for event in events]
        now = self.clock.now()
        entry = HistoryEntry(now, "begun", cause, first.state.value)
        self.journal.move(first, (entry,), due_at=now, begun=others)
