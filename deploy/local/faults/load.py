"""Plays a round's stories at the doors of the simulated bank and core."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests

from deploy.local.faults.ground import EndedError, Ground
from deploy.local.faults.plan import DoorFault, Plan, StoryPlan
from deploy.local.faults.played import Ending, Played
from deploy.local.faults.receivers import subscribe
from deploy.local.faults.stories import GOOD_IBAN, KINDS, Credit, Order, PortalPayment
from sandbox.player import HttpDoors
from sandbox.story import StoryError

_AT_ONCE = 8
_AGAIN_SECONDS = 0.3
_PATIENCE_SECONDS = 60.0
_LARGE_LOAN = "9000000.00"


@dataclass(frozen=True, slots=True)
class _Linked:
    """A loan and its virtual account."""

    loan_id: str
    iban: str


class Load:
    """Raises EndedError when the round ends meanwhile."""

    def __init__(self, ground: Ground, doors: HttpDoors, played: Played) -> None:
        self._ground = ground
        self._doors = doors
        self._played = played
        self._linked: list[_Linked] = []
        self._watched = _Linked("", "")

    def prepare(self, plan: Plan) -> None:
        """The loans that repayments will come for, and who is told of all that follows."""
        self._linked = [self._new_linked(_LARGE_LOAN, "ACTIVE") for _ in range(plan.linked_loans)]
        self._watched = self._new_linked(_LARGE_LOAN, "ACTIVE")
        sinks_url = self._ground.addresses.url("SANDBOX_SINKS_PORT")
        self._played.subscribers = subscribe(self._doors, sinks_url, self._ground.bank_id, self._watched.iban)

    def play(self, plan: Plan, began: float, done: Callable[[str], None]) -> None:
        """Each story at its time since `began` (monotonic); returns when the last has been told."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for number, story in enumerate(plan.stories):
                self._ground.wait(max(0.0, began + story.at_seconds - time.monotonic()))
                pool.submit(self._tell, story, number, done)

    def switch_on(self, fault: DoorFault) -> None:
        self._call(fault.door, fault.path, fault.body)
        self._played.count_fault(fault.what, fault.times)

    def _tell(self, story: StoryPlan, number: int, done: Callable[[str], None]) -> None:
        try:
            match KINDS[story.kind]:
                case Order() as order:
                    self._order(story, order)
                case Credit() as credit:
                    self._credit(story, credit, self._linked[number % len(self._linked)])
                case PortalPayment() as payment:
                    self._pay_in_the_portal(story, payment)
        except (StoryError, requests.RequestException) as error:
            self._played.complain(story.id, f"{story.kind} could not be told: {error}")
        except EndedError:
            return
        done(story.kind)

    def _order(self, story: StoryPlan, order: Order) -> None:
        amount = _pounds(story.amount_pence)
        loan = self._call("core", "/_sandbox/loans", {"amount": amount, "state": "APPROVED"})
        if order.outcome:
            rule = {"match": {"reference": story.id}, "outcome": order.outcome}
            self._call("bank", "/_sandbox/rules", rule)
        body = {
            "channel": order.channel,
            "creditorName": "Jane Smith",
            "creditorIBAN": order.creditor_iban,
            "debtorName": "Example Lender",
            "paymentReference": story.id,
        }
        transaction = self._call("core", f"/_sandbox/loans/{loan['id']}/disburse", body)
        self._expect(story, f"disbursement:{transaction['encodedKey']}", order.ends)

    def _credit(self, story: StoryPlan, credit: Credit, linked: _Linked) -> None:
        if credit.watched:
            linked = self._watched
        if credit.own_loan:
            linked = self._new_linked(_LARGE_LOAN, "ACTIVE")
        body = {
            "amount": _pounds(story.amount_pence),
            "creditorIban": linked.iban if credit.linked else self._operating_iban(),
            "debtorName": "Jane Smith",
            "debtorIban": GOOD_IBAN,
            "reference": story.id,
            **({"hold": True} if credit.held else {}),
        }
        money = self._call("bank", f"/_sandbox/inbound/{credit.rail}", body)
        flow_id = f"repayment:{money['transactionId']}:{body['creditorIban']}" if credit.ends else ""
        self._expect(story, flow_id, credit.ends, money["transactionId"])
        if credit.then:
            where = "held" if credit.held else "payments"
            self._insist("bank", f"/_sandbox/{where}/{money['endToEndId']}/{credit.then}", {})

    def _pay_in_the_portal(self, story: StoryPlan, payment: PortalPayment) -> None:
        amount = _pounds(story.amount_pence)
        linked = self._new_linked(amount, "APPROVED")
        body = {
            "amount": amount,
            "debtorIban": linked.iban,
            "creditorIban": GOOD_IBAN,
            "creditorName": "Jane Smith",
            "reference": story.id,
        }
        money = self._call("bank", "/_sandbox/outbound/fps", body)
        self._expect(story, f"bank-disbursement:{money['transactionId']}:{linked.iban}", payment.ends)

    def _new_linked(self, amount: str, state: str) -> _Linked:
        account = self._call("bank", "/_sandbox/virtual-accounts", {"ownerName": "Jane Smith"})
        fields = {"virtualAccountId": account["virtualAccountId"], "ibanLoan": account["iban"]}
        body = {"amount": amount, "state": state, "customFields": fields}
        return _Linked(self._call("core", "/_sandbox/loans", body)["id"], account["iban"])

    def _operating_iban(self) -> str:
        return self._ground.environment["SANDBOX_CLEARBANK_OPERATING_IBAN"]

    def _expect(self, story: StoryPlan, flow_id: str, state: str, money_id: str = "") -> None:
        self._played.end(Ending(story.id, story.kind, flow_id, state, money_id))

    def _call(self, door: str, path: str, body: Mapping[str, Any]) -> Any:
        return self._doors.call(door, path, body)

    def _insist(self, door: str, path: str, body: Mapping[str, Any]) -> None:
        """Until the money is where this can be decided about it: held, or settled."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                self._call(door, path, body)
            except StoryError:
                if time.monotonic() > until:
                    raise
                self._ground.wait(_AGAIN_SECONDS)
            else:
                return


def _pounds(amount_pence: int) -> str:
    return f"{amount_pence // 100}.{amount_pence % 100:02}"
