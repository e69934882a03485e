import json
from dataclasses import replace
from typing import Any

import pytest

from services.worker.adapters.mambu import records
from services.worker.adapters.mambu.questions import V2
from shared.domain.core_records import CoreHolder, CoreLoan, CoreTransaction
from shared.domain.events import Address
from shared.domain.outcomes import Refused, TryLater
from tests.unit.worker.adapters import mambus
from tests.unit.worker.adapters.mambus import error, mambu
from tests.unit.worker.adapters.outside import LOST_AFTER_SENDING, SHORT_SECONDS, Outside, a_line_that

pytestmark = pytest.mark.enable_socket


def test_records_are_read_in_full_and_without_a_key(outside: Outside) -> None:
    outside.will_answer(200, mambus.transaction())
    assert mambu(outside.url).read_transaction("8a81") == CoreTransaction(
        "8a81", "1234", "DISBURSEMENT", 150_050, "MBU_Loan_Disbursement_FPS", "loan-key", False
    )
    outside.will_answer(200, mambus.loan())
    loan = mambu(outside.url).read_loan("LOAN 1/2")
    assert loan == CoreLoan(
        key="loan-key",
        id="LOAN1",
        state="ACTIVE",
        currency="GBP",
        holder_type="CLIENT",
        holder_key="holder-key",
        iban="GB33BUKB20201555555555",
        virtual_account_id="va-1",
        amount_pence=150_000,
        assigned_user_key="user-key",
    )
    assert [call.path for call in outside.calls] == ["/loans/transactions/8a81", "/loans/LOAN%201%2F2"]
    for call in outside.calls:
        assert call.query == {"detailsLevel": ["FULL"]}
        assert call.headers["accept"] == V2
        assert "idempotency-key" not in call.headers


def test_a_transaction_with_an_adjustment_is_adjusted(outside: Outside) -> None:
    outside.will_answer(200, mambus.transaction(adjustmentTransactionKey="a-1", type="DISBURSMENT"))
    transaction = mambu(outside.url).read_transaction("8a81")
    assert isinstance(transaction, CoreTransaction)
    assert (transaction.adjusted, transaction.type) == (True, "DISBURSMENT")


@pytest.mark.parametrize("fields", [{}, {"_ClearBank": None}, {"_ClearBank": {"ibanLoan": None}}])
def test_a_loan_without_our_custom_fields_has_empty_texts(outside: Outside, fields: dict[str, Any]) -> None:
    body = {name: value for name, value in mambus.loan().items() if name not in ("_ClearBank", "loanAmount")}
    outside.will_answer(200, body | fields)
    loan = mambu(outside.url).read_loan("LOAN1")
    assert isinstance(loan, CoreLoan)
    assert (loan.iban, loan.virtual_account_id, loan.assigned_user_key, loan.amount_pence) == ("", "", "", None)


def test_a_lender_without_the_field_assigns_no_user() -> None:
    names = replace(mambus.names(), loan_assigned_user="")
    assert records.loan(mambus.loan(), names).assigned_user_key == ""


@pytest.mark.parametrize(("amount", "pence"), [("1500", 150_000), ("0.1", 10), ("1500.50", 150_050), ("1.005", None)])
def test_a_loans_amount_is_whole_pence_or_none(outside: Outside, amount: str, pence: int | None) -> None:
    outside.will_answer(200, json.dumps(mambus.loan(loanAmount="?")).replace('"?"', amount).encode())
    loan = mambu(outside.url).read_loan("LOAN1")
    assert isinstance(loan, CoreLoan)
    assert loan.amount_pence == pence


HOLDERS: dict[str, tuple[str, str, dict[str, Any], CoreHolder]] = {
    "a client": (
        "CLIENT",
        "/clients/h",
        {
            "firstName": "Ada",
            "lastName": "Lovelace",
            "addresses": [{"line1": "12 Park Row", "city": "Leeds", "postcode": "LS1 4AP", "country": "uk"}],
        },
        CoreHolder("Ada Lovelace", Address("GB", "Leeds", "LS1 4AP", "12 Park Row", "")),
    ),
    "a group": ("GROUP", "/groups/h", {"groupName": "The Weavers"}, CoreHolder("The Weavers", None)),
    "a group with an address": (
        "GROUP",
        "/groups/h",
        {"groupName": "  The \n Weavers ", "addresses": [{"city": "Leeds", "postcode": "LS1 4AP"}]},
        CoreHolder("The Weavers", Address("GB", "Leeds", "LS1 4AP")),
    ),
    "a client with nothing but a name of many signs": (
        "CLIENT",
        "/clients/h",
        {"firstName": "Zoë 🎉", "middleName": None, "lastName": "O’Brien-Łęcki", "addresses": None},
        CoreHolder("Zoë 🎉 O’Brien-Łęcki", None),
    ),
    "a second address where the first is of no use": (
        "CLIENT",
        "/clients/h",
        {"lastName": "L", "addresses": [{"city": "🏡", "postcode": "LS1"}, {"city": "Saint-Étienne", "postcode": "4"}]},
        CoreHolder("L", Address("GB", "Saint-Étienne", "4")),
    ),
    "an address without a post code": (
        "CLIENT",
        "/clients/h",
        {"firstName": "Ada", "middleName": "M", "lastName": "L", "addresses": [{"city": "Leeds", "postcode": None}]},
        CoreHolder("Ada M L", None),
    ),
    "a country that is no code": (
        "CLIENT",
        "/clients/h",
        {"lastName": "L", "addresses": [{"city": "Leeds", "postcode": "LS1", "country": "Westeros"}]},
        CoreHolder("L", None),
    ),
}


@pytest.mark.parametrize("case", HOLDERS.values(), ids=HOLDERS.keys())
def test_the_holder_of_a_loan_is_a_client_or_a_group(outside: Outside, case: Any) -> None:
    kind, path, body, expected = case
    outside.will_answer(200, body)
    holder = mambu(outside.url).read_holder(CoreLoan("k", "LOAN1", "ACTIVE", "GBP", kind, "h"))
    assert holder == expected
    assert outside.calls[0].path == path


READS: dict[str, tuple[int, Any, type]] = {
    "no such loan": (404, error(100), Refused),
    "bad credentials": (401, error(2), TryLater),
    "too many": (429, None, TryLater),
    "maintenance": (503, b"<html>", TryLater),
    "internal": (500, error(6), TryLater),
    "read only": (400, error(32), TryLater),
    "a proxy's 200": (200, b"<html>", TryLater),
    "a redirect": (302, None, TryLater),
    "a bad question": (400, error(4), Refused),
    "another shape": (200, {"id": "LOAN1"}, Refused),
    "a list": (200, [], Refused),
}


@pytest.mark.parametrize("case", READS.values(), ids=READS.keys())
def test_a_question_is_answered_refused_or_asked_again(outside: Outside, case: Any) -> None:
    status, body, expected = case
    outside.will_answer(status, body)
    assert type(mambu(outside.url).read_loan("LOAN1")) is expected


def test_only_a_missing_record_is_the_cores_verdict(outside: Outside) -> None:
    outside.will_answer(404, error(100))
    outside.will_answer(400, error(4))
    missing, refused = (mambu(outside.url).read_loan("LOAN1") for _ in range(2))
    assert isinstance(missing, Refused)
    assert isinstance(refused, Refused)
    assert (missing.code, missing.verdict) == ("not_found", True)
    assert (refused.code, refused.verdict) == ("question_refused", False)


def test_loans_are_searched_by_the_custom_field_of_their_iban(outside: Outside) -> None:
    outside.will_answer(200, [mambus.loan(), mambus.loan(id="LOAN2"), mambus.loan(id="LOAN3")])
    loans = mambu(outside.url).find_loans_by_iban("gb33 BUKB 2020 1555 5555 55")
    assert isinstance(loans, list)
    assert [loan.id for loan in loans] == ["LOAN1", "LOAN2", "LOAN3"]
    (call,) = outside.calls
    criterion = {
        "field": "_ClearBank.ibanLoan",
        "operator": "EQUALS_CASE_SENSITIVE",
        "value": "GB33BUKB20201555555555",
    }
    assert (call.method, call.path) == ("POST", "/loans:search")
    assert call.query == {"detailsLevel": ["FULL"], "limit": ["100"]}
    assert json.loads(call.body) == {"filterCriteria": [criterion]}
    assert "idempotency-key" not in call.headers


@pytest.mark.parametrize(("status", "body"), [(200, []), (404, error(100))])
def test_a_search_that_finds_nothing_is_an_empty_list(outside: Outside, status: int, body: Any) -> None:
    outside.will_answer(status, body)
    assert mambu(outside.url).find_loans_by_iban("GB1") == []


@pytest.mark.parametrize("fails", LOST_AFTER_SENDING)
def test_a_question_whose_answer_is_lost_is_asked_again(fails) -> None:
    with a_line_that(fails) as url:
        assert isinstance(mambu(url, SHORT_SECONDS).read_loan("LOAN1"), TryLater)
