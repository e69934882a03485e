"""D1: a disbursement that began in the core and leaves the lender's own account, from the webhook to its end."""

import json

import pytest

from shared.domain.flows import Parked, Step, StepOutcome
from shared.domain.transitions import DisbursementState as State
from tests.builders import (
    OPERATING_IBAN,
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
from tests.fakes.lender import FakeLender, a_lender_with
from tests.fakes.replies import refuses

ORDER = a_disbursement_order("1500.00")


@pytest.mark.parametrize("scheme", ["FPS", "CHAPS"])
def test_an_order_is_paid_once_and_reported_as_settled(scheme: str) -> None:
    order = a_disbursement_order("1500.00", scheme)
    lender = a_lender_with(order)

    lender.hears(order)
    assert lender.disbursement(order).state is State.SUBMITTED
    lender.hears(the_bank_settles(order))

    assert lender.disbursement(order).state is State.SETTLED
    assert lender.disbursement(order).bank_transaction_id == f"bank-{order.transaction_key}"
    assert [json.loads(sent.body) for sent in lender.bank.received] == [
        {
            "end_to_end_id": order.transaction_key,
            "amount_pence": 150_000,
            "scheme": scheme,
            "debtor_iban": OPERATING_IBAN,
        }
    ]
    assert lender.core.statuses == {order.transaction_key: ["Settled"]}
    assert lender.core.reversals == []
    assert not lender.left_to_do()
    assert lender.notifications() == []


def test_the_history_tells_every_step_in_order() -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    lender.hears(the_bank_settles())

    assert lender.history(lender.disbursement(ORDER)) == [
        "received",
        "Routed",
        "Confirmed",
        "AccountChosen",
        "pay attempt 1",
        "pay accepted",
        "PaymentSettled",
        "report-settled attempt 1",
        "report-settled accepted",
    ]


def test_an_order_of_a_group_is_paid_like_any_other() -> None:
    lender = FakeLender()
    group_loan = a_core_loan(holder_type="GROUP", holder_key="group-1")
    lender.books(ORDER, group_loan, a_holder(name="The Weavers"))
    lender.hears(ORDER)

    confirmation = lender.disbursement(ORDER).confirmation
    assert confirmation is not None
    assert confirmation.holder_name == "The Weavers"
    assert lender.disbursement(ORDER).state is State.SUBMITTED


def test_an_order_that_cannot_be_routed_is_reversed_and_never_paid() -> None:
    order = a_disbursement_order(currency="EUR")
    lender = a_lender_with(order)
    lender.hears(order)

    assert lender.disbursement(order).state is State.REVERSED
    assert lender.disbursement(order).failure.startswith("currency_not_gbp: ")
    assert lender.bank.received == []
    assert lender.core.reversals == [order.transaction_key]
    assert lender.core.statuses == {order.transaction_key: ["Rejected"]}


def test_an_order_that_the_core_does_not_confirm_is_parked_and_never_paid() -> None:
    lender = FakeLender()
    lender.core.add(a_core_transaction(ORDER, amount_pence=150), a_core_loan(), a_holder())
    lender.hears(ORDER)
    lender.comes_to_rest()

    disbursement = lender.disbursement(ORDER)
    assert disbursement.state is State.ROUTED
    assert disbursement.parked == Parked("amount_differs", "the webhook says 1500.00, the core 1.50", Step.CONFIRM)
    assert lender.bank.received == []
    assert list(lender.sets.parked) == [disbursement.id]


@pytest.mark.parametrize("missing", ["transaction", "loan", "holder"])
def test_an_order_whose_records_the_core_lacks_is_parked(missing: str) -> None:
    lender = FakeLender()
    if missing != "transaction":
        lender.core.add(a_core_transaction(ORDER))
    if missing != "loan":
        lender.core.add(loan=a_core_loan(), holder=None if missing == "holder" else a_holder())
    lender.hears(ORDER)

    parked = lender.disbursement(ORDER).parked
    assert parked is not None
    assert (parked.code, parked.step) == ("not_found", Step.CONFIRM)
    assert lender.bank.received == []


def test_the_lenders_own_address_stands_in_for_a_holder_without_one() -> None:
    lender = FakeLender(the_rules(debtor_address=an_address(town="York")))
    lender.books(ORDER, holder=a_holder(address=None))
    lender.hears(ORDER)

    confirmation = lender.disbursement(ORDER).confirmation
    assert confirmation is not None
    assert confirmation.creditor_address.town == confirmation.debtor_address.town == "York"
    assert lender.disbursement(ORDER).state is State.SUBMITTED


def test_a_payment_that_the_bank_refuses_at_once_is_reversed_in_the_core() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(refuses("InsufficientFunds"))
    lender.hears(ORDER)

    assert lender.disbursement(ORDER).state is State.REVERSED
    assert lender.disbursement(ORDER).failure == "InsufficientFunds: refused: InsufficientFunds"
    assert lender.core.reversals == [ORDER.transaction_key]
    assert lender.core.statuses[ORDER.transaction_key] == ["Rejected"]


def test_a_payment_whose_call_was_wrong_is_parked_and_not_reversed() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(refuses("http_404", verdict=False))
    lender.hears(ORDER)
    lender.comes_to_rest()

    assert lender.disbursement(ORDER).state is State.SUBMITTING
    assert lender.disbursement(ORDER).parked == Parked("http_404", "refused: http_404", Step.PAY)
    assert lender.core.reversals == []


def test_a_held_payment_is_reported_as_held_and_then_settles() -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    lender.hears(the_bank_holds())
    assert lender.disbursement(ORDER).state is State.HELD
    lender.hears(the_bank_settles())

    assert lender.disbursement(ORDER).state is State.SETTLED
    assert lender.core.statuses[ORDER.transaction_key] == ["Held", "Settled"]


@pytest.mark.parametrize("held_first", [True, False])
def test_a_rejected_payment_is_reversed_and_reported_as_rejected(held_first: bool) -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    if held_first:
        lender.hears(the_bank_holds())
    lender.hears(the_bank_rejects())

    assert lender.disbursement(ORDER).state is State.REVERSED
    assert lender.disbursement(ORDER).failure == "AC04: the account is closed"
    assert lender.core.reversals == [ORDER.transaction_key]
    assert lender.core.statuses[ORDER.transaction_key][-1] == "Rejected"


def test_money_that_comes_back_takes_the_disbursement_back() -> None:
    lender = a_lender_with(ORDER)
    for webhook in (ORDER, the_bank_settles(), the_bank_returns()):
        lender.hears(webhook)

    assert lender.disbursement(ORDER).state is State.RETURNED
    assert lender.disbursement(ORDER).failure == "returned: AC01"
    assert lender.core.reversals == [ORDER.transaction_key]


def test_a_status_that_the_core_will_not_take_for_held_stops_nothing() -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    lender.core.sends.then(refuses("mambu_2", verdict=False))
    lender.hears(the_bank_holds())

    assert lender.disbursement(ORDER).parked is None
    assert lender.disbursement(ORDER).step(Step.REPORT_HELD).outcome is StepOutcome.REFUSED
    lender.hears(the_bank_settles())
    assert lender.core.statuses[ORDER.transaction_key] == ["Settled"]


@pytest.mark.parametrize(
    ("webhook", "step"), [(the_bank_settles, Step.REPORT_SETTLED), (the_bank_rejects, Step.REVERSE)]
)
def test_any_other_report_that_the_core_will_not_take_waits_for_a_person(webhook, step: Step) -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    lender.core.sends.then(refuses("mambu_2", verdict=False))
    lender.hears(webhook())
    lender.comes_to_rest()

    assert lender.disbursement(ORDER).parked == Parked("mambu_2", "refused: mambu_2", step)
    assert lender.sets.parked.keys() == {lender.disbursement(ORDER).id}


def test_a_disbursement_reversed_before_by_a_person_counts_as_reversed() -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    lender.core.add(a_core_transaction(ORDER, adjusted=True))
    lender.hears(the_bank_rejects())

    assert lender.disbursement(ORDER).state is State.REVERSED
    assert lender.core.reversals == []


def test_a_parked_payment_still_takes_the_banks_word() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(refuses("http_404", verdict=False))
    lender.hears(ORDER)
    lender.hears(the_bank_settles())

    assert lender.disbursement(ORDER).state is State.SETTLED
    assert lender.disbursement(ORDER).parked is None
    assert lender.core.statuses[ORDER.transaction_key] == ["Settled"]
    assert not lender.sets.parked
