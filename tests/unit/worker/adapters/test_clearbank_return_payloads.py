import json

import pytest

from services.worker.adapters.clearbank.return_payloads import return_request
from shared.domain.flows import Step, StepRecord
from shared.domain.posting import Repayment
from shared.domain.references import request_key
from tests.builders import a_repayment, a_settled_credit

POOLED = "a1c2e3f4-0000-4000-8000-000000000001"
TRANSACTION_ID = a_settled_credit().transaction_id


def to_return(scheme: str, reason: str) -> Repayment:
    return a_repayment(a_settled_credit(scheme=scheme), return_reason=reason)


def test_a_faster_payment_goes_back_with_the_contracts_two_capitals() -> None:
    request = return_request(to_return("FasterPayments", "BeneficiaryAccountClosed"), POOLED)
    assert (request.method, request.path) == ("POST", "/v3/payments/fps/return")
    assert json.loads(request.body) == {
        "paymentReturnInstruction": {"TransactionId": TRANSACTION_ID, "ReasonForReturn": "BeneficiaryAccountClosed"}
    }


def test_a_chaps_payment_goes_back_under_an_instruction_of_its_own() -> None:
    request = return_request(to_return("Chaps", "AC04"), POOLED)
    assert (request.method, request.path) == ("POST", "/payments/chaps/v6/return-payments")
    instruction = "R" + request.key.replace("-", "")
    assert json.loads(request.body) == {
        "paymentId": TRANSACTION_ID,
        "reason": "AC04",
        "instructionIdentification": instruction,
    }
    assert len(instruction) <= 35


def test_a_bacs_credit_goes_back_from_the_pooled_account() -> None:
    request = return_request(to_return("Bacs", "5"), POOLED)
    assert (request.method, request.path) == ("POST", f"/v1/Accounts/{POOLED}/Transactions/Returns")
    assert json.loads(request.body) == {"returns": [{"transactionId": TRANSACTION_ID, "reasonCode": "5"}]}


@pytest.mark.parametrize("scheme", ["FasterPayments", "Chaps", "Bacs"])
def test_a_repeat_is_the_same_request_and_a_second_order_of_a_person_another(scheme: str) -> None:
    posting = to_return(scheme, "AC04")
    again = posting.with_step(Step.RETURN_MONEY, StepRecord(generation=2))
    assert return_request(posting, POOLED) == return_request(posting, POOLED)
    assert return_request(posting, POOLED).key == request_key(posting.id, Step.RETURN_MONEY)
    assert return_request(again, POOLED).key == request_key(posting.id, Step.RETURN_MONEY, 2)


@pytest.mark.parametrize(
    ("scheme", "sentence"), [("Transfer", "came by Transfer"), ("", "an unnamed scheme"), ("Cheque", "came by Cheque")]
)
def test_what_came_by_a_scheme_without_returns_is_never_put_into_bytes(scheme: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        return_request(to_return(scheme, "Other"), POOLED)


def test_nothing_goes_back_without_a_reason() -> None:
    with pytest.raises(ValueError, match="names no reason"):
        return_request(to_return("FasterPayments", ""), POOLED)
