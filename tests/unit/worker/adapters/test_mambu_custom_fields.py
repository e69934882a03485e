import json

import pytest

from services.worker.adapters.mambu.custom_fields import linkage_request, status_request
from shared.domain.core_records import TransactionStatus
from shared.domain.disbursement import Disbursement
from shared.domain.events import AccountChosen
from shared.domain.flows import Step, StepRecord
from shared.domain.references import request_key
from tests.builders import LOAN_IBAN, LOAN_KEY, TRANSACTION_KEY, a_confirmed_disbursement, a_disbursement
from tests.unit.worker.adapters.mambus import names

NAMES = names()
ACCOUNT = AccountChosen(LOAN_IBAN, "virtual-1", write_linkage=True)


@pytest.mark.parametrize("status", TransactionStatus)
def test_a_status_is_written_by_the_v1_call(status: TransactionStatus) -> None:
    request = status_request(a_disbursement(), status, NAMES)
    assert request.method == "PATCH"
    assert request.path == f"/loans/LOAN1/transactions/{TRANSACTION_KEY}/custominformation"
    field = {"customFieldID": "transactionStatus", "value": status.value}
    assert json.loads(request.body) == {"customInformation": [field]}


def test_each_status_and_each_attempt_has_a_key_of_its_own() -> None:
    again = a_disbursement().with_step(Step.REPORT_HELD, StepRecord(generation=2))
    keys = {
        status_request(flow, status, NAMES).key for flow in (a_disbursement(), again) for status in TransactionStatus
    }
    assert len(keys) == len(TransactionStatus) + 1


def test_a_linkage_adds_id_and_iban_to_the_loan_that_the_core_confirmed() -> None:
    disbursement = a_confirmed_disbursement(account=ACCOUNT)
    request = linkage_request(disbursement, NAMES)
    assert (request.method, request.path) == ("PATCH", f"/loans/{LOAN_KEY}")
    assert json.loads(request.body) == [
        {"op": "ADD", "path": "/_ClearBank/virtualAccountId", "value": "virtual-1"},
        {"op": "ADD", "path": "/_ClearBank/ibanLoan", "value": LOAN_IBAN},
    ]
    assert request.key == request_key(disbursement.id, Step.WRITE_LINKAGE)
    again = disbursement.with_step(Step.WRITE_LINKAGE, StepRecord(generation=2))
    assert linkage_request(again, NAMES).key == request_key(disbursement.id, Step.WRITE_LINKAGE, 2)


def test_without_a_confirmation_the_webhooks_loan_is_linked() -> None:
    assert linkage_request(a_disbursement(account=ACCOUNT), NAMES).path == "/loans/LOAN1"


@pytest.mark.parametrize(
    "disbursement", [a_confirmed_disbursement(), a_confirmed_disbursement(account=AccountChosen(LOAN_IBAN))]
)
def test_the_operating_account_is_tied_to_no_loan(disbursement: Disbursement) -> None:
    with pytest.raises(ValueError, match="has no virtual account"):
        linkage_request(disbursement, NAMES)
