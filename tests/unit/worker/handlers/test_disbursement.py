"""D1: a disbursement that began in the core, from the webhook to its end."""

import json

import pytest

from shared.domain.payments import Parked, Step, StepOutcome
from shared.domain.transitions import DisbursementState as State
from tests.builders import (
    a_core_loan,
    a_core_transaction,
    a_disbursement_order,
    a_holder,
    an_address,
    the_bank_holds,
    the_bank_rejects,
    the_bank_returns,
    the_bank_settles,
    the_rules,
)
from tests.fakes.lender import FakeLender
from tests.fakes.replies import refuses


@pytest.mark.parametrize("scheme", ["FPS", "CHAPS"])
def test_an_order_is_paid_once_and_reported_as_settled(scheme: str) -> None:
    lender, order = FakeLender(), a_disbursement_order("1500.00", scheme)
    lender.books(order)

    lender.hears(order)
    assert lender.disbursement(order).state is State.SUBMITTED
    lender.hears(the_bank_settles())

    assert lender.disbursement(order).state is State.SETTLED
    assert lender.disbursement(order).bank_transaction_id == f"bank-{order.transaction_key}"
    assert [json.loads(sent.body) for sent in lender.bank.received] == [
        {"end_to_end_id": order.transaction_key, "amount_pence": 150_000, "scheme": scheme}
    ]
    assert lender.core.statuses == {order.transaction_key: ["Settled"]}
    assert lender.core.reversals == []
    assert not lender.sets.due


def test_the_history_tells_every_step_in_order() -> None:
    lender, order = FakeLender(), a_disbursement_order()
    lender.books(order)
    lender.hears(order)
    lender.hears(the_bank_settles())

    assert lender.history(order) == [
        "received",
        "Routed",
        "Confirmed",
        "pay attempt 1",
        "pay accepted",
        "PaymentSettled",
        "report-settled attempt 1",
        "report-settled accepted",
    ]


def test_an_order_that_cannot_be_routed_is_reversed_and_never_paid() -> None:
    lender, order = FakeLender(), a_disbursement_order(currency="EUR")
    lender.books(order)
    lender.hears(order)

    assert lender.disbursement(order).state is State.REVERSED
    assert lender.disbursement(order).failure.startswith("currency_not_gbp: ")
    assert lender.bank.received == []
    assert lender.core.reversals == [order.transaction_key]
    assert lender.core.statuses == {order.transaction_key: ["Rejected"]}


def test_an_order_that_the_core_does_not_confirm_is_parked_and_never_paid() -> None:
    lender, order = FakeLender(), a_disbursement_order("1500.00")
    lender.core.add(a_core_transaction(order, amount_pence=150), a_core_loan(), a_holder())
    lender.hears(order)
    lender.comes_to_rest()

    assert lender.disbursement(order).state is State.ROUTED
    assert lender.disbursement(order).parked == Parked("amount_differs", "the webhook says 1500.00, the core 1.50")
    assert lender.bank.received == []
    assert list(lender.sets.parked) == [lender.disbursement(order).id]


@pytest.mark.parametrize("missing", ["transaction", "loan", "holder"])
def test_an_order_whose_records_the_core_lacks_is_parked(missing: str) -> None:
    lender, order = FakeLender(), a_disbursement_order()
    if missing != "transaction":
        lender.core.add(a_core_transaction(order))
    if missing != "loan":
        lender.core.add(loan=a_core_loan(), holder=None if missing == "holder" else a_holder())
    lender.hears(order)

    parked = lender.disbursement(order).parked
    assert parked is not None
    assert parked.code == "not_found"
    assert lender.bank.received == []


def test_the_lenders_own_address_stands_in_for_a_holder_without_one() -> None:
    lender, order = FakeLender(the_rules(debtor_address=an_address(town="York"))), a_disbursement_order()
    lender.core.add(a_core_transaction(order), a_core_loan(), a_holder(address=None))
    lender.hears(order)

    confirmation = lender.disbursement(order).confirmation
    assert confirmation is not None
    assert confirmation.creditor_address.town == confirmation.debtor_address.town == "York"
    assert lender.disbursement(order).state is State.SUBMITTED


def test_a_payment_that_the_bank_refuses_at_once_is_reversed_in_the_core() -> None:
    lender, order = FakeLender(), a_disbursement_order()
    lender.books(order)
    lender.bank.sends.then(refuses("InsufficientFunds"))
    lender.hears(order)

    assert lender.disbursement(order).state is State.REVERSED
    assert lender.disbursement(order).failure == "InsufficientFunds: refused: InsufficientFunds"
    assert lender.core.reversals == [order.transaction_key]
    assert lender.core.statuses[order.transaction_key] == ["Rejected"]


def test_a_payment_whose_call_was_wrong_is_parked_and_not_reversed() -> None:
    lender, order = FakeLender(), a_disbursement_order()
    lender.books(order)
    lender.bank.sends.then(refuses("http_404", verdict=False))
    lender.hears(order)
    lender.comes_to_rest()

    assert lender.disbursement(order).state is State.SUBMITTING
    assert lender.disbursement(order).parked == Parked("http_404", "refused: http_404")
    assert lender.core.reversals == []


def test_a_held_payment_is_reported_as_held_and_then_settles() -> None:
    lender, order = FakeLender(), a_disbursement_order()
    lender.books(order)
    lender.hears(order)
    lender.hears(the_bank_holds())
    assert lender.disbursement(order).state is State.HELD
    lender.hears(the_bank_settles())

    assert lender.disbursement(order).state is State.SETTLED
    assert lender.core.statuses[order.transaction_key] == ["Held", "Settled"]


@pytest.mark.parametrize("held_first", [True, False])
def test_a_rejected_payment_is_reversed_and_reported_as_rejected(held_first: bool) -> None:
    lender, order = FakeLender(), a_disbursement_order()
    lender.books(order)
    lender.hears(order)
    if held_first:
        lender.hears(the_bank_holds())
    lender.hears(the_bank_rejects())

    assert lender.disbursement(order).state is State.REVERSED
    assert lender.disbursement(order).failure == "AC04: the account is closed"
    assert lender.core.reversals == [order.transaction_key]
    assert lender.core.statuses[order.transaction_key][-1] == "Rejected"


def test_money_that_comes_back_takes_the_disbursement_back() -> None:
    lender, order = FakeLender(), a_disbursement_order()
    lender.books(order)
    for webhook in (order, the_bank_settles(), the_bank_returns()):
        lender.hears(webhook)

    assert lender.disbursement(order).state is State.RETURNED
    assert lender.disbursement(order).failure == "returned: AC01"
    assert lender.core.reversals == [order.transaction_key]


def test_a_status_that_the_core_will_not_take_for_held_stops_nothing() -> None:
    lender, order = FakeLender(), a_disbursement_order()
    lender.books(order)
    lender.hears(order)
    lender.core.sends.then(refuses("mambu_2", verdict=False))
    lender.hears(the_bank_holds())

    assert lender.disbursement(order).parked is None
    assert lender.disbursement(order).step(Step.REPORT_HELD).outcome is StepOutcome.REFUSED
    lender.hears(the_bank_settles())
    assert lender.core.statuses[order.transaction_key] == ["Settled"]


@pytest.mark.parametrize("webhook", [the_bank_settles, the_bank_rejects])
def test_any_other_report_that_the_core_will_not_take_waits_for_a_person(webhook) -> None:
    lender, order = FakeLender(), a_disbursement_order()
    lender.books(order)
    lender.hears(order)
    lender.core.sends.then(refuses("mambu_2", verdict=False))
    lender.hears(webhook())
    lender.comes_to_rest()

    assert lender.disbursement(order).parked == Parked("mambu_2", "refused: mambu_2")
    assert lender.sets.parked.keys() == {lender.disbursement(order).id}


def test_a_disbursement_reversed_before_by_a_person_counts_as_reversed() -> None:
    lender, order = FakeLender(), a_disbursement_order()
    lender.books(order)
    lender.hears(order)
    lender.core.add(a_core_transaction(order, adjusted=True))
    lender.hears(the_bank_rejects())

    assert lender.disbursement(order).state is State.REVERSED
    assert lender.core.reversals == []


def test_a_parked_payment_still_takes_the_banks_word() -> None:
    lender, order = FakeLender(), a_disbursement_order()
    lender.books(order)
    lender.bank.sends.then(refuses("http_404", verdict=False))
    lender.hears(order)
    lender.hears(the_bank_settles())

    assert lender.disbursement(order).state is State.SETTLED
    assert lender.disbursement(order).parked is None
    assert lender.core.statuses[order.transaction_key] == ["Settled"]
    assert not lender.sets.parked
