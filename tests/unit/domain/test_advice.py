"""The bank's codes: each has a meaning, and the advice that ClearBank publishes or we read into it."""

import pytest

from shared.domain.advice import CODES, Advice, explain

PUBLISHED = {
    Advice.RETRY: "BE08 MS03",
    Advice.REVIEW: (
        "AC03 AC06 AC07 AC09 CB_AccountNameAndNumberMismatch CB_InitiatingPartyActionRequired"
        " CB_PaymentBeneficiaryNameMissing CB_PaymentReferenceIncorrect CB_PaymentReferenceMissing PY01"
    ),
    Advice.DO_NOT_RETRY: "AG01 CB_AccountHoldersBankrupt CB_AccountSwitched MD09",
}
OUR_READING = {
    Advice.DO_NOT_RETRY: (
        "AC04 AC05 AC12 AG02 AG03 AM09 BE09 CURR DU05 MD01 MD07 HOPRJ BLBYTH CB_AccountNameInvalid"
        " CB_FailedModulusCheck CB_CancelledCreditAccountDisabled CB_CancelledDebitAccountDisabled"
        " CB_InitiatingPartyRequested CB_InstructionCancelled CB_InstructionCancelledByCustomer"
        " CB_NewAccountUpdatedWithDDI CB_DupSttlmntOriginalIsQueued CB_DupSttlmntOriginalWasRejected"
    ),
    Advice.NEXT_WINDOW: "CUTO COSE CB_CancelledQueuedCloseOfBusiness CB_InstructionHasExpired",
    Advice.PERSON: (
        "CB_AuthenticationFailure CB_CancelledByBoEController CB_CancelledByChapsMember CB_InvalidProcessorState"
        " CB_SenderNotInTertiaryMode DDAT DMON ICAG IVAG MS01 MS02 OTHR REFE Other Manual"
    ),
}
ADVISED = [
    (code, advice) for table in (PUBLISHED, OUR_READING) for advice, codes in table.items() for code in codes.split()
]


@pytest.mark.parametrize(("code", "advice"), ADVISED)
def test_a_listed_code_has_its_advice(code: str, advice: Advice) -> None:
    assert explain(code).advice is advice


@pytest.mark.parametrize("code", CODES)
def test_a_code_has_a_meaning_that_is_a_part_of_a_sentence(code: str) -> None:
    meaning = explain(code).meaning
    assert meaning == meaning.strip()
    assert not meaning.endswith(".")
    assert meaning


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        ("InsufficientFunds", Advice.RETRY),
        ("InvalidAccount", Advice.REVIEW),
        ("InvalidCurrency", Advice.DO_NOT_RETRY),
        ("DebitPaymentDisabled", Advice.PERSON),
        ("AccountDisabled", Advice.PERSON),
        ("Rejected", Advice.PERSON),
        ("InvalidInstructionIdentification", Advice.PERSON),
        ("validation", Advice.DO_NOT_RETRY),
    ],
)
def test_an_answer_to_our_own_call_has_its_advice(answer: str, advice: Advice) -> None:
    assert explain(answer).advice is advice


@pytest.mark.parametrize(
    "reason", ["InsufficientFunds; The account has insufficient funds", "Insufficient Funds", "x; insufficient funds"]
)
@pytest.mark.parametrize("code", ["assessment_failed", "validation_failed"])
def test_of_failed_messages_only_a_lack_of_funds_is_worth_a_retry(code: str, reason: str) -> None:
    assert explain(code, reason) == explain("InsufficientFunds")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("assessment_failed", "Modulus check failed"),
        ("assessment_failed", "UnexecutableCode.InboundSchemeNotAccepted; Inbound scheme not accepted"),
        ("assessment_failed", "a reason nobody has seen yet"),
        ("assessment_failed", ""),
        ("validation_failed", "Payments-0[0].Creditor IBAN - must match regex pattern"),
    ],
)
def test_any_other_failed_message_is_not_retried(code: str, reason: str) -> None:
    assert explain(code, reason).advice is Advice.DO_NOT_RETRY


def test_a_duplicate_may_have_paid_before_so_a_person_decides() -> None:
    explanation = explain("assessment_failed", "Duplicate transaction has been detected")

    assert explanation.advice is Advice.PERSON
    assert "may have gone out" in explanation.meaning


@pytest.mark.parametrize("code", ["", "unknown", "ZZ99", "ac03"])
def test_what_is_not_listed_is_for_a_person_to_decide(code: str) -> None:
    assert explain(code).advice is Advice.PERSON


@pytest.mark.parametrize("advice", Advice)
def test_a_retry_is_always_a_new_disbursement_in_mambu(advice: Advice) -> None:
    assert "new disbursement in Mambu" in advice.sentence
