"""What a disbursement learns on its way, and by what it can be found."""

import pytest

from shared.domain import events as e
from shared.domain.flows import Parked, Step, StepOutcome
from shared.domain.transitions import DisbursementState as State
from tests.builders import (
    OPERATING_IBAN,
    TRANSACTION_KEY,
    a_confirmed_disbursement,
    a_disbursement,
    a_linked_disbursement,
)

WANTED = e.AccountWanted("Ada Lovelace", "key-of-the-loan", external_id="key-of-the-loan")


def test_its_end_to_end_id_is_the_key_of_the_cores_transaction_and_fits_the_banks_35_characters() -> None:
    assert a_disbursement().end_to_end_id == TRANSACTION_KEY
    assert len(TRANSACTION_KEY) <= 35


def test_what_routing_confirming_and_linking_found_is_kept() -> None:
    flow = a_linked_disbursement()

    assert flow.route is not None
    assert flow.confirmation is not None
    assert flow.account == e.AccountChosen(OPERATING_IBAN)
    assert flow.state is State.LINKED


@pytest.mark.parametrize(
    ("account", "steps"),
    [
        (e.AccountChosen(OPERATING_IBAN), [Step.PAY]),
        (e.AccountChosen("GB1", "v", write_linkage=True), [Step.WRITE_LINKAGE, Step.PAY]),
        (e.AccountChosen("GB1", "v", owner_name="Ada"), [Step.AMEND_OWNER, Step.PAY]),
        (
            e.AccountChosen("GB1", "v", write_linkage=True, owner_name="Ada"),
            [Step.WRITE_LINKAGE, Step.AMEND_OWNER, Step.PAY],
        ),
    ],
)
def test_an_account_brings_the_steps_it_needs_and_no_other(account: e.AccountChosen, steps: list[Step]) -> None:
    flow = a_confirmed_disbursement().apply(account)

    assert [step for step in flow.STEPS[flow.state] if flow.step(step).outcome is StepOutcome.OPEN] == steps


def test_an_account_that_the_bank_made_is_written_to_the_loan_and_has_its_name_already() -> None:
    flow = a_confirmed_disbursement().apply(WANTED)
    assert (flow.state, flow.next_step) == (State.LINKING, Step.CREATE_ACCOUNT)

    flow = flow.apply(e.AccountCreated("virtual-9", "GB1"))
    assert flow.account == e.AccountChosen("GB1", "virtual-9", write_linkage=True)
    assert (flow.state, flow.next_step) == (State.LINKED, Step.WRITE_LINKAGE)
    assert flow.step(Step.AMEND_OWNER).outcome is StepOutcome.NOT_NEEDED


def test_an_account_created_twice_over_is_the_first_one() -> None:
    flow = a_confirmed_disbursement().apply(WANTED).apply(e.AccountCreated("virtual-9", "GB1"))

    assert flow.apply(e.AccountCreated("virtual-10", "GB2")) is flow


def test_a_created_account_ends_the_waiting_for_a_person() -> None:
    flow = a_confirmed_disbursement().apply(WANTED).park(Parked("gave_up", "no word", Step.AWAIT_ACCOUNT))

    assert flow.apply(e.AccountCreated("virtual-9", "GB1")).parked is None


@pytest.mark.parametrize(
    ("flow", "event"),
    [
        (a_confirmed_disbursement(), e.LinkRefused("loan_iban_differs", "why")),
        (a_confirmed_disbursement().apply(WANTED), e.AccountRefused("loan_iban_differs", "why")),
        (a_linked_disbursement(), e.LinkageRefused("loan_iban_differs", "why")),
    ],
)
def test_a_linkage_that_fails_reverses_the_disbursement_and_says_why(flow, event: e.Event) -> None:
    failed = flow.apply(event)

    assert (failed.state, failed.failure) == (State.REVERSING, "loan_iban_differs: why")
    assert failed.next_step is Step.REVERSE


@pytest.mark.parametrize(
    ("event", "failure"),
    [
        (e.PaymentRefused("InsufficientFunds", "no money"), "InsufficientFunds: no money"),
        (e.PaymentRejected("AC04", "closed"), "AC04: closed"),
        (e.PaymentReturned("T2", "AC01"), "returned: AC01"),
        (e.PaymentHeld(), ""),
        (e.PaymentSettled("T1"), ""),
    ],
)
def test_the_banks_word_is_remembered_and_ends_the_waiting_for_a_person(event: e.Event, failure: str) -> None:
    at_the_bank = a_linked_disbursement(state=State.SUBMITTING)
    flow = at_the_bank.park(Parked("gave_up", "pay: busy", Step.PAY)).apply(event)

    assert (flow.failure, flow.parked) == (failure, None)


def test_our_own_answer_does_not_end_the_waiting_for_a_person() -> None:
    flow = a_linked_disbursement(state=State.SUBMITTING).park(Parked("gave_up", "pay: busy", Step.PAY))

    assert flow.apply(e.PaymentSubmitted()).parked == flow.parked


def test_a_settlement_is_remembered_with_the_banks_id() -> None:
    flow = a_linked_disbursement(state=State.SUBMITTED).apply(e.PaymentSettled("T1"))

    assert (flow.state, flow.bank_transaction_id) == (State.SETTLED, "T1")


def test_it_is_found_by_the_ids_of_core_and_bank_and_by_the_account_it_asked_for() -> None:
    flow = a_confirmed_disbursement().apply(WANTED)
    assert flow.references == (TRANSACTION_KEY, "LOAN1", "1234", "key-of-the-loan", "owner:Ada Lovelace")

    at_the_bank = a_linked_disbursement(state=State.SUBMITTED).apply(e.PaymentSettled("T1"))
    assert at_the_bank.references == (TRANSACTION_KEY, "LOAN1", "1234", "T1")
    assert a_disbursement().references == (TRANSACTION_KEY, "LOAN1")
