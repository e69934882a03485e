"""What subscribers are told of a payment's life, and what it says."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from shared.domain import events as e
from shared.domain.flows import Flow, Parked, Step, StepOutcome, StepRecord
from shared.domain.hub.event import BusinessEvent
from shared.domain.hub.life_cycle import life_events
from shared.domain.hub.triggers import Trigger, placeholders_of
from shared.domain.transitions import DISBURSEMENT
from shared.domain.transitions import DisbursementState as D
from shared.domain.transitions import PostingState as P
from tests.builders import (
    BANK_ID,
    CREDITOR_IBAN,
    LOAN_IBAN,
    OPERATING_IBAN,
    TRANSACTION_KEY,
    a_bank_disbursement,
    a_closure,
    a_linked_disbursement,
    a_notification,
    a_repayment,
    a_settled_credit,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
REJECTED = e.PaymentRejected("AC04", "the account is closed")
RETURNED = e.PaymentReturned("bank-2", "AC01")
WANTED = e.AccountWanted("Ada Lovelace", "key-of-LOAN1", external_id="key-of-LOAN1")


def told(before: Flow, after: Flow) -> list[BusinessEvent]:
    return life_events(before, after, BANK_ID, NOW)


def names(before: Flow, after: Flow) -> list[str]:
    return [event.trigger.value for event in told(before, after)]


def at(state: Any) -> Any:
    return a_linked_disbursement(state=state)


def posting_at(state: P, **changed: Any) -> Any:
    return a_repayment(state=state, loan_id="LOAN1", **changed)


@pytest.mark.parametrize(
    ("state", "event", "expected"),
    [
        (D.LINKED, e.PaymentPrepared(), []),
        (D.SUBMITTING, e.PaymentSubmitted(), ["payment.submitted"]),
        (D.SUBMITTED, e.PaymentHeld(), ["payment.held"]),
        (D.SUBMITTED, e.PaymentSettled("bank-1"), ["payment.settled"]),
        (D.HELD, e.PaymentSettled("bank-1"), ["payment.settled"]),
        (D.SETTLED, RETURNED, ["payment.returned"]),
        (D.TAKING_BACK, e.DisbursementReversed(), []),
        (D.RECEIVED, e.RouteRefused("no_route", "why"), ["payment.rejected"]),
        (D.CONFIRMED, e.LinkRefused("no_link", "why"), ["payment.rejected"]),
        (D.LINKED, e.LinkageRefused("no_field", "why"), ["payment.rejected"]),
        (D.SUBMITTING, e.PaymentRefused("400", "why"), ["payment.rejected"]),
        (D.HELD, REJECTED, ["payment.rejected"]),
        (D.REVERSING, e.DisbursementReversed(), []),
        (D.LINKING, e.AccountCreated("virtual-1", LOAN_IBAN), ["virtual_account.created"]),
        (D.LINKING, e.AccountRefused("400", "why"), ["virtual_account.failed", "payment.rejected"]),
    ],
)
def test_a_disbursement_tells_how_far_it_is(state: D, event: e.Event, expected: list[str]) -> None:
    before = at(state)
    assert names(before, before.apply(event)) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (e.PaymentHeld(), ["payment.submitted", "payment.held"]),
        (e.PaymentSettled("bank-1"), ["payment.submitted", "payment.settled"]),
        (RETURNED, ["payment.submitted", "payment.settled", "payment.returned"]),
    ],
)
def test_what_the_banks_later_word_implies_is_told_with_it(event: e.Event, expected: list[str]) -> None:
    before = at(D.SUBMITTING)
    assert names(before, before.apply(event)) == expected


@pytest.mark.parametrize(
    ("end", "name"),
    [(D.REVERSING, "payment.rejected"), (D.SETTLED, "payment.settled"), (D.TAKING_BACK, "payment.returned")],
)
def test_every_edge_into_an_end_is_told(end: D, name: str) -> None:
    """So that none is forgotten when one is added."""
    before = {edge.state for edge in DISBURSEMENT if edge.to is end}
    assert [state for state in before if name not in names(at(cast("D", state)), at(end))] == []


@pytest.mark.parametrize(
    ("state", "event", "expected"),
    [
        (P.RECEIVED, e.LoanNotLocated("loan_not_found", "why"), ["payment.unmatched"]),
        (P.POSTING, e.PostingRefused("refused", "why"), ["payment.unmatched"]),
        (P.RETURNING, e.ReturnRefused("refused", "why"), ["payment.unmatched"]),
        (P.POSTING, e.Posted("77"), ["repayment.posted"]),
        (P.POSTED, e.MoneyWentBack("AC01", "bank-9"), ["payment.returned"]),
        (P.POSTING, e.MoneyWentBack("AC01", "bank-9"), ["payment.returned"]),
        (P.RETURNING, e.MoneyWentBack("AC01", "bank-9"), ["payment.returned"]),
        (P.RECEIVED, e.LoanLocated("LOAN1", "key"), []),
        (P.UNMATCHED, e.LoanAssigned("LOAN1"), []),
    ],
)
def test_money_that_came_in_tells_where_it_went(state: P, event: e.Event, expected: list[str]) -> None:
    before = posting_at(state)
    assert names(before, before.apply(event)) == expected


def test_a_repayment_that_is_taken_back_is_adjusted_once_and_not_returned_twice() -> None:
    taking_back = posting_at(P.TAKING_BACK, core_transaction_id="77")
    undone = taking_back.with_step(Step.ADJUST_REPAYMENT, StepRecord(outcome=StepOutcome.DONE))
    assert names(taking_back, undone.apply(e.PostingUndone())) == ["repayment.adjusted"]


def test_a_repayment_that_was_never_booked_is_not_adjusted() -> None:
    taking_back = posting_at(P.TAKING_BACK)
    assert names(taking_back, taking_back.apply(e.PostingRefused("never_posted", "why"))) == []


def test_a_repayment_booked_while_its_money_went_back_is_posted_and_adjusted() -> None:
    taking_back = posting_at(P.TAKING_BACK)
    booked = taking_back.with_step(Step.POST_REPAYMENT, StepRecord(outcome=StepOutcome.DONE)).apply(e.Posted("77"))
    assert names(taking_back, booked) == ["repayment.posted"]
    found_again = booked.apply(e.Posted("77"))
    assert names(booked, found_again) == []


def test_a_disbursement_begun_at_the_bank_is_no_repayment() -> None:
    before = a_bank_disbursement(state=P.POSTING)
    assert names(before, before.apply(e.Posted("77"))) == []


def test_a_closed_loans_account_is_disabled() -> None:
    disabling = a_closure().apply(e.AccountToDisable("virtual-1"))
    (event,) = told(disabling, disabling.apply(e.AccountDisabled()))
    assert event.trigger is Trigger.VIRTUAL_ACCOUNT_DISABLED
    assert event.values["LOAN_ID"] == disabling.closed.loan_id


def test_nothing_is_told_of_what_changes_no_state() -> None:
    flow = at(D.SUBMITTING)
    assert told(flow, flow.park(Parked("gave_up", "busy", Step.PAY))) == []
    assert told(flow, flow.with_step(Step.PAY, StepRecord(attempts=2))) == []
    sent = a_notification()
    assert told(sent, sent.apply(e.Addressed("", ""))) == []


def test_an_event_says_whose_money_and_how_much() -> None:
    before = at(D.SUBMITTED)
    (event,) = told(before, before.apply(e.PaymentSettled("bank-1")))
    assert (event.bank_id, event.account_id, event.occurred_at) == (BANK_ID, OPERATING_IBAN, NOW)
    assert event.values == {
        "FLOW_ID": before.id,
        "LOAN_ID": "LOAN1",
        "AMOUNT": "1500.00",
        "CURRENCY": "GBP",
        "SCHEME": "FasterPayments",
        "END_TO_END_ID": TRANSACTION_KEY,
        "TRANSACTION_ID": "bank-1",
        "COUNTERPART_NAME": "Ada Lovelace",
        "COUNTERPART_IBAN": CREDITOR_IBAN,
        "REFERENCE": "LOAN1 drawdown",
        "REASON_CODE": "",
        "REASON": "",
    }
    assert set(event.placeholders) == placeholders_of(event.trigger)


def test_its_own_json_says_the_same() -> None:
    before = at(D.SUBMITTED)
    (event,) = told(before, before.apply(REJECTED))
    payload = json.loads(event.payload)
    data = payload.pop("data")
    assert payload == {
        "event_id": event.id,
        "event_name": "payment.rejected",
        "event_time": "2026-03-02T12:00:00.000+00:00",
        "bank_id": BANK_ID,
        "account_id": OPERATING_IBAN,
    }
    assert data == {name.lower(): value for name, value in event.values.items()}
    assert (data["reason_code"], data["reason"], data["amount"]) == ("AC04", "the account is closed", "1500.00")


def test_a_name_that_no_text_can_carry_still_makes_an_event() -> None:
    before = posting_at(P.RECEIVED, settlement=a_settled_credit(counterpart_name="half \ud83d"))
    (event,) = told(before, before.apply(e.LoanNotLocated("loan_not_found", "why")))
    assert json.loads(event.payload.encode())["data"]["counterpart_name"] == "half \ufffd"


def test_only_what_failed_has_a_reason() -> None:
    before = at(D.SUBMITTING)
    submitted, settled, returned = told(before, before.apply(RETURNED))
    assert submitted.values["REASON_CODE"] == settled.values["REASON_CODE"] == ""
    assert (returned.values["REASON_CODE"], returned.values["TRANSACTION_ID"]) == ("AC01", "bank-2")


def test_what_happens_on_the_loan_is_told_of_the_loan() -> None:
    before = posting_at(P.POSTING)
    (posted,) = told(before, before.apply(e.Posted("77")))
    assert (posted.account_id, posted.values["TRANSACTION_ID"]) == ("LOAN1", "77")
    (unmatched,) = told(before, before.apply(e.PostingRefused("refused", "why")))
    assert (unmatched.account_id, unmatched.values["TRANSACTION_ID"]) == (LOAN_IBAN, before.settlement.transaction_id)


def test_the_same_move_is_the_same_event_and_a_second_time_is_another() -> None:
    first, later = posting_at(P.RECEIVED, version=3), posting_at(P.RECEIVED, version=7)
    unmatched = e.LoanNotLocated("loan_not_found", "why")
    (once,), (again,), (second,) = (told(flow, flow.apply(unmatched)) for flow in (first, first, later))
    assert once == again
    assert once.id != second.id


def test_an_account_that_two_disbursements_wait_for_is_created_once() -> None:
    created = e.AccountCreated("virtual-1", LOAN_IBAN)
    one, other = (replace(at(D.LINKING), id=f"disbursement:{key}", wanted=WANTED, version=5) for key in ("a", "b"))
    ids = {event.id for flow in (one, other) for event in told(flow, flow.apply(created))}
    assert len(ids) == 1


def test_before_an_account_is_chosen_none_is_named() -> None:
    before = replace(at(D.CONFIRMED), account=None)
    (event,) = told(before, before.apply(e.LinkRefused("no_link", "why")))
    assert event.account_id == ""
