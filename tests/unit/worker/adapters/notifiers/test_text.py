"""What people read, word for word."""

import pytest

from services.worker.adapters.notifiers.text import LONGEST_SUBJECT, message_of
from shared.domain import events as e
from shared.domain.flows import Parked, Step
from shared.domain.problems import notice_of_advisory, notices
from tests.builders import a_linked_disbursement, a_notice, a_repayment, an_advisory

CONSOLE = "https://console.lender.example"


def test_a_rejected_payment_reads_like_this() -> None:
    submitted = a_linked_disbursement().apply(e.PaymentPrepared()).apply(e.PaymentSubmitted())
    [notice] = notices(submitted, submitted.apply(e.PaymentRejected("AC04", "Account closed")))
    message = message_of(notice, CONSOLE)

    assert message.subject == (
        "The bank did not make the payment, and the disbursement is taken back in Mambu (loan LOAN1, £1,500.00)"
    )
    assert message.body == (
        "The bank did not make the payment, and the disbursement is taken back in Mambu.\n"
        "\n"
        "Loan: LOAN1\n"
        "Amount: £1,500.00\n"
        "Reason: Account closed (AC04: the payee's account is closed).\n"
        "What to do: Do not try the same payment again. Settle with the borrower how else to pay, then make a new"
        " disbursement in Mambu.\n"
        "About: disbursement:8a8187366a01d4a1016a023792a50001\n"
        "See: https://console.lender.example/flows/disbursement%3A8a8187366a01d4a1016a023792a50001\n"
    )


def test_a_payment_whose_outcome_nobody_knows_reads_like_this() -> None:
    submitting = a_linked_disbursement().apply(e.PaymentPrepared())
    [notice] = notices(submitting, submitting.park(Parked("gave_up", "pay: no answer from the bank", Step.PAY)))
    message = message_of(notice, "")

    assert message.subject == "The payment was not made, or nobody knows whether it was (loan LOAN1, £1,500.00)"
    assert message.body == (
        "The payment was not made, or nobody knows whether it was.\n"
        "\n"
        "Loan: LOAN1\n"
        "Amount: £1,500.00\n"
        "Reason: Pay: no answer from the bank.\n"
        "What to do: Look the payment up at ClearBank by its end-to-end id. Pay in no other way until it is certain"
        " that this payment was not made.\n"
        "About: disbursement:8a8187366a01d4a1016a023792a50001\n"
    )


def test_unmatched_money_reads_like_this() -> None:
    repayment = a_repayment(id="repayment:bank-1:GB33")
    [notice] = notices(repayment, repayment.apply(e.LoanNotLocated("loan_not_found", "no loans are named by it")))
    message = message_of(notice, CONSOLE)

    assert message.subject == "Money came in and is on no loan: none could be found for it (£88.50)"
    assert message.body == (
        "Money came in and is on no loan: none could be found for it.\n"
        "\n"
        "Amount: £88.50\n"
        "Reason: No loans are named by it.\n"
        "What to do: Assign the money to a loan or send it back, in the console.\n"
        "About: repayment:bank-1:GB33\n"
        "See: https://console.lender.example/flows/repayment%3Abank-1%3AGB33\n"
    )


def test_a_webhook_leads_to_its_receipt() -> None:
    message = message_of(notice_of_advisory(an_advisory(), "InboundHeldTransaction-a/b c"), CONSOLE)

    assert message.link == "https://console.lender.example/receipts/InboundHeldTransaction-a%2Fb%20c"


def test_what_is_not_known_has_no_line() -> None:
    notice = a_notice(what="something happened", reason="", advice="", loan_id="", amount_pence=None, about="a")
    message = message_of(notice, "")

    assert (message.subject, message.body, message.link) == (
        "Something happened",
        "Something happened.\n\nAbout: a\n",
        "",
    )


@pytest.mark.parametrize("length", [1, LONGEST_SUBJECT - 26, LONGEST_SUBJECT, 5_000])
def test_a_subject_fits_into_a_title_and_keeps_loan_and_amount(length: int) -> None:
    subject = message_of(a_notice(what="x" * length), "").subject

    assert len(subject) <= LONGEST_SUBJECT
    assert subject.endswith(" (loan LOAN1, £1,500.00)")


def test_no_subject_is_too_long_even_for_an_endless_loan_id() -> None:
    assert len(message_of(a_notice(loan_id="L" * 400), "").subject) <= LONGEST_SUBJECT


def test_text_from_outside_stays_on_its_line_and_brings_no_emoji() -> None:
    body = message_of(a_notice(reason="closed\r\nLoan: LOAN2\x00 \U0001f600 today"), "").body

    assert "Reason: Closed Loan: LOAN2 today.\n" in body
    assert "\nLoan: LOAN2" not in body


def test_an_endless_reason_is_cut() -> None:
    assert len(message_of(a_notice(reason="x" * 100_000), "").body) < 3_000


@pytest.mark.parametrize(
    ("pence", "shown"), [(0, "£0.00"), (1, "£0.01"), (8850, "£88.50"), (100_000_000_01, "£100,000,000.01")]
)
def test_an_amount_is_shown_in_pounds(pence: int, shown: str) -> None:
    assert f"Amount: {shown}\n" in message_of(a_notice(amount_pence=pence), "").body
