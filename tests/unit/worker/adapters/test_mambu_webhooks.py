import json
from typing import Any

import pytest

from services.worker.adapters.mambu.webhooks import interpret_loan_closure, interpret_loan_disbursement
from shared.domain.closure import LoanClosed
from shared.domain.disbursement import DisbursementOrder
from shared.domain.meanings import Ignored, Unrecognised
from tests.unit.listener.listeners import a_closure, an_order

OURS = frozenset({"CB_Loan_Disbursement_FPS", "CB_Loan_Disbursement_CHAPS"})


def the_order(raw: bytes) -> DisbursementOrder:
    (meaning,) = interpret_loan_disbursement(raw, OURS)
    assert isinstance(meaning, DisbursementOrder)
    return meaning


def as_rendered(key: str, value: bytes) -> bytes:
    """The order with this key's value exactly as it is written here, without quotes of ours."""
    return an_order(**{key: "?"}).replace(b'"?"', value)


def test_a_disbursement_of_the_core_is_an_order() -> None:
    assert the_order(an_order(creditorName=" Ada Lovelace ", assignedLoanUser="U1")) == DisbursementOrder(
        transaction_key="8a8187366a01d4a1016a023792a50001",
        loan_id="LOAN1",
        channel="MBU_Loan_Disbursement_FPS",
        amount_pence=123_450,
        currency="GBP",
        creditor_iban="GB82WEST12345698765432",
        creditor_name="Ada Lovelace",
        debtor_iban="GB29NWBK60161331926819",
        debtor_name="Northern Lender",
        payment_reference="LOAN1",
        assigned_user_key="U1",
    )


@pytest.mark.parametrize(
    ("rendered", "pence"),
    [
        (b"1500.00", 150_000),
        (b"1500", 150_000),
        (b"8.1", 810),
        (b"0.29", 29),  # 28 as int(0.29 * 100)
        (b"90071992547409.93", 9_007_199_254_740_993),  # a binary float is a penny off
        (b'"1500.00"', 150_000),
        (b'" 1,234.50 "', 123_450),
        (b'"1,234,567.89"', 123_456_789),
    ],
)
def test_an_amount_is_read_to_the_penny_with_or_without_quotes(rendered: bytes, pence: int) -> None:
    assert the_order(as_rendered("amount", rendered)).amount_pence == pence


def test_ids_and_references_that_a_template_renders_as_numbers_are_the_text_they_were_written_as() -> None:
    assert the_order(as_rendered("loanAccountId", b"12345678901234567890")).loan_id == "12345678901234567890"
    assert the_order(as_rendered("paymentReference", b"10.50")).payment_reference == "10.50"


@pytest.mark.parametrize("name", ["Zoë Łukasz", "Siobhán O'Brien", "O’Brien", "Ada 🎉", "李", "A & B <Ltd>"])
@pytest.mark.parametrize("escaped", [True, False])
def test_names_in_other_letters_arrive_as_they_are(name: str, escaped: bool) -> None:
    raw = json.dumps(json.loads(an_order(creditorName=name)), ensure_ascii=escaped).encode()
    assert the_order(raw).creditor_name == name


@pytest.mark.parametrize("empty", [b'""', b'"  "', b"null"])
@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("debtorIBAN", "debtor_iban"),
        ("debtorName", "debtor_name"),
        ("paymentReference", "payment_reference"),
        ("assignedLoanUser", "assigned_user_key"),
        ("creditorIBAN", "creditor_iban"),
        ("creditorName", "creditor_name"),
        ("paymentScheme", "channel"),
        ("accountCurrency", "currency"),
    ],
)
def test_a_placeholder_without_a_value_is_empty_text_however_it_renders(key: str, field: str, empty: bytes) -> None:
    assert getattr(the_order(as_rendered(key, empty)), field) == ""


def test_a_group_and_what_its_template_adds_change_nothing() -> None:
    assert the_order(an_order(groupId="G1", anythingNew={"deep": [1]})) == the_order(an_order())


@pytest.mark.parametrize("channel", sorted(OURS))
def test_a_disbursement_that_we_posted_ourselves_is_ignored(channel: str) -> None:
    (meaning,) = interpret_loan_disbursement(an_order(paymentScheme=channel), OURS)
    assert isinstance(meaning, Ignored)


@pytest.mark.parametrize(
    ("raw", "closed"),
    [
        (
            a_closure(comment=" Written off "),
            LoanClosed(
                "LOAN1", "7d9f2c1e-0000-4000-8000-000000000001", "GB33BUKB20201555555555", comment="Written off"
            ),
        ),
        (a_closure(virtualAccountId="", comment=None), LoanClosed("LOAN1", iban="GB33BUKB20201555555555")),
        (b'{"loanAccountId": 17, "virtualAccountId": null, "comment": null, "x": 1}', LoanClosed("17")),
    ],
    ids=["with everything", "with what its template leaves empty", "with its loan and nothing else"],
)
def test_a_loan_that_is_over_is_read(raw: bytes, closed: LoanClosed) -> None:
    assert interpret_loan_closure(raw) == [closed]


@pytest.mark.parametrize("key", ["transactionEncodedKey", "loanAccountId", "amount"])
def test_a_stored_order_that_the_schema_no_longer_takes_says_where_it_fails(key: str) -> None:
    assert_unreadable(interpret_loan_disbursement(an_order(**{key: ""}), OURS), key)


def test_a_stored_closure_that_the_schema_no_longer_takes_says_where_it_fails() -> None:
    assert_unreadable(interpret_loan_closure(a_closure(loanAccountId="")), "loanAccountId")


def test_a_stored_body_that_is_nested_too_deep_to_be_read_is_left_to_a_person() -> None:
    assert_unreadable(interpret_loan_closure(b"[" * 100_000), "recursion")


def assert_unreadable(meanings: Any, where: str) -> None:
    (meaning,) = meanings
    assert isinstance(meaning, Unrecognised)
    assert meaning.code == "body_unreadable"
    assert where in meaning.reason
