"""Our ids: the same input gives the same id, and the other side's forms are kept."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.references import debit_external_id, external_id, instruction_id, request_key
from tests.builders import (
    TRANSACTION_KEY,
    a_bank_disbursement,
    a_disbursement,
    a_repayment,
    a_settled_credit,
    a_settled_debit,
)


@given(st.text(), st.text(), st.integers(1, 9))
def test_a_request_key_is_a_uuid_of_version_4_and_always_the_same(payment_id: str, step: str, generation: int) -> None:
    key = request_key(payment_id, step, generation)

    assert key == request_key(payment_id, step, generation)
    assert (str(UUID(key)), UUID(key).version, UUID(key).variant) == (key, 4, "specified in RFC 4122")


def test_every_payment_step_and_generation_has_its_own_key() -> None:
    keys = {request_key(payment, step, generation) for payment in "ab" for step in "xy" for generation in (1, 2)}

    assert len(keys | {request_key("ax", ""), request_key("a", "x1")}) == 10


def test_a_key_does_not_change_between_releases() -> None:
    assert request_key(f"disbursement:{TRANSACTION_KEY}", "pay") == "60f3fbfc-b911-422b-92ab-3228205e18fe"


@pytest.mark.parametrize("transaction_id", ["0b8f2f6c-7a8e-4f5c-9f0e-2c2a4c1d9e77", "A_b-1", "x" * 36])
def test_a_bank_id_that_the_core_can_hold_is_the_external_id(transaction_id: str) -> None:
    assert external_id(transaction_id) == transaction_id


@pytest.mark.parametrize("transaction_id", ["x" * 37, "with blank", "dot.", "é", "1\n"])
def test_any_other_bank_id_is_made_to_fit(transaction_id: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{36}", external_id(transaction_id))
    assert external_id(transaction_id) == external_id(transaction_id)


@given(st.text())
def test_a_debit_never_has_the_external_id_of_a_credit(transaction_id: str) -> None:
    debit = debit_external_id(transaction_id)

    assert re.fullmatch(r"[A-Za-z0-9_-]{1,36}", debit)
    assert debit != external_id(transaction_id)
    assert debit == debit_external_id(transaction_id)


def test_a_debits_external_id_shows_the_banks_uuid() -> None:
    assert debit_external_id("0b8f2f6c-7a8e-4f5c-9f0e-2c2a4c1d9e77") == "D-0b8f2f6c7a8e4f5c9f0e2c2a4c1d9e77"


@pytest.mark.parametrize(("one", "another"), [("ab", "a-b"), ("x" * 40, "x" * 41), ("a b", "a  b")])
def test_two_bank_ids_never_share_an_external_id(one: str, another: str) -> None:
    assert external_id(one) != external_id(another)
    assert debit_external_id(one) != debit_external_id(another)


def test_an_instruction_id_is_at_most_35_characters() -> None:
    assert instruction_id(TRANSACTION_KEY, "I-") == f"I-{TRANSACTION_KEY}"
    assert len(instruction_id(TRANSACTION_KEY, "PREFIX-")) == 35


def test_a_flows_id_names_its_kind_and_what_it_stands_for() -> None:
    credit, debit = a_settled_credit(), a_settled_debit()

    assert a_disbursement().id == f"disbursement:{TRANSACTION_KEY}"
    assert a_disbursement().end_to_end_id == TRANSACTION_KEY
    assert a_repayment(credit).id == f"repayment:{credit.transaction_id}:{credit.account_iban}"
    assert a_bank_disbursement(debit).id == f"bank-disbursement:{debit.transaction_id}:{debit.account_iban}"
