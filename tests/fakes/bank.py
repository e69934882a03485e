"""ClearBank in memory: each X-Request-Id does its work once within 24 h, and the ledger tells what really happened."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.worker.ports import Clock
from shared.domain.accounts import normal_iban
from shared.domain.bank_records import VirtualAccount
from shared.domain.closure import Closure
from shared.domain.disbursement import Disbursement
from shared.domain.events import AccountCreated, AccountRefused
from shared.domain.flows import Flow, Request, Step
from shared.domain.meanings import AccountReport
from shared.domain.outcomes import Accepted, LookUp, Outcome, Refused, TryLater, Unknown
from shared.domain.posting import Posting
from shared.domain.references import request_key
from tests.fakes.replies import Plan
from tests.fakes.wire import Wire

KEY_PROTECTS = timedelta(hours=24)
_NOT_FOUND = Refused("not_found", "the bank has no such virtual account")


@dataclass
class Movement:
    """Money that left, or is about to: the bank took the payment."""

    end_to_end_id: str
    amount_pence: int
    debtor_iban: str
    rejected: bool = False

    @property
    def transaction_id(self) -> str:
        return f"bank-{self.end_to_end_id}"


@dataclass(frozen=True)
class AccountOrder:
    """A virtual account that was asked for; `reference` is the IBAN, or the external id when the bank numbers it."""

    reference: str
    iban: str
    owner_name: str


class FakeBank:
    """The ledger: `movements`, `returns` (transaction id, reason), `orders`, `amended` (id, name), `disabled` (id)."""

    def __init__(self, clock: Clock, wire: Wire | None = None) -> None:
        self._clock, self._wire = clock, wire or Wire()
        self.accounts: dict[str, VirtualAccount] = {}
        self.movements: list[Movement] = []
        self.returns: list[tuple[str, str]] = []
        self.orders: list[AccountOrder] = []
        self.amended: list[tuple[str, str]] = []
        self.disabled: list[str] = []
        self.received: list[Request] = []
        self.asked: list[str] = []
        self.sends, self.look_ups, self.reads = Plan(), Plan(), Plan()
        self.during_send: Callable[[], object] | None = None
        """Runs once inside the next send, after the bank did its work and before the caller hears of it."""
        self._taken_at: dict[str, datetime] = {}

    def add(self, *accounts: VirtualAccount) -> None:
        self.accounts |= {account.id: account for account in accounts}

    def creates(self, reference: str, iban: str = "GB92CLRB04190000009001") -> AccountReport:
        """The bank makes the account that was asked for, under `iban` if it picks the number; what it then reports.

        Once made, the account stays as it is, and the report can be had again.
        """
        order = self._order(reference)
        account = VirtualAccount(f"virtual-of-{reference}", order.iban or iban, order.owner_name, is_enabled=True)
        account = self.accounts.setdefault(account.id, account)
        return AccountReport(tuple(dict.fromkeys((reference, account.iban))), AccountCreated(account.id, account.iban))

    def refuses_account(self, reference: str, code: str = "ExternalVirtualAccountIdNotUnique") -> AccountReport:
        """The bank took the order for processing and then does not make the account; what it then reports."""
        return AccountReport((self._order(reference).reference,), AccountRefused(code, f"the bank said {code}"))

    def find_account(self, iban: str) -> VirtualAccount | Refused | TryLater | None:
        found = [account for account in self.accounts.values() if normal_iban(account.iban) == normal_iban(iban)]
        return self._trouble("bank.find_account") or next(iter(found), None)

    def read_account(self, virtual_account_id: str) -> VirtualAccount | Refused | TryLater:
        return self._trouble("bank.read_account") or self.accounts.get(virtual_account_id) or _NOT_FOUND

    def prepare_payment(self, disbursement: Disbursement) -> Request:
        if disbursement.account is None:
            raise ValueError(f"{disbursement.id} is {disbursement.state}, and no account is chosen to pay it")
        body = {
            "end_to_end_id": disbursement.end_to_end_id,
            "amount_pence": disbursement.order.amount_pence,
            "scheme": disbursement.route.scheme.value if disbursement.route else "",
            "debtor_iban": disbursement.account.iban,
        }
        return _request("payment", body, disbursement, Step.PAY)

    def prepare_account(self, disbursement: Disbursement) -> Request:
        wanted = disbursement.wanted
        if wanted is None:
            raise ValueError(f"{disbursement.id} is {disbursement.state}, and wants no account")
        body = {
            "reference": wanted.external_id or wanted.iban,
            "iban": normal_iban(wanted.iban),
            "owner_name": wanted.owner_name,
        }
        return Request("POST", "account", json.dumps(body), wanted.request_key)

    def prepare_owner_name(self, disbursement: Disbursement) -> Request:
        account = disbursement.account
        if account is None:
            raise ValueError(f"{disbursement.id} is {disbursement.state}, and has no account to name")
        body = {"id": account.virtual_account_id, "name": account.owner_name}
        return _request("owner-name", body, disbursement, Step.AMEND_OWNER)

    def prepare_return(self, posting: Posting) -> Request:
        body = {"transaction_id": posting.settlement.transaction_id, "reason": posting.return_reason}
        return _request("return", body, posting, Step.RETURN_MONEY)

    def prepare_disabling(self, closure: Closure) -> Request:
        return _request("disabling", {"id": closure.virtual_account_id}, closure, Step.DISABLE_ACCOUNT)

    def send(self, request: Request) -> Outcome:
        with self._wire.call(f"bank.send {request.path}"):
            self.received.append(request)
            reply = self.sends.next()
            plain = self._take(request) if reply.happens else None
            during, self.during_send = self.during_send, None
            if during:
                during()
            outcome = reply.outcome or plain
            assert isinstance(outcome, Accepted | Refused | Unknown | TryLater)
        return outcome

    def look_up_payment(self, end_to_end_id: str) -> LookUp:
        with self._wire.call("bank.look_up"):
            self.asked.append(end_to_end_id)
            outcome = self.look_ups.next().outcome or self._found(end_to_end_id)
            assert isinstance(outcome, Accepted | Refused | Unknown)
        return outcome

    def moved(self, end_to_end_id: str) -> int:
        """How often money moved for this end-to-end id."""
        return sum(movement.end_to_end_id == end_to_end_id for movement in self.movements)

    def reject(self, end_to_end_id: str) -> None:
        """The bank ends a payment that it had taken: nothing leaves."""
        for movement in self.movements:
            if movement.end_to_end_id == end_to_end_id:
                movement.rejected = True

    def sent(self, path: str) -> list[Request]:
        """What was sent to do this: payment, account, owner-name, return, or disabling."""
        return [request for request in self.received if request.path == path]

    def _take(self, request: Request) -> Outcome:
        now = self._clock.now()
        taken_at = self._taken_at.get(request.key)
        if taken_at and now - taken_at < KEY_PROTECTS:
            # An account's creation is told by webhook alone, so a repeat of its order says no more than the first.
            return Accepted() if request.path == "account" else Unknown("409: seen before", seen=True)
        body = json.loads(request.body)
        match request.path:
            case "payment":
                self.movements.append(Movement(body["end_to_end_id"], body["amount_pence"], body["debtor_iban"]))
            case "account":
                self.orders.append(AccountOrder(**body))
            case "return":
                self.returns.append((body["transaction_id"], body["reason"]))
            case "owner-name" | "disabling" if body["id"] not in self.accounts:
                return _NOT_FOUND
            case "owner-name":
                self.amended.append((body["id"], body["name"]))
                self.accounts[body["id"]] = replace(self.accounts[body["id"]], owner_name=body["name"])
            case "disabling":
                self.disabled.append(body["id"])
                self.accounts[body["id"]] = replace(self.accounts[body["id"]], is_enabled=False)
        self._taken_at[request.key] = now
        return Accepted(f"{request.path}-id", "correlation-id")

    def _found(self, end_to_end_id: str) -> LookUp:
        ours = [movement for movement in self.movements if movement.end_to_end_id == end_to_end_id]
        if not ours:
            return Unknown("the bank shows no such payment yet", seen=True)
        if all(movement.rejected for movement in ours):
            return Refused("rejected", "the bank's list shows the payment as rejected")
        return Accepted(ours[0].transaction_id)

    def _order(self, reference: str) -> AccountOrder:
        found = [order for order in self.orders if order.reference == reference]
        assert found, f"no account was asked for by {reference}, only by {[order.reference for order in self.orders]}"
        return found[0]

    def _trouble(self, name: str) -> Refused | TryLater | None:
        with self._wire.call(name):
            outcome = self.reads.next().outcome
            assert outcome is None or isinstance(outcome, Refused | TryLater)
        return outcome


def _request(path: str, body: Mapping[str, object], flow: Flow, step: Step) -> Request:
    return Request("POST", path, json.dumps(body), request_key(flow.id, step, flow.step(step).generation))
