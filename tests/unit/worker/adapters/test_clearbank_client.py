from collections.abc import Callable

import pytest

from services.worker.adapters.clearbank.client import ClearBank
from services.worker.adapters.clearbank.payloads import PaymentTerms
from services.worker.adapters.http import HttpClient
from shared.domain.outcomes import Accepted, Refused, TryLater, Unknown
from shared.domain.payments import Request
from shared.signing.client import SignerRefusedError, SignerUnavailableError
from tests.builders import OPERATING_IBAN, TRANSACTION_KEY, a_confirmed_disbursement
from tests.unit.worker.adapters.outside import LOST_AFTER_SENDING, SHORT_SECONDS, Outside, a_line_that, nobody_listens

pytestmark = pytest.mark.enable_socket

REQUEST = Request("POST", "/v3/payments/fps", '{"name":"Zoë","amount":88.50}', "0b8f2f6c-7a8e-4f5c-9f0e-2c2a4c1d9e77")


def a_bank(
    url: str,
    authorization: str = "Bearer bank-token",
    sign: Callable[[bytes], str] = lambda body: f"signature of {len(body)}",
    timeout_seconds: float = 10,
) -> ClearBank:
    return ClearBank(HttpClient(url, timeout_seconds), authorization, sign, PaymentTerms(OPERATING_IBAN))


def test_the_stored_bytes_go_out_signed_under_their_request_id(outside: Outside) -> None:
    outside.will_answer(202, {"transactions": [{"response": "Accepted"}]}, X_Correlation_Id="c-1")
    assert a_bank(outside.url).send(REQUEST) == Accepted("", "c-1")
    (call,) = outside.calls
    raw = REQUEST.body.encode()
    assert (call.method, call.path, call.body) == ("POST", "/v3/payments/fps", raw)
    assert call.headers["authorization"] == "Bearer bank-token"
    assert call.headers["digitalsignature"] == f"signature of {len(raw)}"
    assert call.headers["x-request-id"] == REQUEST.key
    assert call.headers["content-type"] == "application/json"


def test_a_repeat_is_the_same_call_byte_for_byte(outside: Outside) -> None:
    for _ in range(2):
        outside.will_answer(202)
        a_bank(outside.url).send(REQUEST)
    first, second = outside.calls
    assert first == second


def test_a_bare_token_is_a_bearers(outside: Outside) -> None:
    outside.will_answer(202)
    a_bank(outside.url, "bank-token").send(REQUEST)
    assert outside.calls[0].headers["authorization"] == "Bearer bank-token"


@pytest.mark.parametrize("error", [SignerUnavailableError("away"), SignerRefusedError("401")])
def test_what_is_not_signed_is_not_sent(outside: Outside, error: Exception) -> None:
    def unwilling(_: bytes) -> str:
        raise error

    assert a_bank(outside.url, sign=unwilling).send(REQUEST) == TryLater(f"not signed: {error}")
    assert outside.calls == []


def test_a_bank_that_cannot_be_reached_got_nothing() -> None:
    bank = a_bank(nobody_listens())
    assert bank.send(REQUEST) == TryLater("the bank cannot be reached (ConnectionError)")
    assert isinstance(bank.look_up_payment("id"), Unknown)


@pytest.mark.parametrize("fails", LOST_AFTER_SENDING)
def test_a_payment_whose_answer_is_lost_may_have_been_made(fails) -> None:
    with a_line_that(fails) as url:
        outcome = a_bank(url, timeout_seconds=SHORT_SECONDS).send(REQUEST)
    assert isinstance(outcome, Unknown)
    assert not outcome.seen


def test_a_redirect_is_a_fault_of_ours_for_a_person(outside: Outside) -> None:
    outside.will_answer(302, Location=f"{outside.url}/login")
    outcome = a_bank(outside.url).send(REQUEST)
    assert isinstance(outcome, Refused)
    assert not outcome.verdict
    assert len(outside.calls) == 1


def test_a_payment_is_looked_up_by_its_end_to_end_id_without_signature_or_request_id(outside: Outside) -> None:
    row = {"endToEndIdentifier": "e2e", "debitCreditCode": "DBIT", "status": "ACSC", "transactionId": "t-1"}
    outside.will_answer(200, {"transactions": [row]})
    assert a_bank(outside.url).look_up_payment("e2e") == Accepted("t-1")
    (call,) = outside.calls
    assert (call.method, call.path, call.query["endToEndIdentifier"]) == ("GET", "/v2/Transactions", ["e2e"])
    assert not {"digitalsignature", "x-request-id", "content-type"} & set(call.headers)


def test_the_same_disbursement_always_makes_the_same_request() -> None:
    bank = a_bank("http://bank")
    assert bank.prepare_payment(a_confirmed_disbursement()) == bank.prepare_payment(a_confirmed_disbursement())
    assert TRANSACTION_KEY in bank.prepare_payment(a_confirmed_disbursement()).body
