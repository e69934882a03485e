import json
from typing import Any

import pytest

from services.worker.adapters.mambu.client import V2, credentials
from services.worker.adapters.mambu.payloads import repayment_request, reversal_request, status_request
from shared.domain.core_records import CoreHolder, CoreLoan, CoreTransaction, TransactionStatus
from shared.domain.events import Address
from shared.domain.outcomes import Accepted, NotDone, Refused, TryLater, Unknown
from tests.builders import a_disbursement, a_repayment
from tests.unit.worker.adapters import mambus
from tests.unit.worker.adapters.mambus import error, mambu
from tests.unit.worker.adapters.outside import LOST_AFTER_SENDING, SHORT_SECONDS, Outside, a_line_that, nobody_listens

pytestmark = pytest.mark.enable_socket

POSTING = repayment_request(a_repayment(loan_id="LOAN1"), mambus.names())
STATUS = status_request(a_disbursement(), TransactionStatus.SETTLED, mambus.names())


@pytest.mark.parametrize("request_", [POSTING, reversal_request(a_disbursement())], ids=["repayment", "reversal"])
def test_a_posting_goes_out_as_stored_with_its_key_and_the_v2_accept(outside: Outside, request_: Any) -> None:
    outside.will_answer(201, {"id": "77"})
    assert mambu(outside.url).send(request_) == Accepted("77")
    (call,) = outside.calls
    assert (call.method, call.target, call.body) == (request_.method, request_.path, request_.body.encode())
    assert call.headers["accept"] == V2
    assert call.headers["idempotency-key"] == request_.key
    assert call.headers["apikey"] == "secret-key"


def test_the_v1_call_goes_without_the_v2_accept_and_without_a_key(outside: Outside) -> None:
    outside.will_answer(200, {"returnCode": 0, "returnStatus": "SUCCESS"})
    assert isinstance(mambu(outside.url).send(STATUS), Accepted)
    (call,) = outside.calls
    assert (call.method, call.path, call.body) == ("PATCH", STATUS.path, STATUS.body.encode())
    assert call.headers["accept"] == "application/json"
    assert "idempotency-key" not in call.headers


def test_a_core_that_cannot_be_reached_got_nothing() -> None:
    assert mambu(nobody_listens()).send(POSTING) == TryLater("Mambu cannot be reached (ConnectionError)")


@pytest.mark.parametrize("fails", LOST_AFTER_SENDING)
def test_a_posting_whose_answer_is_lost_may_have_been_booked(fails) -> None:
    with a_line_that(fails) as url:
        assert isinstance(mambu(url, SHORT_SECONDS).send(POSTING), Unknown)


@pytest.mark.parametrize("fails", LOST_AFTER_SENDING)
def test_a_question_whose_answer_is_lost_is_asked_again(fails) -> None:
    with a_line_that(fails) as url:
        assert isinstance(mambu(url, SHORT_SECONDS).read_loan("LOAN1"), TryLater)


def test_a_final_102_is_read_and_means_unknown(outside: Outside) -> None:
    outside.will_answer(102)
    assert mambu(outside.url).send(POSTING) == Unknown("Mambu still works on it (102)")


def test_redirects_are_not_followed(outside: Outside) -> None:
    outside.will_answer(302, Location=f"{outside.url}/login")
    outcome = mambu(outside.url).send(POSTING)
    assert isinstance(outcome, Refused)
    assert not outcome.verdict
    assert len(outside.calls) == 1


def test_records_are_read_in_full_and_without_a_key(outside: Outside) -> None:
    outside.will_answer(200, mambus.transaction())
    assert mambu(outside.url).read_transaction("8a81") == CoreTransaction(
        "8a81", "1234", "DISBURSEMENT", 150_050, "MBU_Loan_Disbursement_FPS", "loan-key", False
    )
    outside.will_answer(200, mambus.loan())
    loan = mambu(outside.url).read_loan("LOAN 1/2")
    assert loan == CoreLoan(
        "loan-key", "LOAN1", "ACTIVE", "GBP", "CLIENT", "holder-key", "GB33BUKB20201555555555", "va-1"
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
    outside.will_answer(200, [mambus.loan(), mambus.loan(id="LOAN2")])
    loans = mambu(outside.url).find_loans_by_iban("GB33BUKB20201555555555")
    assert isinstance(loans, list)
    assert [loan.id for loan in loans] == ["LOAN1", "LOAN2"]
    (call,) = outside.calls
    criterion = {
        "field": "_ClearBank.ibanLoan",
        "operator": "EQUALS_CASE_SENSITIVE",
        "value": "GB33BUKB20201555555555",
    }
    assert (call.method, call.path) == ("POST", "/loans:search")
    assert call.query == {"detailsLevel": ["FULL"], "limit": ["2"]}
    assert json.loads(call.body) == {"filterCriteria": [criterion]}
    assert "idempotency-key" not in call.headers


@pytest.mark.parametrize(("status", "body"), [(200, []), (404, error(100))])
def test_a_search_that_finds_nothing_is_an_empty_list(outside: Outside, status: int, body: Any) -> None:
    outside.will_answer(status, body)
    assert mambu(outside.url).find_loans_by_iban("GB1") == []


LOOK_UPS: dict[str, tuple[int, Any, Any]] = {
    "booked": (200, [{"id": "77"}], Accepted("77")),
    "not booked": (200, [], NotDone("Mambu has no such transaction")),
    "no answer": (503, None, Unknown("Mambu could not be asked: Mambu answered 503", seen=True)),
}


@pytest.mark.parametrize("case", LOOK_UPS.values(), ids=LOOK_UPS.keys())
def test_a_repayment_is_looked_up_by_its_external_id(outside: Outside, case: Any) -> None:
    status, body, expected = case
    outside.will_answer(status, body)
    assert mambu(outside.url).look_up_repayment(a_repayment()) == expected
    (criterion,) = json.loads(outside.calls[0].body)["filterCriteria"]
    assert criterion["field"] == "externalId"
    assert criterion["value"] == json.loads(POSTING.body)["externalId"]


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, mambus.transaction(adjustmentTransactionKey="a"), Accepted("reversed before")),
        (200, mambus.transaction(), NotDone("the disbursement stands")),
        (500, None, Unknown("Mambu could not be asked: Mambu answered 500", seen=True)),
    ],
)
def test_a_reversal_is_looked_up_on_its_transaction(outside: Outside, status: int, body: Any, expected: Any) -> None:
    outside.will_answer(status, body)
    assert mambu(outside.url).look_up_reversal(a_disbursement()) == expected


def test_an_api_key_is_preferred_to_a_password() -> None:
    assert credentials("user", "pass", "key") == {"apikey": "key"}
    assert credentials("user", "pass", None) == {"Authorization": "Basic dXNlcjpwYXNz"}
