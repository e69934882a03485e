"""A whole connector in memory: webhooks go in, tasks run, sweeps come, workers die and others take over."""

import hashlib
from collections.abc import Callable
from contextlib import suppress

from services.worker.handlers.advance_payment import advance_payment
from services.worker.handlers.office import Office, Rules
from services.worker.handlers.receive_webhook import receive_webhook
from services.worker.handlers.sweep import sweep
from shared.domain.disbursement import Disbursement, DisbursementOrder, disbursement_id
from shared.domain.meanings import Meaning
from shared.domain.receipts import Receipt
from shared.domain.repayment import MoneyReceived, Repayment
from shared.messages import tasks
from tests import builders
from tests.fakes.bank import FakeBank
from tests.fakes.clock import FakeClock
from tests.fakes.core import FakeCore
from tests.fakes.messages import FakeInterpreter, FakePublisher
from tests.fakes.stores import FakeInbox, FakeJournal, FakeOutbox, StoreSets
from tests.fakes.wire import Wire, WorkerDied

_MOST_SWEEPS = 2000


class FakeLender:
    """`office` is what handlers are given; everything in it can be watched and told what to do."""

    def __init__(self, rules: Rules | None = None, jitter: Callable[[], float] = lambda: 0.5) -> None:
        self.clock, self.wire, self.sets = FakeClock(), Wire(), StoreSets()
        self.bank, self.core = FakeBank(self.clock, self.wire), FakeCore(self.clock, self.wire)
        self.journal = FakeJournal(self.clock, self.sets, self.wire)
        self.inbox = FakeInbox(self.clock, self.sets, wire=self.wire)
        self.outbox, self.publisher = FakeOutbox(self.clock, self.sets), FakePublisher()
        self.interpreter = FakeInterpreter()
        self.office = Office(
            bank=self.bank,
            core=self.core,
            journal=self.journal,
            inbox=self.inbox,
            interpreter=self.interpreter,
            clock=self.clock,
            jitter=jitter,
            rules=rules or builders.the_rules(),
        )

    def books(self, order: DisbursementOrder) -> None:
        """The core holds the order's transaction, its loan and the loan's holder."""
        loan = builders.a_core_loan(order.loan_id)
        self.core.add(builders.a_core_transaction(order, loan_key=loan.key), loan, builders.a_holder())

    def stores(self, *meanings: Meaning) -> str:
        """A webhook with these meanings is stored and answered, nothing more; the receipt's id."""
        body = repr(meanings).encode()
        fingerprint = hashlib.sha256(body).hexdigest()
        self.interpreter.learn(body, meanings)
        self.inbox.accept([builders.a_new_receipt(f"webhook-{fingerprint[:8]}", fingerprint, body=body)])
        return fingerprint

    def hears(self, *meanings: Meaning) -> Receipt:
        """A webhook comes in and its task runs, unless the worker dies; the receipt afterwards."""
        receipt_id = self.stores(*meanings)
        with suppress(WorkerDied):
            receive_webhook(receipt_id, self.office)
        return self.receipt(receipt_id)

    def receipt(self, receipt_id: str) -> Receipt:
        receipt = self.inbox.load(receipt_id)
        assert receipt is not None
        return receipt

    def advances(self, payment_id: str) -> None:
        advance_payment(payment_id, self.office)

    def history(self, order: DisbursementOrder) -> list[str]:
        """What happened, one word or two per line."""
        return [entry.what for entry in self.journal.history(disbursement_id(order.transaction_key))]

    def sweeps(self) -> None:
        """One sweep now, and every task it enqueues; tasks whose worker dies are left to later sweeps."""
        sweep(self.outbox, self.publisher, self.office.rules.idle_seconds)
        enqueued, self.publisher.enqueued = self.publisher.enqueued, []
        for task, argument in enqueued:
            handler = receive_webhook if task == tasks.RECEIVE_WEBHOOK else advance_payment
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
        return next(
            payment
            for payment in self.journal.payments()
            if isinstance(payment, Disbursement) and payment.id == disbursement_id(order.transaction_key)
        )

    def repayment(self, money: MoneyReceived) -> Repayment:
        return next(
            payment
            for payment in self.journal.payments()
            if isinstance(payment, Repayment) and payment.id == Repayment.received(money).id
        )


def a_lender_with(order: DisbursementOrder) -> FakeLender:
    """A lender whose core holds what the order says."""
    lender = FakeLender()
    lender.books(order)
    return lender
