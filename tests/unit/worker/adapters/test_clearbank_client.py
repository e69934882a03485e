from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from services.worker.adapters.clearbank.client import ClearBank
from services.worker.adapters.clearbank.payloads import PaymentTerms
from services.worker.adapters.http import Answer, HttpClient
from services.worker.ports import Bank
from shared.domain.events import AccountChosen, AccountWanted
from shared.domain.flows import Request
from shared.domain.outcomes import Accepted, Outcome, Refused, TryLater, Unknown
from shared.signing.client import SignerRefusedError, SignerUnavailableError
from tests.builders import (
    LOAN_IBAN,
    OPERATING_IBAN,
    TRANSACTION_KEY,
    VIRTUAL_ACCOUNT_ID,
    a_closure,
    a_confirmed_disbursement,
    a_disbursement_order,
    a_linked_disbursement,
    a_repayment,
    a_settled_credit,
)
from tests.unit.worker.adapters.outside import LOST_AFTER_SENDING, SHORT_SECONDS, Outside, a_line_that, nobody_listens

pytestmark = pytest.mark.enable_socket

REQUEST = Request("POST", "/v3/payments/fps", '{"name":"Zoë","amount":88.50}', "0b8f2f6c-7a8e-4f5c-9f0e-2c2a4c1d9e77")


def a_bank(
    url: str,
    authorization: str = "Bearer bank-token",
    sign: Callable[[bytes], str] = lambda body: f"signature of {len(body)}",
    timeout_seconds: float = 10,
) -> ClearBank:
    return ClearBank(HttpClient(url, timeout_seconds), authorization, sign, PaymentTerms(OPERATING_IBAN), "pooled-1")


@dataclass
class Line:
    """In the place of the HTTP client: gives one answer to everything and keeps what was called."""

    answer: Answer
    calls: list[tuple[str, str, Mapping[str, str], bytes | None]] = field(default_factory=list)

    def call(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None, **_: Any) -> Answer:
        self.calls.append((method, path, headers, body))
        return self.answer


def a_bank_on(line: Any) -> ClearBank:
    return ClearBank(line, "bank-token", lambda _: "signature", PaymentTerms(OPERATING_IBAN), "pooled-1")


def every_request(bank: Bank) -> dict[str, Request]:
    wanting = a_confirmed_disbursement().apply(AccountWanted("Ada", "key-1", LOAN_IBAN))
    renamed = a_linked_disbursement(account=AccountChosen(LOAN_IBAN, VIRTUAL_ACCOUNT_ID, owner_name="Ada"))

    def back(scheme: str, reason: str) -> Request:
        return bank.prepare_return(a_repayment(a_settled_credit(scheme=scheme), return_reason=reason))

    return {
        "FPS": bank.prepare_payment(a_linked_disbursement()),
        "CHAPS": bank.prepare_payment(a_linked_disbursement(a_disbursement_order(scheme="CHAPS"))),
        "account": bank.prepare_account(wanting),
        "owner name": bank.prepare_owner_name(renamed),
        "disabling": bank.prepare_disabling(a_closure(virtual_account_id=VIRTUAL_ACCOUNT_ID)),
        "FPS return": back("FasterPayments", "Other"),
        "CHAPS return": back("Chaps", "AC04"),
        "Bacs return": back("Bacs", "5"),
    }


REQUESTS = every_request(a_bank("http://bank"))
NAMES = pytest.mark.parametrize("name", REQUESTS)


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


@NAMES
def test_the_same_flow_always_makes_the_same_request(name: str) -> None:
    assert every_request(a_bank("http://elsewhere"))[name] == REQUESTS[name]


def test_each_request_has_an_id_of_its_own() -> None:
    # The returns are of one posting, which can go back by one scheme only.
    keys = {request.key for name, request in REQUESTS.items() if name not in ("CHAPS", "CHAPS return", "Bacs return")}
    assert len(keys) == len(REQUESTS) - 3
    assert TRANSACTION_KEY in REQUESTS["FPS"].body


@NAMES
def test_what_has_a_body_is_signed_and_what_has_none_is_not(name: str) -> None:
    line = Line(Answer(202))
    a_bank_on(line).send(REQUESTS[name])
    ((method, path, headers, body),) = line.calls
    request = REQUESTS[name]
    assert (method, path, headers["X-Request-Id"]) == (request.method, request.path, request.key)
    assert headers["Authorization"] == "Bearer bank-token"
    if name == "disabling":
        assert body is None
        assert not {"DigitalSignature", "Content-Type"} & set(headers)
    else:
        assert body == request.body.encode()
        assert (headers["DigitalSignature"], headers["Content-Type"]) == ("signature", "application/json")


# An answer that each reader takes in another way: seen before, no such thing, done.
SEEN = Unknown("the bank has seen this X-Request-Id already", True)
READ_AS_A_PAYMENT = (SEEN, "http_404", "http_204")
READ_AS_A_RETURN = (SEEN, "not_found", "http_204")
READ_AS_AN_ACCOUNT_ORDER = (Accepted(), "http_404", "http_204")
READ_AS_AN_ACCOUNT_CHANGE = (SEEN, "not_found", Accepted())
READ_AS = {
    "FPS": READ_AS_A_PAYMENT,
    "CHAPS": READ_AS_A_PAYMENT,
    "account": READ_AS_AN_ACCOUNT_ORDER,
    "owner name": READ_AS_AN_ACCOUNT_CHANGE,
    "disabling": READ_AS_AN_ACCOUNT_CHANGE,
    "FPS return": READ_AS_A_RETURN,
    "CHAPS return": READ_AS_A_RETURN,
    "Bacs return": READ_AS_A_RETURN,
}


@NAMES
def test_each_answer_is_read_by_what_was_asked_for(name: str) -> None:
    def answer_to(status: int) -> Outcome | str:
        outcome = a_bank_on(Line(Answer(status))).send(REQUESTS[name])
        return outcome.code if isinstance(outcome, Refused) else outcome

    assert (answer_to(409), answer_to(404), answer_to(204)) == READ_AS[name]


def test_a_call_that_this_version_does_not_know_is_read_with_the_least_trust() -> None:
    unknown = Request("POST", "/v9/payments", "{}", "key-1")
    outcome = a_bank_on(Line(Answer(204))).send(unknown)
    assert isinstance(outcome, Refused)
    assert not outcome.verdict
