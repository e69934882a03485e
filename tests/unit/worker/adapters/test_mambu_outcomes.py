"""Each row of Mambu's answers to a posting, and which of the four outcomes it is."""

from typing import Any

import pytest

from services.worker.adapters.http import Answer
from services.worker.adapters.mambu.outcomes import effect_outcome
from shared.domain.outcomes import Accepted, Outcome, Refused, TryLater, Unknown
from tests.unit.worker.adapters.mambus import error

ANSWERS: dict[str, tuple[int, Any, Outcome]] = {
    "posted": (201, {"id": "77", "encodedKey": "k"}, Accepted("77")),
    "adjusted": (200, {"encodedKey": "k"}, Accepted("k")),
    "changed": (204, None, Accepted("")),
    "still running": (102, None, Unknown("Mambu still works on it (102)")),
    "still running, as it will be": (409, None, Unknown("Mambu still works on it (409)")),
    **{str(status): (status, None, Unknown(f"Mambu answered {status}")) for status in (500, 502, 504)},
    "an internal error with a code": (500, error(6), Unknown("Mambu answered 500")),
    "unavailable": (503, None, TryLater("Mambu answered 503")),
    "too many": (429, None, TryLater("Mambu answered 429")),
    "bad credentials": (401, error(2), TryLater("Mambu does not accept our credentials")),
    "no permission": (403, error(15), TryLater("Mambu does not accept our credentials")),
    **{f"passing {code}": (400, error(code, "PASSES"), TryLater("Mambu: PASSES")) for code in (6, 24, 32, 60)},
    "reversed before": (400, error(211), Accepted("reversed before")),
    "external id exists": (400, error(3305), Unknown("Mambu knows this external id already", seen=True)),
    **{
        f"verdict {code}": (400, error(code), Refused(word, f"Mambu refused it: {code} REASON"))
        for code, word in {
            100: "loan_not_found",
            101: "amount_invalid",
            105: "loan_state",
            110: "overpayment",
            123: "prepayment_not_allowed",
            128: "loan_not_open",
            1904: "overpayment",
            3610: "loan_closed",
            3620: "loan_has_no_balance",
        }.items()
    },
    **{
        f"our set-up, {code}": (400, error(code), Refused(f"mambu_{code}", f"Mambu refused it: {code} REASON", False))
        for code in (4, 102, 166, 219, 228, 232, 902, 903, 925, 987, 1601)
    },
    "with its source": (
        400,
        error(4, "INVALID_PARAMETERS", "valueDate"),
        Refused("mambu_4", "Mambu refused it: 4 INVALID_PARAMETERS: valueDate", False),
    ),
    "as v1 says it": (
        400,
        {"returnCode": 903, "returnStatus": "INVALID_CUSTOM_FIELD_ID"},
        Refused("mambu_903", "Mambu refused it: 903 INVALID_CUSTOM_FIELD_ID", False),
    ),
    "a proxy's page": (400, None, Refused("mambu_400", "Mambu refused it: 400 status 400", False)),
    "an empty list of errors": (404, {"errors": []}, Refused("mambu_404", "Mambu refused it: 404 status 404", False)),
    "a redirect": (302, None, Refused("mambu_302", "Mambu refused it: 302 status 302", False)),
}


@pytest.mark.parametrize("row", ANSWERS.values(), ids=ANSWERS.keys())
def test_each_answer_to_a_posting_is_one_of_four_outcomes(row: tuple[int, Any, Outcome]) -> None:
    status, body, expected = row
    assert effect_outcome(Answer(status, body)) == expected


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(status: int) -> None:
    outcome = effect_outcome(Answer(status, None, {"Retry-After": "7"}))
    assert outcome == TryLater(f"Mambu answered {status}", 7.0)
