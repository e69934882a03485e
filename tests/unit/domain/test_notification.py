"""A message to the lender's staff, as a value."""

from shared.domain import events as e
from shared.domain.flows import Step
from shared.domain.notification import Flag, Notification
from shared.domain.transitions import NotificationState as State
from tests.builders import TRANSACTION_KEY, a_notice, a_notification


def test_the_flags_are_the_switches_of_the_notification_document() -> None:
    assert {flag.value for flag in Flag} == {
        "adjustRepayment",
        "checkPaymentScheme",
        "createDisbursement",
        "createPayment",
        "createPrePayment",
        "createVirtualAccount",
        "disableVirtualAccount",
        "searchLoanAndClientDetails",
        "checkLoanIBANCF",
        "reverseDisbursement",
        "searchTransaction",
        "searchVirtualAccountbyIBAN",
        "updateCustomField",
        "updateVirtualAccountOwnerName",
    }


def test_the_same_problem_met_again_is_the_same_notification() -> None:
    first, again = Notification.of(a_notice(reason="busy")), Notification.of(a_notice(reason="still busy"))

    assert first.id == again.id == f"notification:disbursement:{TRANSACTION_KEY}:pay:gave_up"


def test_another_problem_of_the_same_flow_is_another_notification() -> None:
    assert Notification.of(a_notice()).id != Notification.of(a_notice(code="reverse:gave_up")).id


def test_it_is_addressed_and_then_sent() -> None:
    addressed = a_notification().apply(e.Addressed("loan-key", "user-key"))
    assert (addressed.addressed, addressed.next_step) == (e.Addressed("loan-key", "user-key"), Step.SEND)

    sent = addressed.apply(e.NotificationSent())
    assert (sent.state, sent.next_step) == (State.SENT, None)


def test_it_is_found_by_what_it_is_about_and_by_the_loan() -> None:
    assert a_notification().references == (f"disbursement:{TRANSACTION_KEY}", "LOAN1")
    assert a_notification(a_notice(loan_id="")).references == (f"disbursement:{TRANSACTION_KEY}",)
