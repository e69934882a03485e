"""Records, linkage, status and tasks against the simulated Mambu."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.domain.core_records import CoreHolder, CoreLoan, TransactionStatus
from shared.domain.events import AccountChosen, Address
from shared.domain.flows import Request, Step
from shared.domain.outcomes import Accepted, NotDone, Refused
from shared.domain.references import request_key
from tests.builders import LOAN_IBAN, a_disbursement, a_disbursement_order
from tests.unit.worker.adapters.simulated_mambu import Simulated, a_simulated_mambu, accepted, repayment_on

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[Simulated]:
    with a_simulated_mambu(tmp_path) as simulated:
        yield simulated


ACCOUNT = AccountChosen(LOAN_IBAN, "virtual-1", write_linkage=True)


def linkage_of(simulated: Simulated, loan_id: str) -> Request:
    return simulated.core.prepare_linkage(a_disbursement(a_disbursement_order(loan_id=loan_id), account=ACCOUNT))


def test_a_linkage_is_seen_on_the_loan_and_found_by_its_iban(simulated: Simulated) -> None:
    loan = simulated.add_loan(customFields={"assignedLoanUser": "8a81user"})
    before = simulated.core.read_loan(loan["id"])
    assert isinstance(before, CoreLoan)
    assert (before.iban, before.virtual_account_id, before.assigned_user_key) == ("", "", "8a81user")

    assert simulated.core.send(linkage_of(simulated, loan["id"])) == Accepted("")
    linked = replace(before, iban=LOAN_IBAN, virtual_account_id="virtual-1")
    assert simulated.core.read_loan(loan["encodedKey"]) == linked
    assert simulated.core.find_loans_by_iban(LOAN_IBAN) == [linked]


def test_a_linkage_written_twice_changes_nothing(simulated: Simulated) -> None:
    loan = simulated.add_loan(customFields={"ibanLoan": "GB00OLD"})
    for _ in range(2):
        assert simulated.core.send(linkage_of(simulated, loan["id"])) == Accepted("")
    assert simulated.loan(loan)["customFields"] == {"virtualAccountId": "virtual-1", "ibanLoan": LOAN_IBAN}


@pytest.mark.parametrize(("loan_id", "code"), [("LOAN2", "custom_field_not_unique"), ("NO-SUCH", "mambu_100")])
def test_a_linkage_that_mambu_does_not_take_is_a_verdict(simulated: Simulated, loan_id: str, code: str) -> None:
    simulated.add_loan(id="LOAN1", customFields={"virtualAccountId": "virtual-1"})
    simulated.add_loan(id="LOAN2")
    outcome = simulated.core.send(linkage_of(simulated, loan_id))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.verdict) == (code, True)


def test_a_loan_tells_its_amount_and_nothing_of_fields_it_lacks(simulated: Simulated) -> None:
    loan = simulated.add_loan(amount="1234.50")
    record = simulated.core.read_loan(loan["id"])
    assert isinstance(record, CoreLoan)
    assert (record.state, record.amount_pence) == ("APPROVED", 123_450)
    assert (record.iban, record.virtual_account_id, record.assigned_user_key) == ("", "", "")


def test_a_disbursement_of_the_core_gets_its_status_and_is_reversed(simulated: Simulated) -> None:
    loan = simulated.add_loan()
    ordered = simulated.control(f"loans/{loan['id']}/disburse", channel="MBU_Loan_Disbursement_FPS", webhook=False)
    order = a_disbursement_order(loan_id=loan["id"], transaction_key=ordered["encodedKey"])
    disbursement = a_disbursement(order, failure="AC04: the account is closed")
    core = simulated.core
    assert core.look_up_reversal(disbursement) == NotDone("it stands")
    accepted(core.send(core.prepare_reversal(disbursement)))
    assert core.look_up_reversal(disbursement) == Accepted("reversed before")
    accepted(core.send(core.prepare_status(disbursement, TransactionStatus.REJECTED)))

    reversed_, adjustment = simulated.transactions(loan)
    assert reversed_["customFields"]["transactionStatus"] == "Rejected"
    assert adjustment["notes"] == "Payment not made: AC04: the account is closed"
    assert simulated.loan(loan)["state"] == "APPROVED"


NAME = "Zoë 🎉 O’Brien-Łęcki & Sons"
HOLDERS: dict[str, tuple[str, dict[str, Any], CoreHolder]] = {
    "a client": (
        "CLIENT",
        {"firstName": "Zoë 🎉", "middleName": "", "lastName": "O’Brien-Łęcki & Sons"},
        CoreHolder(NAME, Address("GB", "Bristol", "BS1 4ST", "1 Causeway Street")),
    ),
    "a group without an address": ("GROUP", {"groupName": NAME, "addresses": []}, CoreHolder(NAME, None)),
}


@pytest.mark.parametrize("case", HOLDERS.values(), ids=HOLDERS.keys())
def test_holders_of_any_name_are_read_and_repay(simulated: Simulated, case: Any) -> None:
    kind, holder, expected = case
    loan = simulated.add_loan(state="ACTIVE", holderType=kind, holder=holder)
    record = simulated.core.read_loan(loan["id"])
    assert isinstance(record, CoreLoan)
    assert simulated.core.read_holder(record) == expected

    names_and_words = {"account_name": NAME, "counterpart_name": NAME, "reference": "thank you 💷\n  für alles"}
    accepted(simulated.post(repayment_on(loan, **names_and_words)))
    fields = simulated.transactions(loan)[0]["customFields"]
    assert fields["creditorName"] == fields["debtorName"] == "Zoë O’Brien-Łęcki & Sons"
    assert fields["paymentReference"] == "thank you für alles"


def test_a_task_goes_through_the_same_door_and_is_made_once(simulated: Simulated) -> None:
    body = '{"dueDate":"2026-03-02","title":"Look at the payment","assignedUserKey":"8a81user"}'
    task = Request("POST", "/tasks", body, request_key("notification:1", Step.SEND))
    assert [simulated.core.send(task) for _ in range(2)] == [Accepted("1"), Accepted("1")]


def test_a_task_without_its_date_is_refused_for_a_person(simulated: Simulated) -> None:
    outcome = simulated.core.send(Request("POST", "/tasks", "{}", request_key("notification:2", Step.SEND)))
    assert isinstance(outcome, Refused)
    assert not outcome.verdict
