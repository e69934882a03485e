import json
from dataclasses import replace
from typing import Any

import pytest

from services.worker.adapters.mambu.client import credentials
from services.worker.adapters.mambu.questions import V2
from shared.domain.core_records import TransactionStatus
from shared.domain.events import AccountChosen
from shared.domain.flows import Request
from shared.domain.outcomes import Accepted, NotDone, Refused, TryLater, Unknown
from shared.domain.posting import Posting
from tests.builders import LOAN_IBAN, LOAN_KEY, TRANSACTION_KEY, a_bank_disbursement, a_disbursement, a_repayment
from tests.unit.worker.adapters import mambus
from tests.unit.worker.adapters.mambus import error, mambu
from tests.unit.worker.adapters.outside import LOST_AFTER_SENDING, SHORT_SECONDS, Outside, a_line_that, nobody_listens

pytestmark = pytest.mark.enable_socket

CORE = mambu("http://nobody")
POSTING = CORE.prepare_posting(a_repayment(loan_id="LOAN1"))
POSTS = {
    "repayment": POSTING,
    "disbursement": CORE.prepare_posting(a_bank_disbursement(loan_id="LOAN1")),
    "reversal": CORE.prepare_reversal(a_disbursement()),
    "undo": CORE.prepare_undo(a_repayment(core_transaction_id="77")),
    "task": Request("POST", "/tasks", '{"dueDate":"2026-03-02","title":"look"}', "a-key"),
}
STATUS = CORE.prepare_status(a_disbursement(), TransactionStatus.SETTLED)
LINKAGE = CORE.prepare_linkage(a_disbursement(account=AccountChosen(LOAN_IBAN, "virtual-1")))


@pytest.mark.parametrize("request_", POSTS.values(), ids=POSTS.keys())
def test_what_is_posted_goes_out_as_stored_with_its_key_and_the_v2_accept(outside: Outside, request_: Request) -> None:
    outside.will_answer(201, {"id": "77"})
    assert mambu(outside.url).send(request_) == Accepted("77")
    (call,) = outside.calls
    assert (call.method, call.target, call.body) == (request_.method, request_.path, request_.body.encode())
    assert call.headers["accept"] == V2
    assert call.headers["content-type"] == "application/json"
    assert call.headers["idempotency-key"] == request_.key
    assert call.headers["apikey"] == "secret-key"


def test_the_v1_call_goes_without_the_v2_accept_and_without_a_key(outside: Outside) -> None:
    outside.will_answer(200, {"returnCode": 0, "returnStatus": "SUCCESS"})
    assert isinstance(mambu(outside.url).send(STATUS), Accepted)
    (call,) = outside.calls
    assert (call.method, call.path, call.body) == ("PATCH", STATUS.path, STATUS.body.encode())
    assert call.headers["accept"] == "application/json"
    assert "idempotency-key" not in call.headers


def test_a_loan_is_patched_as_json_of_v2_without_a_key(outside: Outside) -> None:
    outside.will_answer(204)
    assert mambu(outside.url).send(LINKAGE) == Accepted("")
    (call,) = outside.calls
    assert (call.method, call.path, call.body) == ("PATCH", LINKAGE.path, LINKAGE.body.encode())
    assert (call.headers["accept"], call.headers["content-type"]) == (V2, "application/json")
    assert "idempotency-key" not in call.headers


def test_a_core_that_cannot_be_reached_got_nothing() -> None:
    assert mambu(nobody_listens()).send(POSTING) == TryLater("Mambu cannot be reached (ConnectionError)")


@pytest.mark.parametrize("fails", LOST_AFTER_SENDING)
def test_a_posting_whose_answer_is_lost_may_have_been_booked(fails) -> None:
    with a_line_that(fails) as url:
        assert isinstance(mambu(url, SHORT_SECONDS).send(POSTING), Unknown)


def test_a_final_102_is_read_and_means_unknown(outside: Outside) -> None:
    outside.will_answer(102)
    assert mambu(outside.url).send(POSTING) == Unknown("Mambu still works on it (102)")


def test_redirects_are_not_followed(outside: Outside) -> None:
    outside.will_answer(302, Location=f"{outside.url}/login")
    outcome = mambu(outside.url).send(POSTING)
    assert isinstance(outcome, Refused)
    assert not outcome.verdict
    assert len(outside.calls) == 1


BOOKED = mambus.transaction(id="77", type="REPAYMENT", parentAccountKey=LOAN_KEY)
LOOK_UPS: dict[str, tuple[int, Any, Any]] = {
    "booked": (200, [BOOKED], Accepted("77")),
    "booked and taken back": (200, [BOOKED | {"adjustmentTransactionKey": "a-1"}], Accepted("77")),
    "not booked": (200, [], NotDone("Mambu has no such transaction")),
    "no answer": (503, None, Unknown("Mambu could not be asked: Mambu answered 503", seen=True)),
}


@pytest.mark.parametrize("posting", [a_repayment(loan_key=LOAN_KEY), a_bank_disbursement(loan_key=LOAN_KEY)])
@pytest.mark.parametrize("case", LOOK_UPS.values(), ids=LOOK_UPS.keys())
def test_a_posting_is_looked_up_by_its_external_id(outside: Outside, case: Any, posting: Posting) -> None:
    status, body, expected = case
    outside.will_answer(status, body)
    assert mambu(outside.url).look_up_posting(posting) == expected
    (call,) = outside.calls
    (criterion,) = json.loads(call.body)["filterCriteria"]
    assert (call.method, call.path) == ("POST", "/loans/transactions:search")
    assert criterion["field"] == "externalId"
    prepared = CORE.prepare_posting(replace(posting, loan_id="LOAN1"))
    assert criterion["value"] == json.loads(prepared.body)["externalId"]


ADJUSTED_OR_NOT = [
    (200, mambus.transaction(adjustmentTransactionKey="a"), Accepted("reversed before")),
    (200, mambus.transaction(), NotDone("it stands")),
    (404, error(164), Unknown("Mambu could not be asked: Mambu has no such record: 164 REASON", seen=True)),
    (500, None, Unknown("Mambu could not be asked: Mambu answered 500", seen=True)),
]


@pytest.mark.parametrize(("status", "body", "expected"), ADJUSTED_OR_NOT)
def test_a_reversal_is_looked_up_on_its_transaction(outside: Outside, status: int, body: Any, expected: Any) -> None:
    outside.will_answer(status, body)
    assert mambu(outside.url).look_up_reversal(a_disbursement()) == expected
    assert outside.calls[0].path == f"/loans/transactions/{TRANSACTION_KEY}"


@pytest.mark.parametrize(("status", "body", "expected"), ADJUSTED_OR_NOT)
def test_an_undo_is_looked_up_on_the_transaction_posted(
    outside: Outside, status: int, body: Any, expected: Any
) -> None:
    outside.will_answer(status, body)
    assert mambu(outside.url).look_up_undo(a_repayment(core_transaction_id="77")) == expected
    assert outside.calls[0].path == "/loans/transactions/77"


def test_an_api_key_is_preferred_to_a_password() -> None:
    assert credentials("user", "pass", "key") == {"apikey": "key"}
    assert credentials("user", "pass", None) == {"Authorization": "Basic dXNlcjpwYXNz"}
