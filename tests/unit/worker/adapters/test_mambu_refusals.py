"""Each number with which Mambu refuses, what it means for what was sent, and what a person is told to do."""

from typing import Any

import pytest

from services.worker.adapters.http import Answer
from services.worker.adapters.mambu.outcomes import effect_outcome
from shared.domain.flows import Request
from shared.domain.outcomes import Accepted, Refused, Unknown
from tests.unit.worker.adapters.mambus import ADJUSTMENT, DISBURSEMENT, LINKAGE, REPAYMENT, STATUS, TASK, error

POSTINGS = (REPAYMENT, DISBURSEMENT)


def refusal_of(request: Request, code: int, status: int = 400) -> Refused:
    outcome = effect_outcome(request, Answer(status, error(code)))
    assert isinstance(outcome, Refused)
    return outcome


VERDICTS = {
    100: "loan_not_found",
    101: "amount_invalid",
    105: "loan_state",
    110: "overpayment",
    123: "prepayment_not_allowed",
    128: "loan_not_open",
    278: "balance_insufficient",
    515: "loan_locked",
    530: "already_disbursed",
    1904: "amount_over_available",
    2106: "balance_insufficient",
    2422: "balance_insufficient",
    3320: "already_disbursed",
    3610: "loan_closed",
    3620: "loan_has_no_balance",
}


@pytest.mark.parametrize(("code", "word"), VERDICTS.items())
@pytest.mark.parametrize("posting", POSTINGS, ids=lambda request: request.path)
def test_what_speaks_of_the_loan_or_the_amount_is_a_verdict_on_the_posting(
    posting: Request, code: int, word: str
) -> None:
    assert refusal_of(posting, code) == Refused(word, f"Mambu refused it: {code} REASON")


@pytest.mark.parametrize("posting", POSTINGS, ids=lambda request: request.path)
def test_a_posting_whose_external_id_is_there_may_have_been_booked(posting: Request) -> None:
    outcome = effect_outcome(posting, Answer(400, error(3305)))
    assert outcome == Unknown("Mambu knows this external id already", seen=True)


DATES = (102, 124, 125, 131, 141, 404, 516, 614, 615, 3012)
SET_UP = {
    **dict.fromkeys(DATES, ("date_refused", "let Mambu take that date")),
    **dict.fromkeys((228, 232, 3203, 3710), ("channel_refused", "check the channel in Mambu")),
    1101: ("channel_constraints", "let the channel in Mambu take"),
    4: ("parameters_invalid", "check TENANT_TIMEZONE"),
    8: ("user_limit", "raise the transaction limit"),
    206: ("approver_may_not_disburse", "approve with another user"),
    901: ("custom_field_wrong_type", "check the field's id, type, rights and channels"),
    902: ("custom_field_required", "make it optional"),
    903: ("custom_field_unknown", "check the field's id"),
    904: ("custom_field_too_long", "check the field's id"),
    908: ("custom_field_inactive", "check the field's id"),
    910: ("custom_field_not_available", "check the field's id"),
    917: ("custom_field_pattern", "does not fit what the bank sends"),
    918: ("custom_field_repeated", "check the field's id"),
    925: ("custom_field_without_channel", "check the field's id"),
    926: ("custom_field_not_unique", "find out why"),
    928: ("custom_field_not_available", "check the field's id"),
    930: ("custom_field_built_in", "check the field's id"),
    987: ("custom_field_set_unknown", "check the field's id"),
    3411: ("custom_field_not_available", "check the field's id"),
}


@pytest.mark.parametrize(("code", "told"), SET_UP.items(), ids=str)
@pytest.mark.parametrize("request_", [*POSTINGS, ADJUSTMENT, STATUS, TASK], ids=lambda one: one.path)
def test_what_speaks_of_the_set_up_or_of_a_date_waits_for_a_person(
    request_: Request, code: int, told: tuple[str, str]
) -> None:
    refused = refusal_of(request_, code)
    assert (refused.code, refused.verdict) == (told[0], False)
    assert f"{code} REASON" in refused.reason
    assert told[1] in refused.reason


ADJUSTMENTS = {
    105: ("loan_closed", "open it again in Mambu"),
    3610: ("loan_closed", "open it again in Mambu"),
    166: ("later_transactions", "undo the loan's later transactions in Mambu first"),
    164: ("transaction_not_found", "look for the transaction"),
    212: ("transaction_not_found", "look for the transaction"),
    218: ("born_of_transfer", "made by a transfer: reverse that one"),
    219: ("born_of_disbursement", "made by a disbursement: reverse that one"),
    2320: ("irreversible", "correct the loan by hand"),
    2625: ("born_of_disbursement", "reverse the disbursement"),
}


@pytest.mark.parametrize(("code", "told"), ADJUSTMENTS.items(), ids=str)
def test_what_stands_in_the_way_of_an_adjustment_waits_for_a_person(code: int, told: tuple[str, str]) -> None:
    refused = refusal_of(ADJUSTMENT, code)
    assert (refused.code, refused.verdict) == (told[0], False)
    assert told[1] in refused.reason


def test_what_was_reversed_before_is_reversed() -> None:
    assert effect_outcome(ADJUSTMENT, Answer(400, error(211))) == Accepted("reversed before")
    for posting in POSTINGS:
        assert refusal_of(posting, 211).verdict is False


@pytest.mark.parametrize(("code", "word"), [(903, "custom_field_unknown"), (926, "custom_field_not_unique")])
def test_a_linkage_that_is_refused_is_always_a_verdict(code: int, word: str) -> None:
    refused = refusal_of(LINKAGE, code)
    assert (refused.code, refused.verdict) == (word, True)
    assert refusal_of(LINKAGE, 100, status=404) == Refused("mambu_100", "Mambu refused it: 100 REASON")
    assert refusal_of(LINKAGE, 4).verdict is True


UNNAMED: dict[str, tuple[int, Any, Refused]] = {
    "a number we have no word for": (400, error(1601), Refused("mambu_1601", "Mambu refused it: 1601 REASON", False)),
    "with its source": (
        400,
        error(1601, "TOO_LONG", "notes"),
        Refused("mambu_1601", "Mambu refused it: 1601 TOO_LONG: notes", False),
    ),
    "a number of HTTP is none of Mambu's": (404, None, Refused("mambu_404", "Mambu refused it: status 404", False)),
    "a proxy's page": (400, None, Refused("mambu_400", "Mambu refused it: status 400", False)),
    "an empty list of errors": (404, {"errors": []}, Refused("mambu_404", "Mambu refused it: status 404", False)),
    "errors of another shape": (400, {"errors": "no"}, Refused("mambu_400", "Mambu refused it: status 400", False)),
}


@pytest.mark.parametrize("row", UNNAMED.values(), ids=UNNAMED.keys())
@pytest.mark.parametrize("request_", [*POSTINGS, ADJUSTMENT, STATUS, TASK], ids=lambda one: one.path)
def test_any_other_refusal_keeps_mambus_words_and_waits_for_a_person(
    request_: Request, row: tuple[int, Any, Refused]
) -> None:
    status, body, expected = row
    assert effect_outcome(request_, Answer(status, body)) == expected


def test_v1_says_return_code() -> None:
    body = {"returnCode": 903, "returnStatus": "INVALID_CUSTOM_FIELD_ID"}
    refused = effect_outcome(STATUS, Answer(400, body))
    assert isinstance(refused, Refused)
    assert refused.code == "custom_field_unknown"
    assert "903 INVALID_CUSTOM_FIELD_ID" in refused.reason
