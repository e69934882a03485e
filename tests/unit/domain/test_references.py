"""Our ids: the same input gives the same id, and the other side's forms are kept."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.disbursement import Disbursement
from shared.domain.references import external_id, instruction_id, request_key
from shared.domain.repayment import Repayment
from tests.builders import TRANSACTION_KEY, a_disbursement_order, a_settled_credit


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


def test_an_instruction_id_is_at_most_35_characters() -> None:
    assert instruction_id(TRANSACTION_KEY, "I-") == f"I-{TRANSACTION_KEY}"
    assert len(instruction_id(TRANSACTION_KEY, "PREFIX-")) == 35


def test_a_payments_id_names_its_kind_and_what_it_stands_for() -> None:
    money = a_settled_credit()

    assert Disbursement.ordered(a_disbursement_order()).id == f"disbursement:{TRANSACTION_KEY}"
    assert Disbursement.ordered(a_disbursement_order()).end_to_end_id == TRANSACTION_KEY
    assert Repayment.received(money).id == f"repayment:{money.transaction_id}:{money.account_iban}"
