"""Each row of Mambu's answers to what we send, and which of the four outcomes it is."""

from typing import Any

import pytest

from services.worker.adapters.http import Answer
from services.worker.adapters.mambu.outcomes import effect_outcome
from shared.domain.flows import Request
from shared.domain.outcomes import Accepted, Outcome, Refused, TryLater, Unknown
from tests.unit.worker.adapters.mambus import ADJUSTMENT, DISBURSEMENT, LINKAGE, REPAYMENT, STATUS, TASK, error

EVERYTHING = (REPAYMENT, DISBURSEMENT, ADJUSTMENT, LINKAGE, STATUS, TASK)

ANSWERS: dict[str, tuple[int, Any, Outcome]] = {
    "posted": (201, {"id": "77", "encodedKey": "k"}, Accepted("77")),
    "a task's id is a number": (201, {"id": 12, "encodedKey": "k"}, Accepted("12")),
    "adjusted": (200, {"encodedKey": "k"}, Accepted("k")),
    "as v1 says it": (200, {"returnCode": 0, "returnStatus": "SUCCESS"}, Accepted("")),
    "changed": (204, None, Accepted("")),
    "a proxy's page": (200, None, Unknown("Mambu answered 200 without a record")),
    "created, says nobody we know": (201, "done", Unknown("Mambu answered 201 without a record")),
    "taken for later": (202, None, Unknown("Mambu answered 202 without a record")),
    "still running": (102, None, Unknown("Mambu still works on it (102)")),
    "still running, as it will be": (409, None, Unknown("Mambu still works on it (409)")),
    **{str(status): (status, None, Unknown(f"Mambu answered {status}")) for status in (500, 502, 504)},
    "an internal error with a code": (500, error(6), Unknown("Mambu answered 500")),
    "unavailable": (503, None, TryLater("Mambu answered 503")),
    "too many": (429, None, TryLater("Mambu answered 429")),
    "bad credentials": (401, error(2), TryLater("Mambu does not accept our credentials")),
    "no permission": (403, error(15), TryLater("Mambu does not accept our credentials")),
    **{f"passing {code}": (400, error(code, "PASSES"), TryLater(f"Mambu: {code} PASSES")) for code in (6, 24, 32, 60)},
    "a redirect": (302, None, Refused("mambu_302", "Mambu refused it: status 302", verdict=False)),
}


@pytest.mark.parametrize("row", ANSWERS.values(), ids=ANSWERS.keys())
@pytest.mark.parametrize("request_", EVERYTHING, ids=lambda request: request.path)
def test_an_answer_means_the_same_whatever_was_sent(request_: Request, row: tuple[int, Any, Outcome]) -> None:
    status, body, expected = row
    assert effect_outcome(request_, Answer(status, body)) == expected


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(status: int) -> None:
    outcome = effect_outcome(REPAYMENT, Answer(status, None, {"Retry-After": "7"}))
    assert outcome == TryLater(f"Mambu answered {status}", 7.0)
