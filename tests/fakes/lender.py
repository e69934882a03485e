"""A whole connector in memory: webhooks go in, tasks run, sweeps come, workers die and others take over."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from services.worker.handlers import operate
from services.worker.handlers.advance import advance
from services.worker.handlers.office import Office, Rules
from services.worker.handlers.receive_webhook import receive_webhook
from services.worker.handlers.sweep import sweep
from services.worker.ports import Interpreter
from shared.domain.bank_records import VirtualAccount
from shared.domain.closure import Closure
from shared.domain.core_records import CoreHolder, CoreLoan
from shared.domain.disbursement import Disbursement, DisbursementOrder, disbursement_id
from shared.domain.flows import Flow
from shared.domain.hub.announcement import Announcement
from shared.domain.hub.subscription import Level
from shared.domain.hub.triggers import Trigger
from shared.domain.meanings import Meaning
from shared.domain.notification import Notification
from shared.domain.posting import Posting, posting_of
from shared.domain.receipts import Receipt
from shared.domain.settlement import Settlement
from shared.messages import tasks
from tests import builders
from tests.builders.hub import a_subscription, an_act
from tests.fakes.bank import FakeBank
from tests.fakes.clock import FakeClock
from tests.fakes.core import FakeCore
from tests.fakes.hub_stores import FakeDeliveries, FakeSubscriptions
from tests.fakes.messages import FakeInterpreter, FakePublisher
from tests.fakes.notifier import FakeNotifier
from tests.fakes.stores import FakeInbox, FakeJournal, FakeOutbox, StoreSets
from tests.fakes.wire import Wire, WorkerDied

_MOST_SWEEPS = 2000

F = TypeVar("F", bound=Flow)


class FakeLender:
    """`office` is what handlers are given; everything in it can be watched and told what to do."""

    def __init__(
        self,
        rules: Rules | None = None,
        jitter: Callable[[], float] = lambda: 0.5,
        interpreter: Interpreter | None = None,
    ) -> None:
        self.clock, self.wire, self.sets = FakeClock(), Wire(), StoreSets()
        self.bank, self.core = FakeBank(self.clock, self.wire), FakeCore(self.clock, self.wire)
        self.notifier = FakeNotifier(self.clock, self.wire)
        self.journal = FakeJournal(self.clock, self.sets, self.wire)
        self.inbox = FakeInbox(self.clock, self.sets, wire=self.wire)
        self.outbox, self.publisher = FakeOutbox(self.clock, self.sets), FakePublisher()
        self.subscriptions, self.rung = FakeSubscriptions(self.wire), list[str]()
        self.deliveries = FakeDeliveries(self.clock, wire=self.wire)
        self.interpreter = FakeInterpreter()
        self.office = Office(
            bank=self.bank,
            core=self.core,
            notifier=self.notifier,
            journal=self.journal,
            inbox=self.inbox,
            interpreter=interpreter or self.interpreter,
            subscriptions=self.subscriptions,
            deliveries=self.deliveries,
            ring=self.rung.append,
            clock=self.clock,
            jitter=jitter,
            rules=rules or builders.the_rules(),
        )

    def books(self, order: DisbursementOrder, loan: CoreLoan | None = None, holder: CoreHolder | None = None) -> None:
        """The core holds the order's transaction, its loan and the loan's holder."""
        loan = loan or builders.a_core_loan(order.loan_id)
        self.core.add(builders.a_core_transaction(order, loan_key=loan.key), loan, holder or builders.a_holder())

    def has_linked(self, loan: CoreLoan | None = None, account: VirtualAccount | None = None) -> None:
        """A loan that takes repayments on a virtual account of its own."""
        self.core.add(loan=loan or builders.a_core_loan())
        self.bank.add(account or builders.a_virtual_account())

    def is_listened_to(self) -> None:
        """Somebody subscribes to everything there is."""
        for trigger in Trigger:
            subscription = a_subscription(trigger.value, level=Level.SYSTEM, trigger=trigger)
            self.subscriptions.add(subscription, an_act())

    def stores(self, *meanings: Meaning) -> str:
        """A webhook with these meanings is stored and answered, nothing more; the receipt's id."""
        body = repr(meanings).encode()
        self.interpreter.learn(body, meanings)
        return self._accepts(body, "webhook", builders.a_new_receipt().kind, "clearbank")

    def hears(self, *meanings: Meaning) -> Receipt:
        """A webhook comes in and its task runs, unless the worker dies; the receipt afterwards."""
        return self.works_on(self.stores(*meanings))

    def hears_bytes(self, source: str, kind: str, body: bytes) -> Receipt:
        """The same with the bytes of a webhook, for a lender with a real interpreter."""
        return self.works_on(self._accepts(body, kind, kind, source))

    def works_on(self, receipt_id: str) -> Receipt:
        with suppress(WorkerDied):
            receive_webhook(receipt_id, self.office)
        return self.receipt(receipt_id)

    def receipt(self, receipt_id: str) -> Receipt:
        receipt = self.inbox.load(receipt_id)
        assert receipt is not None
        return receipt

    def advances(self, flow_id: str) -> None:
        advance(flow_id, self.office)

    def assigns(self, settlement: Settlement, loan_id: str) -> None:
        """An operator says which loan unmatched money belongs to, and the task runs that this enqueues."""
        operate.assign(posting_of(settlement).id, loan_id, "jo", self.office, self.publisher)
        self.works_off_the_queue()

    def sends_back(self, settlement: Settlement, reason: str = "Other") -> None:
        """An operator returns unmatched money, and the task runs that this enqueues."""
        operate.send_back(posting_of(settlement).id, reason, "jo", self.office, self.publisher)
        self.works_off_the_queue()

    def sweeps(self) -> None:
        """One sweep now, and every task it enqueues; tasks whose worker dies are left to later sweeps."""
        sweep(self.outbox, self.publisher, self.office.rules.idle_seconds)
        self.works_off_the_queue()

    def works_off_the_queue(self) -> None:
        enqueued, self.publisher.enqueued = self.publisher.enqueued, []
        for task, argument in enqueued:
            handler = receive_webhook if task == tasks.RECEIVE_WEBHOOK else advance
            with suppress(WorkerDied):
                handler(argument, self.office)

    def comes_to_rest(self) -> None:
        """Sweep whenever something is due, until nothing is."""
        for _ in range(_MOST_SWEEPS):
            due_at = self.sets.next_due()
            if due_at is None:
                return
            self.clock.move_to(due_at)
            self.sweeps()
        raise AssertionError(f"still due after {_MOST_SWEEPS} sweeps: {self.sets.due}")

    def disbursement(self, order: DisbursementOrder) -> Disbursement:
        return self._flow(Disbursement, disbursement_id(order.transaction_key))

    def posting(self, settlement: Settlement) -> Posting:
        return self._flow(Posting, posting_of(settlement).id)

    def disbursements(self) -> list[Disbursement]:
        return [flow for flow in self.journal.flows() if isinstance(flow, Disbursement)]

    def closure(self) -> Closure:
        """The only one."""
        (closure,) = self.closures()
        return closure

    def closures(self) -> list[Closure]:
        """One for each webhook."""
        return [flow for flow in self.journal.flows() if isinstance(flow, Closure)]

    def notifications(self) -> list[Notification]:
        return [flow for flow in self.journal.flows() if isinstance(flow, Notification)]

    def left_to_do(self) -> list[str]:
        """What is due, announcements apart: those wait for the next sweep and hold up nothing."""
        return [member for member in self.sets.due if not member.startswith("event:")]

    def announcements(self) -> list[Announcement]:
        """Oldest first; published ones have let go of their texts."""
        return [flow for flow in self.journal.flows() if isinstance(flow, Announcement)]

    def announced(self) -> list[str]:
        """What subscribers are told of, in the order it happened."""
        return [announcement.event.trigger.value for announcement in self.announcements()]

    def told(self) -> list[str]:
        """The codes of what people have been told, oldest first."""
        return [message.notice.code for message in self.notifier.messages]

    def history(self, flow: Flow) -> list[str]:
        """What happened, one word or two per line."""
        return [entry.what for entry in self.journal.history(flow.id)]

    def on_record(self) -> str:
        """All that the histories of the flows and the reasons beside the receipts say."""
        entries = [entry for flow in self.journal.flows() for entry in self.journal.history(flow.id)]
        return "\n".join(
            [*(entry.outcome for entry in entries), *(receipt.reason for receipt in self.inbox.receipts())]
        )

    def _accepts(self, body: bytes, name: str, kind: str, source: str) -> str:
        fingerprint = hashlib.sha256(body).hexdigest()
        receipt = builders.a_new_receipt(f"{name}-{fingerprint[:8]}", fingerprint, body=body, kind=kind, source=source)
        self.inbox.accept([receipt])
        return fingerprint

    def _flow(self, kind: type[F], flow_id: str) -> F:
        flows = {flow.id: flow for flow in self.journal.flows()}
        assert flow_id in flows, f"there is no {flow_id}, only {list(flows)}"
        flow = flows[flow_id]
        assert isinstance(flow, kind)
        return flow


def a_lender_with(order: DisbursementOrder) -> FakeLender:
    """A lender whose core holds what the order says."""
    lender = FakeLender()
    lender.books(order)
    return lender
