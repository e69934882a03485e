"""Mambu in memory: answers repeats of one Idempotency-Key within 6 h with the first answer, keeps externalId unique."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.worker.ports import Clock
from shared.domain.accounts import normal_iban
from shared.domain.core_records import CoreHolder, CoreLoan, CoreTransaction, TransactionStatus
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Flow, Request, Step
from shared.domain.outcomes import Accepted, LookUp, NotDone, Outcome, Refused, TryLater, Unknown
from shared.domain.posting import Posting, Repayment
from shared.domain.references import request_key
from tests.fakes.replies import Plan
from tests.fakes.wire import Wire

KEY_LIVES = timedelta(hours=6)
_NOT_FOUND = Refused("not_found", "Mambu has no such record")
_KEYLESS = frozenset({"status", "linkage"})  # PATCH and the v1 call know no Idempotency-Key
_STEP_OF = {
    TransactionStatus.SETTLED: Step.REPORT_SETTLED,
    TransactionStatus.HELD: Step.REPORT_HELD,
    TransactionStatus.REJECTED: Step.REPORT_REJECTED,
}


class FakeCore:
    """The ledger: `transactions` with whatever was posted and taken back, `statuses`, and the loans' linkage."""

    def __init__(self, clock: Clock, wire: Wire | None = None) -> None:
        self._clock, self._wire = clock, wire or Wire()
        self.transactions: dict[str, CoreTransaction] = {}
        self.loans: dict[str, CoreLoan] = {}
        self.holders: dict[str, CoreHolder] = {}
        self.statuses: dict[str, list[str]] = {}
        """Per transaction key, what the status custom field was set to, oldest first."""
        self.reversals: list[str] = []
        """Transaction keys, once per adjustment that really happened."""
        self.linkages: list[tuple[str, str, str]] = []
        """(loan id, virtual account id, IBAN) of each write into a loan's custom fields."""
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
            self.loans[loan.key] = loan
        if loan and holder:
            self.holders[loan.holder_key] = holder

    def read_transaction(self, key: str) -> CoreTransaction | Refused | TryLater:
        return self._trouble("core.read_transaction") or self.transactions.get(key) or _NOT_FOUND

    def read_loan(self, loan_id: str) -> CoreLoan | Refused | TryLater:
        return self._trouble("core.read_loan") or self._loan(loan_id) or _NOT_FOUND

    def read_holder(self, loan: CoreLoan) -> CoreHolder | Refused | TryLater:
        return self._trouble("core.read_holder") or self.holders.get(loan.holder_key) or _NOT_FOUND

    def find_loans_by_iban(self, iban: str) -> list[CoreLoan] | Refused | TryLater:
        found = [loan for loan in self.loans.values() if loan.iban and normal_iban(loan.iban) == normal_iban(iban)]
        return self._trouble("core.find_loans_by_iban") or found

    def prepare_status(self, disbursement: Disbursement, status: TransactionStatus) -> Request:
        return _request("status", [disbursement.order.transaction_key, status.value], disbursement, _STEP_OF[status])

    def prepare_linkage(self, disbursement: Disbursement) -> Request:
        account = disbursement.account
        if account is None:
            raise ValueError(f"{disbursement.id} is {disbursement.state}, and has no account to write")
        body = [disbursement.order.loan_id, account.virtual_account_id, account.iban]
        return _request("linkage", body, disbursement, Step.WRITE_LINKAGE)

    def prepare_reversal(self, disbursement: Disbursement) -> Request:
        return _request("adjustment", [disbursement.order.transaction_key], disbursement, Step.REVERSE)

    def prepare_posting(self, posting: Posting) -> Request:
        body = [_type(posting), posting.loan_id, external_id(posting), posting.settlement.amount_pence]
        return _request("posting", body, posting, posting.POST)

    def prepare_undo(self, posting: Posting) -> Request:
        if not posting.core_transaction_id:
            raise ValueError(f"{posting.id} is {posting.state}, and no transaction of the core is known to undo")
        return _request("adjustment", [posting.core_transaction_id], posting, posting.UNDO)

    def send(self, request: Request) -> Outcome:
        with self._wire.call(f"core.send {request.path}"):
            self.received.append(request)
            reply = self.sends.next()
            plain = self._take(request) if reply.happens else None
            outcome = reply.outcome or plain
            assert isinstance(outcome, Accepted | Refused | Unknown | TryLater)
        return outcome

    def look_up_reversal(self, disbursement: Disbursement) -> LookUp:
        return self._look_up(self._adjusted(disbursement.order.transaction_key))

    def look_up_posting(self, posting: Posting) -> LookUp:
        booked = self.transactions.get(f"core-{external_id(posting)}")
        return self._look_up(Accepted(booked.id) if booked else NotDone("Mambu has no such transaction"))

    def look_up_undo(self, posting: Posting) -> LookUp:
        return self._look_up(self._adjusted(posting.core_transaction_id))

    def posted(self, loan_id: str | None = None) -> list[tuple[str, int]]:
        """(type, pence) of what we booked and did not take back, on this loan or on all of them."""
        key = loan.key if loan_id and (loan := self._loan(loan_id)) else None
        return [
            (transaction.type, transaction.amount_pence)
            for transaction in self.transactions.values()
            if transaction.key.startswith("core-") and not transaction.adjusted
            if loan_id is None or transaction.loan_key == key
        ]

    def books_by_hand(self, posting: Posting, loan_id: str = "LOAN1") -> None:
        """Somebody at the lender posted it before us, under the same external id."""
        self._post(_type(posting), loan_id, external_id(posting), posting.settlement.amount_pence)

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
        now = self._clock.now()
        at, first = self._answered.get(request.key, (None, None))
        if at and first and now - at < KEY_LIVES and request.path not in _KEYLESS:
            return first
        outcome = self._do(request)
        self._answered[request.key] = (now, outcome)
        return outcome

    def _do(self, request: Request) -> Outcome:
        body = json.loads(request.body)
        match request.path:
            case "status":
                self.statuses.setdefault(body[0], []).append(body[1])
                return Accepted()
            case "linkage":
                return self._link(*body)
            case "adjustment":
                return self._adjust(*body)
            case "posting":
                return self._post(*body)
        raise AssertionError(f"the core has no door for {request.path}")

    def _link(self, loan_id: str, virtual_account_id: str, iban: str) -> Outcome:
        loan = self._loan(loan_id)
        if loan is None:
            return _NOT_FOUND
        self.loans[loan.key] = replace(loan, virtual_account_id=virtual_account_id, iban=iban)
        self.linkages.append((loan.id, virtual_account_id, iban))
        return Accepted()

    def _adjust(self, key: str) -> Outcome:
        transaction = self.transactions[key]
        if transaction.adjusted:
            return Accepted("adjusted before")
        self.transactions[key] = replace(transaction, adjusted=True)
        self.reversals.append(key)
        return Accepted("adjustment")

    def _adjusted(self, key: str) -> LookUp:
        done = key in self.transactions and self.transactions[key].adjusted
        return Accepted("adjusted before") if done else NotDone("the transaction stands")

    def _post(self, what: str, loan_id: str, external: str, amount_pence: int) -> Outcome:
        loan, key = self._loan(loan_id), f"core-{external}"
        if loan is None:
            return _NOT_FOUND
        if key in self.transactions:
            return Unknown("3305: the external id exists already", seen=True)
        self.transactions[key] = CoreTransaction(key, key, what, amount_pence, "CB_", loan.key, adjusted=False)
        return Accepted(key)

    def _loan(self, loan_id: str) -> CoreLoan | None:
        return next((loan for loan in self.loans.values() if loan_id in (loan.id, loan.key)), None)


def external_id(posting: Posting) -> str:
    """Unlike for a credit and a debit of one transfer between two of our accounts: both carry one TransactionId."""
    mark = "" if isinstance(posting, Repayment) else "debit-"
    return f"{mark}{posting.settlement.transaction_id}"


def _type(posting: Posting) -> str:
    return "REPAYMENT" if isinstance(posting, Repayment) else "DISBURSEMENT"


def _request(path: str, body: Sequence[object], flow: Flow, step: Step) -> Request:
    return Request("POST", path, json.dumps(body), request_key(flow.id, step, flow.step(step).generation))
