"""Mambu in memory: answers repeats of one Idempotency-Key within 6 h with the first answer, keeps externalId unique."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from services.worker.ports import Clock
from shared.domain.accounts import normal_iban
from shared.domain.core_records import CoreHolder, CoreLoan, CoreTransaction, TransactionStatus
from shared.domain.disbursement import Disbursement
from shared.domain.outcomes import Accepted, LookUp, NotDone, Outcome, Refused, TryLater, Unknown
from shared.domain.payments import Request
from shared.domain.references import external_id, request_key
from shared.domain.repayment import Repayment
from tests.fakes.replies import Plan
from tests.fakes.wire import Wire

KEY_LIVES = timedelta(hours=6)
_NOT_FOUND = Refused("not_found", "Mambu has no such record")


class FakeCore:
    def __init__(self, clock: Clock, wire: Wire | None = None) -> None:
        self._clock, self._wire = clock, wire or Wire()
        self.transactions: dict[str, CoreTransaction] = {}
        self.loans: list[CoreLoan] = []
        self.holders: dict[str, CoreHolder] = {}
        self.statuses: dict[str, list[str]] = {}
        """Per transaction key, what the status custom field was set to, oldest first."""
        self.reversals: list[str] = []
        """Transaction keys, once per adjustment that really happened."""
        self.repayments: dict[str, list[tuple[str, int]]] = {}
        """Per loan id, (external id, pence) of each repayment that was booked."""
        self.received: list[Request] = []
        self.asked: list[str] = []
        self.sends, self.look_ups, self.reads = Plan(), Plan(), Plan()
        self._answered: dict[str, tuple[datetime, Outcome]] = {}

    def add(
        self,
        transaction: CoreTransaction | None = None,
        loan: CoreLoan | None = None,
        holder: CoreHolder | None = None,
    ) -> None:
        """Records to be read. The holder belongs to the loan given with it."""
        if transaction:
            self.transactions[transaction.key] = transaction
        if loan:
            self.loans.append(loan)
        if loan and holder:
            self.holders[loan.holder_key] = holder

    def read_transaction(self, key: str) -> CoreTransaction | Refused | TryLater:
        trouble = self._trouble("core.read_transaction")
        return trouble or self.transactions.get(key) or _NOT_FOUND

    def read_loan(self, loan_id: str) -> CoreLoan | Refused | TryLater:
        found = next((loan for loan in self.loans if loan_id in (loan.id, loan.key)), _NOT_FOUND)
        return self._trouble("core.read_loan") or found

    def read_holder(self, loan: CoreLoan) -> CoreHolder | Refused | TryLater:
        trouble = self._trouble("core.read_holder")
        return trouble or self.holders.get(loan.holder_key) or _NOT_FOUND

    def find_loans_by_iban(self, iban: str) -> list[CoreLoan] | Refused | TryLater:
        found = [loan for loan in self.loans if loan.iban and normal_iban(loan.iban) == normal_iban(iban)]
        return self._trouble("core.find_loans_by_iban") or found[:2]

    def prepare_status(self, disbursement: Disbursement, status: TransactionStatus) -> Request:
        return _request("status", disbursement.id, disbursement.order.transaction_key, status.value)

    def prepare_reversal(self, disbursement: Disbursement) -> Request:
        return _request("reversal", disbursement.id, disbursement.order.transaction_key, "")

    def prepare_repayment(self, repayment: Repayment) -> Request:
        what = (repayment.loan_id, external_id(repayment.money.transaction_id), repayment.money.amount_pence)
        return _request("repayment", repayment.id, *what)

    def send(self, request: Request) -> Outcome:
        with self._wire.call(f"core.send {request.path}"):
            self.received.append(request)
            reply = self.sends.next()
            plain = self._take(request) if reply.happens else None
            outcome = reply.outcome or plain
            assert isinstance(outcome, Accepted | Refused | Unknown | TryLater)
        return outcome

    def look_up_reversal(self, disbursement: Disbursement) -> LookUp:
        key = disbursement.order.transaction_key
        done = key in self.transactions and self.transactions[key].adjusted
        return self._look_up(Accepted("reversed before") if done else NotDone("the disbursement stands"))

    def look_up_repayment(self, repayment: Repayment) -> LookUp:
        booked = self._booked(external_id(repayment.money.transaction_id))
        return self._look_up(Accepted(booked) if booked else NotDone("Mambu has no such transaction"))

    def posted(self) -> list[tuple[str, int]]:
        """(external id, pence) of every repayment booked on any loan."""
        return [repayment for booked in self.repayments.values() for repayment in booked]

    def _look_up(self, plain: LookUp) -> LookUp:
        with self._wire.call("core.look_up"):
            self.asked.append("look-up")
            outcome = self.look_ups.next().outcome or plain
            assert isinstance(outcome, Accepted | Refused | Unknown | NotDone)
        return outcome

    def _trouble(self, name: str) -> Refused | TryLater | None:
        with self._wire.call(name):
            outcome = self.reads.next().outcome
            assert outcome is None or isinstance(outcome, Refused | TryLater)
        return outcome

    def _take(self, request: Request) -> Outcome:
        if request.path == "status":  # the v1 call knows no Idempotency-Key
            return self._do(request.path, *json.loads(request.body))
        now = self._clock.now()
        at, first = self._answered.get(request.key, (None, None))
        if at and first and now - at < KEY_LIVES:
            return first
        outcome = self._do(request.path, *json.loads(request.body))
        self._answered[request.key] = (now, outcome)
        return outcome

    def _do(self, what: str, key: str, value: str, amount_pence: int = 0) -> Outcome:
        match what:
            case "status":
                self.statuses.setdefault(key, []).append(value)
                return Accepted()
            case "reversal":
                return self._reverse(key)
        if self._booked(value):
            return Unknown("3305: the external id exists already", seen=True)
        self.repayments.setdefault(key, []).append((value, amount_pence))
        return Accepted(self._booked(value))

    def _reverse(self, key: str) -> Outcome:
        transaction = self.transactions[key]
        if transaction.adjusted:
            return Accepted("reversed before")
        self.transactions[key] = replace(transaction, adjusted=True)
        self.reversals.append(key)
        return Accepted("adjustment")

    def _booked(self, external: str) -> str:
        """The core's id of the repayment with this external id, "" when there is none."""
        return f"core-{external}" if any(external == booked for booked, _ in self.posted()) else ""


def _request(what: str, payment_id: str, key: str, value: str, *more: int) -> Request:
    return Request("POST", what, json.dumps([key, value, *more]), request_key(payment_id, f"{what} {value}".strip()))
