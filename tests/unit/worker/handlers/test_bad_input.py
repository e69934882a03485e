"""Input that cannot be right: a clear reason on record, the right people told, nothing lost, nothing moved twice."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from services.worker.handlers.office import Rules
from shared.domain.flows import Flow
from shared.domain.meanings import Ignored, Meaning
from shared.domain.notification import Flag
from shared.domain.receipts import ReceiptState
from shared.domain.transitions import DisbursementState, PostingState
from tests.builders import (
    LOAN_IBAN,
    OPERATING_IBAN,
    a_core_loan,
    a_core_transaction,
    a_disbursement_order,
    a_holder,
    a_loan_closure,
    a_settled_credit,
    a_settled_debit,
    a_virtual_account,
    the_bank_settles,
    the_return_of,
    the_rules,
)
from tests.fakes.lender import FakeLender

SEARCH, SCHEME = Flag.SEARCH_LOAN_AND_CLIENT_DETAILS, Flag.CHECK_PAYMENT_SCHEME
ORDER = a_disbursement_order("1500.00")
LINKS = the_rules(links_disbursements=True)
BY_REFERENCE = the_rules(finds_loans_by_account=False)


@dataclass(frozen=True)
class Case:
    """What is strange; what people are told (code and switches); the words on record; and the loan as the core has it.

    `is_reversed`: the disbursement was made in the core, so nothing paid means that it is taken back there.
    """

    meaning: Meaning
    told: str
    flags: set[Flag]
    words: str
    loan: dict[str, Any] = field(default_factory=dict)
    holder: dict[str, Any] = field(default_factory=dict)
    transaction: dict[str, Any] = field(default_factory=dict)
    rules: Rules = field(default_factory=the_rules)
    other_loan: bool = False
    is_reversed: bool = False

    def lender(self) -> FakeLender:
        lender = FakeLender(self.rules)
        loan = a_core_loan(**self.loan)
        lender.core.add(a_core_transaction(ORDER, **self.transaction), loan, a_holder(**self.holder))
        lender.bank.add(a_virtual_account())
        if self.other_loan:
            lender.core.add(loan=a_core_loan("LOAN2", key="another"))
        return lender


UNLINKED = {"iban": "", "virtual_account_id": ""}
CASES = {
    "D1: the loan is unknown": Case(
        a_disbursement_order(loan_id="NONE"), "confirm:not_found", {SEARCH}, "not_found: Mambu has no such record"
    ),
    "D1: the transaction is unknown": Case(
        a_disbursement_order(transaction_key="none"), "confirm:not_found", {SEARCH}, "Mambu has no such record"
    ),
    "D1: the currency is not GBP": Case(
        a_disbursement_order(currency="EUR"),
        "not_routed:currency_not_gbp",
        {SCHEME},
        "the currency is EUR, only GBP can be paid",
        is_reversed=True,
    ),
    "D1: the amount is over the scheme's limit": Case(
        a_disbursement_order("1000000.01"), "not_routed:amount_over_limit", {SCHEME}, "over the limit", is_reversed=True
    ),
    "D1: the payee's IBAN has wrong check digits": Case(
        a_disbursement_order(creditor_iban="GB00WEST12345698765432"),
        "not_routed:creditor_iban_invalid",
        {SCHEME},
        "the IBAN's check digits do not agree",
        is_reversed=True,
    ),
    "D1: the payee's name has no letter that can be sent": Case(
        a_disbursement_order(creditor_name="🦉"),
        "not_routed:creditor_name_invalid",
        {SCHEME},
        "creditorName has no character that FPS can carry",
        is_reversed=True,
    ),
    "D1: the amount is not the core's": Case(
        a_disbursement_order("1500.01"),
        "confirm:amount_differs",
        {SEARCH},
        "the webhook says 1500.01, the core 1500.00",
    ),
    "D1: the disbursement was taken back already": Case(
        ORDER, "confirm:already_reversed", {SEARCH}, "has been taken back", transaction={"adjusted": True}
    ),
    "D1: the transaction is of another loan": Case(
        ORDER, "confirm:loan_differs", {SEARCH}, "another loan", transaction={"loan_key": "another"}
    ),
    "D1: the loan is closed": Case(
        ORDER, "confirm:loan_not_open", {SEARCH}, "the loan LOAN1 is CLOSED", loan={"state": "CLOSED"}
    ),
    "D1: the group has no address": Case(
        ORDER,
        "confirm:address_missing",
        {SEARCH},
        "The Weavers has no address with town, post code and country",
        loan={"holder_type": "GROUP"},
        holder={"name": "The Weavers", "address": None},
    ),
    "D1: the custom fields of the linkage are missing": Case(
        a_disbursement_order(debtor_iban=""),
        "not_linked:iban_missing",
        {Flag.CHECK_LOAN_IBAN_CF},
        "neither debtorIBAN nor the loan LOAN1 names an IBAN",
        loan=UNLINKED,
        rules=LINKS,
        is_reversed=True,
    ),
    "D1: the IBAN is not the loan's": Case(
        a_disbursement_order(debtor_iban=OPERATING_IBAN),
        "not_linked:loan_iban_differs",
        {Flag.CHECK_LOAN_IBAN_CF},
        f"debtorIBAN is {OPERATING_IBAN}, and the loan LOAN1 holds {LOAN_IBAN}",
        rules=LINKS,
        is_reversed=True,
    ),
    "D1: the IBAN is another loan's": Case(
        ORDER,
        "not_linked:iban_of_another_loan",
        {Flag.CHECK_LOAN_IBAN_CF},
        "is tied to another loan than LOAN1",
        loan=UNLINKED,
        rules=LINKS,
        other_loan=True,
        is_reversed=True,
    ),
    "D2: no loan has the account": Case(
        a_settled_debit(from_iban="GB95CLRB04190000001114"),
        "unmatched:loan_not_found",
        {SEARCH},
        "no loans are named by the account the money moved on",
    ),
    "D2: the loan is in a wrong state": Case(
        a_settled_debit(), "unmatched:loan_not_open", {SEARCH}, "the loan LOAN1 is CLOSED", loan={"state": "CLOSED"}
    ),
    "R1: the currency is not GBP": Case(
        a_settled_credit(currency="EUR"), "unmatched:currency_not_gbp", {SEARCH}, "the currency is EUR"
    ),
    "R1: the reference names no loan": Case(
        a_settled_credit(reference="LOAN99"),
        "unmatched:loan_not_found",
        {SEARCH},
        "no loans are named by the payment's reference",
        rules=BY_REFERENCE,
    ),
    "R1: the loan's virtual account id is missing": Case(
        a_settled_credit(),
        "unmatched:virtual_account_missing",
        {SEARCH},
        "the loan LOAN1 names no virtual account",
        loan={"virtual_account_id": ""},
    ),
    "R1: the loan is not disbursed yet": Case(
        a_settled_credit(), "unmatched:loan_not_open", {SEARCH}, "is APPROVED", loan={"state": "APPROVED"}
    ),
    "R1: two loans hold one IBAN": Case(
        a_settled_credit(), "unmatched:loan_ambiguous", {SEARCH}, "2 loans are named by the account", other_loan=True
    ),
    "R2: the end-to-end id is unknown": Case(
        the_return_of(a_settled_credit(end_to_end_id="never-seen")), "original_unknown", set(), "never-seen"
    ),
    "C: the loan is unknown": Case(
        a_loan_closure("NONE"), "check-closure:not_found", {Flag.DISABLE_VIRTUAL_ACCOUNT}, "Mambu has no such record"
    ),
    "C: the account is not the loan's": Case(
        a_loan_closure(virtual_account_id="another"),
        "check-closure:virtual_account_differs",
        {Flag.DISABLE_VIRTUAL_ACCOUNT},
        "the webhook names the virtual account another, the loan LOAN1 virtual-1",
        loan={"state": "CLOSED"},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_cannot_be_right_moves_nothing_and_is_explained_and_told(case: Case) -> None:
    lender = case.lender()
    lender.hears(case.meaning)
    lender.hears(case.meaning, Ignored("the same, delivered again"))
    lender.comes_to_rest()

    assert case.words in lender.on_record()
    notices = {flow.notice.code: flow.notice for flow in lender.notifications()}
    assert set(notices[case.told].flags) == case.flags
    # A closure or a parked webhook is one per webhook; all else is told once however often it comes.
    assert lender.told().count(case.told) == (2 if case.told.startswith(("check-closure", "original_unknown")) else 1)
    assert (lender.bank.movements, lender.bank.returns, lender.bank.disabled) == ([], [], [])
    assert lender.core.posted() == []
    assert len(lender.core.reversals) == case.is_reversed


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_cannot_be_right_is_kept_for_a_person_to_find(case: Case) -> None:
    lender = case.lender()
    lender.hears(case.meaning)
    lender.comes_to_rest()

    ended = {DisbursementState.REVERSED, PostingState.UNMATCHED}
    waits = [flow for flow in flows_of_money(lender) if flow.parked or flow.state in ended]
    parked = [receipt for receipt in lender.inbox.receipts() if receipt.state is ReceiptState.PARKED]
    assert len(waits) + len(parked) == 1


def flows_of_money(lender: FakeLender) -> list[Flow]:
    return [flow for flow in lender.journal.flows() if flow not in lender.notifications()]


def test_a_settlement_of_another_amount_than_was_ordered_is_told_and_settles_nothing() -> None:
    lender = FakeLender()
    lender.books(ORDER)
    lender.hears(ORDER)
    receipt = lender.hears(the_bank_settles(ORDER, amount_pence=1))
    lender.comes_to_rest()

    assert receipt.reason.startswith("amount_differs: 0.01 GBP moved under the end-to-end id of ")
    assert lender.told() == ["amount_differs"]
    assert lender.disbursement(ORDER).state is DisbursementState.SUBMITTED
    assert lender.bank.moved(ORDER.transaction_key) == 1
