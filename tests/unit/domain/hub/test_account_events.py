"""What moved on an account, as the Open Bank Project tells it."""

import json
from datetime import UTC, datetime

import pytest

from shared.domain import events as e
from shared.domain.flows import Step, StepOutcome, StepRecord
from shared.domain.hub.account_events import booking_events, settlement_events
from shared.domain.hub.triggers import placeholders_of
from shared.domain.transitions import PostingState as P
from tests.builders import (
    BANK_ID,
    LOAN_IBAN,
    a_bank_disbursement,
    a_linked_disbursement,
    a_repayment,
    a_settled_credit,
    a_settled_debit,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_money_that_came_in_is_a_balance_a_credit_and_a_transaction_in_this_order() -> None:
    money = a_settled_credit("88.50")
    balance, credit, transaction = settlement_events(money, BANK_ID, NOW)
    assert [event.trigger.value for event in (balance, credit, transaction)] == [
        "OnBalanceChange",
        "OnCreditTransaction",
        "OnCreateTransaction",
    ]
    assert {event.account_id for event in (balance, credit, transaction)} == {LOAN_IBAN}
    assert json.loads(credit.payload) == {
        "event_name": "OnCreditTransaction",
        "event_id": credit.id,
        "bank_id": BANK_ID,
        "account_id": LOAN_IBAN,
        "amount": "88.50 GBP",
        "balance": "",
    }
    assert json.loads(transaction.payload)["transaction_id"] == money.transaction_id


def test_money_that_left_is_a_debit_below_zero_and_a_known_balance_is_told() -> None:
    _, debit, _ = settlement_events(a_settled_debit("1500.00", balance_pence=-250), BANK_ID, NOW)
    assert debit.trigger.value == "OnDebitTransaction"
    payload = json.loads(debit.payload)
    assert (payload["amount"], payload["balance"]) == ("-1500.00 GBP", "-2.50 GBP")
    assert debit.values == {"AMOUNT": "-1500.00", "CURRENCY": "GBP", "BALANCE": "-2.50"}


def test_each_event_has_an_id_of_its_own_and_the_same_whenever_it_is_met() -> None:
    money = a_settled_credit()
    ids = [event.id for event in settlement_events(money, BANK_ID, NOW)]
    assert len(set(ids)) == 3
    assert [event.id for event in settlement_events(money, BANK_ID, NOW.replace(hour=13))] == ids


def test_both_sides_of_a_transfer_between_our_accounts_are_told() -> None:
    both = {"transaction_id": "T", "scheme": "Transfer"}
    debit, credit = a_settled_debit(**both), a_settled_credit(on_iban="GB95CLRB04190000001114", **both)
    ids = [event.id for money in (debit, credit) for event in settlement_events(money, BANK_ID, NOW)]
    assert len(set(ids)) == 6


def test_an_account_is_named_in_the_one_form_that_subscriptions_name_it_in() -> None:
    (event, *_) = settlement_events(a_settled_credit(on_iban="gb33 bukb 2020 1555 5555 55"), BANK_ID, NOW)
    assert event.account_id == LOAN_IBAN


def test_nothing_moved_is_nothing_told() -> None:
    assert settlement_events(a_settled_credit("0"), BANK_ID, NOW) == []


def test_the_bank_says_when_it_settled() -> None:
    settled_at = datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert settlement_events(a_settled_credit(settled_at=settled_at), BANK_ID, NOW)[0].occurred_at == settled_at
    assert settlement_events(a_settled_credit(), BANK_ID, NOW)[0].occurred_at == NOW


def test_every_event_has_exactly_the_placeholders_of_its_trigger() -> None:
    for event in settlement_events(a_settled_credit(), BANK_ID, NOW):
        assert set(event.placeholders) == placeholders_of(event.trigger)


@pytest.mark.parametrize(
    ("posting", "moved", "back"),
    [
        (a_repayment(state=P.POSTING, loan_id="LOAN1"), "OnCreditTransaction", "OnDebitTransaction"),
        (a_bank_disbursement(state=P.POSTING, loan_id="LOAN1"), "OnDebitTransaction", "OnCreditTransaction"),
    ],
)
def test_what_is_booked_on_a_loan_is_told_of_the_loan_and_so_is_its_undoing(posting, moved: str, back: str) -> None:
    booked = posting.with_step(posting.POST, StepRecord(outcome=StepOutcome.DONE)).apply(e.Posted("77"))
    _, event, transaction = booking_events(posting, booked, BANK_ID, NOW)
    assert (event.trigger.value, event.account_id) == (moved, "LOAN1")
    assert transaction.values == {"TRANSACTION_ID": "77"}
    taking_back = booked.apply(e.MoneyWentBack("AC01"))
    assert booking_events(booked, taking_back, BANK_ID, NOW) == []
    undone = taking_back.with_step(posting.UNDO, StepRecord(outcome=StepOutcome.DONE, reference="78"))
    _, event, transaction = booking_events(taking_back, undone.apply(e.PostingUndone()), BANK_ID, NOW)
    assert (event.trigger.value, transaction.values["TRANSACTION_ID"]) == (back, "78")


def test_what_is_not_booked_by_us_is_not_told_of_a_loan() -> None:
    flow = a_linked_disbursement()
    assert booking_events(flow, flow.apply(e.PaymentPrepared()), BANK_ID, NOW) == []
    posting = a_repayment()
    located = posting.with_step(Step.LOCATE_LOAN, StepRecord(attempts=1))
    assert booking_events(posting, located, BANK_ID, NOW) == []
