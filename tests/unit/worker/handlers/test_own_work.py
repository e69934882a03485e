"""What we do at the core fires its webhooks too: our own work comes back, and is not taken for an order."""

import json

import pytest

from services.worker.adapters.interpreter import Webhooks
from shared.domain.receipts import ReceiptState
from shared.domain.transitions import ClosureState, DisbursementState
from tests.builders import FPS_CHANNEL, LOAN_IBAN, VIRTUAL_ACCOUNT_ID, a_core_loan, a_disbursement_order
from tests.fakes.lender import FakeLender

OURS = frozenset({"CB_Loan_Disbursement_FPS", "CB_Loan_Disbursement_CHAPS"})
ORDER = a_disbursement_order("1500.00")


def a_lender_that_reads() -> FakeLender:
    lender = FakeLender(interpreter=Webhooks(OURS))
    lender.books(ORDER)
    return lender


def a_disbursement_webhook(channel: str) -> bytes:
    """As the lender's template renders it: everything is text."""
    body = {
        "amount": "1,500.00",
        "paymentScheme": channel,
        "transactionEncodedKey": ORDER.transaction_key,
        "loanAccountId": "LOAN1",
        "loanName": "Home improvement",
        "transactionId": "1234",
        "debtorName": ORDER.debtor_name,
        "paymentReference": ORDER.payment_reference,
        "debtorIBAN": LOAN_IBAN,
        "creditorIBAN": ORDER.creditor_iban,
        "creditorName": ORDER.creditor_name,
        "accountCurrency": "GBP",
        "assignedLoanUser": "",
        "transactionEndToEndId": "",
    }
    return json.dumps(body).encode()


@pytest.mark.parametrize("channel", sorted(OURS))
def test_a_disbursement_that_we_posted_ourselves_is_neither_paid_nor_reversed(channel: str) -> None:
    lender = a_lender_that_reads()
    receipt = lender.hears_bytes("mambu", "LoanDisbursement", a_disbursement_webhook(channel))

    assert receipt.state is ReceiptState.FINISHED
    assert receipt.reason == "ignored: a disbursement that the connector posted itself"
    assert (lender.journal.flows(), lender.bank.received, lender.core.received) == ([], [], [])


def test_the_same_disbursement_on_the_lenders_own_channel_is_paid() -> None:
    lender = a_lender_that_reads()
    lender.hears_bytes("mambu", "LoanDisbursement", a_disbursement_webhook(FPS_CHANNEL))

    assert lender.disbursement(ORDER).state is DisbursementState.SUBMITTED
    assert lender.bank.moved(ORDER.transaction_key) == 1


def test_a_closure_in_the_cores_own_words_disables_the_account() -> None:
    lender = FakeLender(interpreter=Webhooks(OURS))
    lender.has_linked(a_core_loan(state="CLOSED"))
    body = {
        "virtualAccountId": VIRTUAL_ACCOUNT_ID,
        "comment": "repaid in full",
        "loanAccountId": "LOAN1",
        "loanCFIBAN": LOAN_IBAN,
    }
    lender.hears_bytes("mambu", "LoanClosure", json.dumps(body).encode())

    assert lender.closure().state is ClosureState.DISABLED
    assert lender.bank.disabled == [VIRTUAL_ACCOUNT_ID]
