import pytest

from services.worker.adapters.interpreter import Webhooks
from shared.domain.closure import LoanClosed
from shared.domain.disbursement import DisbursementOrder
from shared.domain.hub.triggers import Trigger
from shared.domain.meanings import ForeignEvent, Ignored, Unrecognised
from shared.domain.receipts import Receipt, ReceiptState
from tests.unit.listener.listeners import a_closure, a_umm_event, a_webhook, an_obp_event, an_order

WEBHOOKS = Webhooks(frozenset({"CB_Loan_Disbursement_FPS"}))


def a_receipt(source: str, kind: str, body: bytes) -> Receipt:
    return Receipt("1", f"{kind}-1", source, kind, body, ReceiptState.STORED, 0)


def test_an_order_of_the_core_is_read() -> None:
    (meaning,) = WEBHOOKS.interpret(a_receipt("mambu", "LoanDisbursement", an_order(amount="1,234.50")))
    assert isinstance(meaning, DisbursementOrder)
    assert meaning.amount_pence == 123_450


def test_what_we_posted_ourselves_is_no_order() -> None:
    raw = an_order(paymentScheme="CB_Loan_Disbursement_FPS")
    (meaning,) = WEBHOOKS.interpret(a_receipt("mambu", "LoanDisbursement", raw))
    assert isinstance(meaning, Ignored)


def test_a_closed_loan_is_read() -> None:
    (meaning,) = WEBHOOKS.interpret(a_receipt("mambu", "LoanClosure", a_closure()))
    assert isinstance(meaning, LoanClosed)
    assert meaning.loan_id == "LOAN1"


@pytest.mark.parametrize("kind", ["LoanDisbursement", "LoanClosure"])
@pytest.mark.parametrize("body", [b"{}", b"[]", b"not JSON", b"\xff"])
def test_a_stored_body_that_can_no_longer_be_read_is_left_to_a_person(kind: str, body: bytes) -> None:
    (meaning,) = WEBHOOKS.interpret(a_receipt("mambu", kind, body))
    assert isinstance(meaning, Unrecognised)
    assert meaning.code == "body_unreadable"


def test_the_banks_webhooks_are_read_whatever_their_kind_is_called() -> None:
    (meaning,) = WEBHOOKS.interpret(a_receipt("clearbank", "Anything", a_webhook(kind="Anything")))
    assert isinstance(meaning, Unrecognised)
    assert meaning.code == "unknown_type"


@pytest.mark.parametrize(
    ("source", "kind", "body", "trigger"),
    [
        ("umm", "payment.settled", a_umm_event(), Trigger.UMM_RECEIVED),
        ("obp", "OnNews", an_obp_event(event_name="OnNews"), Trigger.OBP_RECEIVED),
        ("obp", "OnCreditTransaction", an_obp_event(), Trigger.ON_CREDIT_TRANSACTION),
    ],
)
def test_events_of_other_bank_systems_are_passed_on(source: str, kind: str, body: bytes, trigger: Trigger) -> None:
    (meaning,) = WEBHOOKS.interpret(a_receipt(source, kind, body))
    assert isinstance(meaning, ForeignEvent)
    assert (meaning.trigger, meaning.payload) == (trigger, body.decode())


def test_a_source_without_a_reader_is_left_to_a_person() -> None:
    (meaning,) = WEBHOOKS.interpret(a_receipt("pigeon", "Letter", b"{}"))
    assert isinstance(meaning, Unrecognised)
    assert meaning.code == "unknown_source"
