"""Which move of a flow tells people what, under which switch."""

from dataclasses import replace
from typing import Any

import pytest

from shared.domain import events as e
from shared.domain.advice import Advice
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Flow, Parked, Step, StepOutcome, StepRecord
from shared.domain.notification import Flag, Notice
from shared.domain.posting import Posting
from shared.domain.problems import notice_of_advisory, notice_of_receipt, notices, puts_money_at_risk
from shared.domain.step_problems import STEPS
from shared.domain.transitions import DisbursementState, PostingState
from tests.builders import (
    LOAN_KEY,
    a_bank_disbursement,
    a_closure,
    a_confirmed_disbursement,
    a_disbursement,
    a_disbursement_order,
    a_linked_disbursement,
    a_notification,
    a_repayment,
    a_settled_credit,
    an_advisory,
)

D, P = DisbursementState, PostingState
RECEIVED = a_disbursement()
CONFIRMED = a_confirmed_disbursement()
LINKING = CONFIRMED.apply(e.AccountWanted("Ada Lovelace", "key", external_id="key"))
LINKED = a_linked_disbursement()
SUBMITTING = LINKED.apply(e.PaymentPrepared())
SUBMITTED = SUBMITTING.apply(e.PaymentSubmitted())
HELD = SUBMITTED.apply(e.PaymentHeld())
SETTLED = SUBMITTED.apply(e.PaymentSettled("bank-1"))
POSTINGS = [a_repayment(), a_bank_disbursement()]


def the_notice(before: Flow, event: e.Event) -> Notice:
    """The one thing to tell when this happens to the flow."""
    after = before.apply(event)
    assert after.state is not before.state
    [notice] = notices(before, after)
    return notice


def located(posting: Posting) -> Posting:
    return posting.apply(e.LoanLocated("LOAN1", LOAN_KEY))


def posting_begun(posting: Posting) -> Posting:
    return located(posting).apply(e.PostingPrepared())


def posted(posting: Posting) -> Posting:
    return posting_begun(posting).apply(e.Posted("77"))


def unmatched(posting: Posting) -> Posting:
    return posting.apply(e.LoanNotLocated("loan_not_found", "no loans are named by the reference"))


# What waits for a person


@pytest.mark.parametrize(
    ("flow", "step", "flag"),
    [
        (RECEIVED, Step.ROUTE, Flag.CHECK_PAYMENT_SCHEME),
        (RECEIVED, Step.CONFIRM, Flag.SEARCH_LOAN_AND_CLIENT_DETAILS),
        (RECEIVED, Step.LINK, Flag.SEARCH_VIRTUAL_ACCOUNT_BY_IBAN),
        (RECEIVED, Step.CREATE_ACCOUNT, Flag.CREATE_VIRTUAL_ACCOUNT),
        (RECEIVED, Step.AWAIT_ACCOUNT, Flag.CREATE_VIRTUAL_ACCOUNT),
        (RECEIVED, Step.WRITE_LINKAGE, Flag.UPDATE_CUSTOM_FIELD),
        (RECEIVED, Step.AMEND_OWNER, Flag.UPDATE_VIRTUAL_ACCOUNT_OWNER_NAME),
        (RECEIVED, Step.PAY, Flag.CREATE_PAYMENT),
        (RECEIVED, Step.REPORT_SETTLED, Flag.UPDATE_CUSTOM_FIELD),
        (RECEIVED, Step.REPORT_HELD, Flag.UPDATE_CUSTOM_FIELD),
        (RECEIVED, Step.REPORT_REJECTED, Flag.UPDATE_CUSTOM_FIELD),
        (RECEIVED, Step.REVERSE, Flag.REVERSE_DISBURSEMENT),
        (a_repayment(), Step.LOCATE_LOAN, Flag.SEARCH_LOAN_AND_CLIENT_DETAILS),
        (a_repayment(), Step.POST_REPAYMENT, Flag.CREATE_PRE_PAYMENT),
        (a_bank_disbursement(), Step.POST_DISBURSEMENT, Flag.CREATE_DISBURSEMENT),
        (a_repayment(), Step.FIND_POSTING, Flag.SEARCH_TRANSACTION),
        (a_repayment(), Step.ADJUST_REPAYMENT, Flag.ADJUST_REPAYMENT),
        (a_bank_disbursement(), Step.ADJUST_DISBURSEMENT, Flag.REVERSE_DISBURSEMENT),
        (a_repayment(), Step.RETURN_MONEY, Flag.CREATE_PAYMENT),
        (a_closure(), Step.CHECK_CLOSURE, Flag.DISABLE_VIRTUAL_ACCOUNT),
        (a_closure(), Step.DISABLE_ACCOUNT, Flag.DISABLE_VIRTUAL_ACCOUNT),
    ],
)
def test_a_parked_step_is_told_under_its_switch(flow: Flow, step: Step, flag: Flag) -> None:
    [notice] = notices(flow, flow.park(Parked("gave_up", "no answer for a day", step)))

    assert (notice.about, notice.code, notice.flags) == (flow.id, f"{step}:gave_up", (flag,))
    assert notice.reason == "no answer for a day"
    assert notice.what
    assert notice.advice


def test_every_step_but_those_that_tell_can_be_told() -> None:
    assert set(STEPS) == set(Step) - {Step.ADDRESS, Step.SEND, Step.PUBLISH}


def test_a_flow_parked_for_no_step_is_always_told() -> None:
    [notice] = notices(RECEIVED, RECEIVED.park(Parked("contradiction", "the bank says otherwise")))

    assert (notice.code, notice.flags) == ("flow:contradiction", ())


def test_what_was_parked_before_is_not_told_again() -> None:
    parked = RECEIVED.park(Parked("gave_up", "no answer for a day", Step.CONFIRM))

    assert notices(parked, replace(parked, version=7)) == []


def test_the_same_problem_has_the_same_code_until_a_person_has_it_tried_again() -> None:
    parked = Parked("gave_up", "no answer for a day", Step.PAY)
    [first] = notices(SUBMITTING, SUBMITTING.park(parked))
    [again] = notices(SUBMITTING, SUBMITTING.park(replace(parked, reason="still no answer")))
    retried = replace(SUBMITTING, steps=SUBMITTING.anew(Step.PAY))
    [anew] = notices(retried, retried.park(parked))

    assert (first.code, again.code, anew.code) == ("pay:gave_up", "pay:gave_up", "pay:gave_up:2")


def test_a_payment_nobody_knows_of_is_not_to_be_paid_another_way() -> None:
    [notice] = notices(SUBMITTING, SUBMITTING.park(Parked("gave_up", "no answer for a day", Step.PAY)))

    assert "Look the payment up at ClearBank" in notice.advice
    assert "Pay in no other way" in notice.advice


# Steps that a flow goes on without


@pytest.mark.parametrize("outcome", [StepOutcome.REFUSED, StepOutcome.GAVE_UP])
@pytest.mark.parametrize(
    ("flow", "step", "flag"),
    [
        (HELD, Step.REPORT_HELD, Flag.UPDATE_CUSTOM_FIELD),
        (LINKED, Step.AMEND_OWNER, Flag.UPDATE_VIRTUAL_ACCOUNT_OWNER_NAME),
    ],
)
def test_a_step_that_the_flow_goes_on_without_is_told(
    flow: Disbursement, step: Step, flag: Flag, outcome: StepOutcome
) -> None:
    before = flow.with_step(step, StepRecord())
    after = before.with_step(step, StepRecord(outcome=outcome, reason="the field is gone"))
    [notice] = notices(before, after)

    assert (notice.code, notice.flags, notice.reason) == (f"{step}:{outcome}", (flag,), "the field is gone")
    assert notices(after, replace(after, version=7)) == []


def test_a_step_that_nobody_needs_any_more_is_not_told() -> None:
    settled = HELD.apply(e.PaymentSettled("bank-1"))

    assert notices(settled, settled.with_step(Step.REPORT_HELD, StepRecord(outcome=StepOutcome.GAVE_UP))) == []


def test_a_payment_that_settled_while_we_gave_up_asking_is_not_told() -> None:
    assert notices(SETTLED, SETTLED.with_step(Step.PAY, StepRecord(outcome=StepOutcome.GAVE_UP))) == []


# Disbursements


@pytest.mark.parametrize(
    ("before", "event", "code", "flag"),
    [
        (
            RECEIVED,
            e.RouteRefused("amount_over_limit", "too much"),
            "not_routed:amount_over_limit",
            "checkPaymentScheme",
        ),
        (CONFIRMED, e.LinkRefused("loan_iban_differs", "two IBANs"), "not_linked:loan_iban_differs", "checkLoanIBANCF"),
        (LINKING, e.AccountRefused("AccountName", "no name"), "no_account:AccountName", "createVirtualAccount"),
        (LINKED, e.LinkageRefused("mambu_901", "wrong type"), "linkage_refused:mambu_901", "updateCustomField"),
    ],
)
def test_a_disbursement_that_cannot_be_paid_is_told_by_what_stopped_it(
    before: Disbursement, event: Any, code: str, flag: str
) -> None:
    notice = the_notice(before, event)

    assert (notice.code, notice.flags, notice.reason) == (code, (Flag(flag),), event.reason)
    assert "Nothing was paid" in notice.advice


@pytest.mark.parametrize("before", [SUBMITTING, SUBMITTED])
def test_a_held_payment_is_told_and_waits(before: Disbursement) -> None:
    notice = the_notice(before, e.PaymentHeld())

    assert (notice.code, notice.flags) == ("held", (Flag.UPDATE_CUSTOM_FIELD,))
    assert notice.what == "the bank is looking at the payment"


@pytest.mark.parametrize(
    ("before", "event"),
    [
        (SUBMITTING, e.PaymentRefused("AC04", "Account closed")),
        (SUBMITTED, e.PaymentRejected("AC04", "Account closed")),
        (HELD, e.PaymentRejected("AC04", "Account closed")),
    ],
)
def test_a_payment_the_bank_did_not_make_is_told_with_its_reason_and_its_advice(
    before: Disbursement, event: e.Event
) -> None:
    notice = the_notice(before, event)

    assert notice.code == "rejected:AC04"
    assert notice.flags == (Flag.CREATE_PAYMENT, Flag.REVERSE_DISBURSEMENT)
    assert notice.reason == "Account closed (AC04: the payee's account is closed)"
    assert notice.advice == Advice.DO_NOT_RETRY.sentence


def test_the_reason_of_a_failed_message_decides_its_advice() -> None:
    notice = the_notice(SUBMITTED, e.PaymentRejected("assessment_failed", "InsufficientFunds; The account has none"))

    assert notice.advice == Advice.RETRY.sentence


@pytest.mark.parametrize("before", [SUBMITTING, SUBMITTED, HELD, SETTLED])
def test_a_payment_that_came_back_is_told_with_the_meaning_of_its_code(before: Disbursement) -> None:
    notice = the_notice(before, e.PaymentReturned("return-1", "AC03"))

    assert (notice.code, notice.flags) == ("returned:AC03", (Flag.REVERSE_DISBURSEMENT, Flag.SEARCH_TRANSACTION))
    assert notice.reason == "AC03: the payee's sort code or account number is unknown"
    assert notice.advice == Advice.REVIEW.sentence


def test_a_payment_that_goes_its_way_tells_nothing() -> None:
    flow: Disbursement = RECEIVED
    way = [CONFIRMED.route, CONFIRMED.confirmation, LINKED.account, e.PaymentPrepared(), e.PaymentSubmitted()]
    for event in [*way, e.PaymentSettled("bank-1")]:
        assert event is not None
        after = flow.apply(event)
        assert after.state is not flow.state
        assert notices(flow, after) == []
        flow = after


def test_a_disbursement_that_was_taken_back_tells_no_more() -> None:
    reversing = SUBMITTED.apply(e.PaymentRejected("AC04", "Account closed"))
    taking_back = SETTLED.apply(e.PaymentReturned("return-1", "AC03"))

    assert notices(reversing, reversing.apply(e.DisbursementReversed())) == []
    assert notices(taking_back, taking_back.apply(e.DisbursementReversed())) == []


def test_a_disbursement_is_told_with_its_loan_its_amount_and_the_user_of_the_webhook() -> None:
    order = a_disbursement_order("1500.00", assigned_user_key="user-key")
    notice = the_notice(a_disbursement(order), e.RouteRefused("channel_unknown", "no such channel"))

    assert (notice.loan_id, notice.amount_pence, notice.assignee_key) == ("LOAN1", 150_000, "user-key")


def test_an_amount_in_another_currency_is_not_told_in_pence() -> None:
    order = a_disbursement_order(currency="EUR")
    dollars = a_repayment(a_settled_credit(currency="USD"))

    assert the_notice(a_disbursement(order), e.RouteRefused("currency_not_gbp", "EUR")).amount_pence is None
    assert the_notice(dollars, e.LoanNotLocated("currency_not_gbp", "USD")).amount_pence is None


def test_a_code_in_the_banks_own_words_is_cut_to_what_an_id_can_hold() -> None:
    notice = the_notice(SUBMITTED, e.PaymentRejected("x" * 500, "no reason"))

    assert notice.code == "rejected:" + "x" * 80


# Money that moved at the bank


@pytest.mark.parametrize("posting", POSTINGS, ids=lambda posting: type(posting).__name__)
def test_money_without_a_loan_is_told(posting: Posting) -> None:
    notice = the_notice(posting, e.LoanNotLocated("loan_not_found", "no loans are named by the reference"))

    assert (notice.code, notice.flags) == ("unmatched:loan_not_found", (Flag.SEARCH_LOAN_AND_CLIENT_DETAILS,))
    assert notice.reason == "no loans are named by the reference"
    assert notice.amount_pence == posting.settlement.amount_pence
    assert "Assign the money to a loan" in notice.advice


@pytest.mark.parametrize(
    ("posting", "flag"),
    [(a_repayment(), Flag.CREATE_PRE_PAYMENT), (a_bank_disbursement(), Flag.CREATE_DISBURSEMENT)],
)
def test_money_that_mambu_refused_is_told_under_the_switch_of_its_kind(posting: Posting, flag: Flag) -> None:
    notice = the_notice(posting_begun(posting), e.PostingRefused("overpayment", "more than the balance"))

    assert (notice.code, notice.flags, notice.loan_id) == ("unmatched:overpayment", (flag,), "LOAN1")


def test_money_that_the_bank_refused_to_return_is_told() -> None:
    returning = unmatched(a_repayment()).apply(e.ReturnOrdered("AccountCannotBeIdentified"))
    notice = the_notice(returning, e.ReturnRefused("validation", "older than 90 days"))

    assert (notice.code, notice.flags) == ("not_returned:validation:2", (Flag.CREATE_PAYMENT,))


def test_money_that_is_unmatched_again_after_a_person_assigned_it_is_a_new_problem() -> None:
    assigned = unmatched(a_repayment()).apply(e.LoanAssigned("LOAN9"))
    notice = the_notice(assigned, e.LoanNotLocated("loan_not_found", "no such loan"))

    assert (notice.code, notice.loan_id) == ("unmatched:loan_not_found:2", "LOAN9")


UNDONE = [
    (a_repayment(), (Flag.ADJUST_REPAYMENT, Flag.SEARCH_TRANSACTION)),
    (a_bank_disbursement(), (Flag.REVERSE_DISBURSEMENT, Flag.SEARCH_TRANSACTION)),
]


@pytest.mark.parametrize(("posting", "flags"), UNDONE)
@pytest.mark.parametrize("reached", [posting_begun, posted])
def test_posted_money_that_went_the_other_way_is_told(posting: Posting, flags: tuple[Flag, ...], reached: Any) -> None:
    notice = the_notice(reached(posting), e.MoneyWentBack("AC03", "return-1"))

    assert (notice.code, notice.flags, notice.reason) == ("returned:AC03", flags, "the code is AC03")
    assert "taken back in Mambu" in notice.what


@pytest.mark.parametrize(("posting", "flags"), UNDONE)
@pytest.mark.parametrize("reached", [lambda posting: posting, located, unmatched])
def test_money_that_went_the_other_way_before_it_was_posted_is_told(
    posting: Posting, flags: tuple[Flag, ...], reached: Any
) -> None:
    notice = the_notice(reached(posting), e.MoneyWentBack("AC03", "return-1"))

    assert (notice.code, notice.flags) == ("returned:AC03", flags)
    assert "no loan was touched" in notice.advice


def test_a_return_that_a_person_ordered_is_no_problem() -> None:
    returning = unmatched(a_repayment()).apply(e.ReturnOrdered("AccountCannotBeIdentified"))
    returned = returning.apply(e.MoneyWentBack("AC03", "return-1"))

    assert returned.state is P.RETURNED
    assert notices(returning, returned) == []


def test_what_was_taken_back_tells_no_more() -> None:
    taking_back = posted(a_repayment()).apply(e.MoneyWentBack("AC03", "return-1"))

    assert notices(taking_back, taking_back.apply(e.PostingUndone())) == []


# What never tells anything


def test_a_fresh_flow_tells_nothing() -> None:
    for flow in (RECEIVED, a_repayment(), a_bank_disbursement(), a_closure()):
        assert notices(flow, flow) == []


def test_a_notification_tells_nothing_of_itself() -> None:
    notification = a_notification()

    assert notices(notification, notification.park(Parked("gave_up", "no answer for a day", Step.SEND))) == []


# Webhooks


def test_an_advisory_is_always_told_with_the_account_it_is_about() -> None:
    notice = notice_of_advisory(an_advisory(), "InboundHeldTransaction-1")

    assert (notice.about, notice.code, notice.flags) == ("InboundHeldTransaction-1", "inbound_held", ())
    assert notice.what == "the bank holds an inbound payment, on the account GB33BUKB20201555555555"
    assert (notice.reason, notice.advice, notice.amount_pence) == ("it is being screened", "wait for the bank", 8850)


def test_a_webhook_that_contradicts_our_records_puts_money_at_risk() -> None:
    notice = notice_of_receipt("TransactionSettled-1", "contradiction", "PaymentSettled came for a reversed one")

    assert notice.what == "the webhook TransactionSettled-1 contradicts our records"
    assert notice.flags == ()
    assert puts_money_at_risk(notice)


def test_a_webhook_of_unknown_type_puts_no_money_at_risk() -> None:
    notice = notice_of_receipt("Invented-1", "unknown_type", "ClearBank sent the unknown type 'Invented'")

    assert notice.what == "the webhook Invented-1 could not be dealt with"
    assert not puts_money_at_risk(notice)


def test_a_payment_that_was_not_made_puts_money_at_risk_and_a_held_one_does_not() -> None:
    assert puts_money_at_risk(the_notice(SUBMITTED, e.PaymentRejected("AC04", "Account closed")))
    assert not puts_money_at_risk(the_notice(SUBMITTED, e.PaymentHeld()))
