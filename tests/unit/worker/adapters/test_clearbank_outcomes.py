"""Each row of the bank's answers, and which of the four outcomes it is."""

from collections.abc import Callable
from typing import Any

import pytest

from services.worker.adapters.clearbank.outcomes import (
    account_change_outcome,
    account_order_outcome,
    look_up_outcome,
    payment_outcome,
    return_outcome,
)
from services.worker.adapters.http import Answer
from shared.domain.outcomes import Accepted, LookUp, Outcome, Refused, TryLater, Unknown

ID = "8a8187366a01d4a1016a023792a50001"
HEADERS = {"X-Correlation-Id": "c-1"}

REFUSALS = (
    "InsufficientFunds",
    "InvalidAccount",
    "InvalidCurrency",
    "Rejected",
    "DebitPaymentDisabled",
    "AccountDisabled",
    "InvalidInstructionIdentification",
)


def fps(*responses: str) -> dict[str, Any]:
    return {"transactions": [{"endToEndIdentification": ID, "response": response} for response in responses]}


def refused(word: str) -> Refused:
    return Refused(word, f"the bank refused the payment: {word}", True, "c-1")


def waits(reason: str, seconds: float | None = None) -> TryLater:
    return TryLater(reason, seconds, "c-1")


Row = tuple[int, Any, Outcome]

SEEN = Unknown("the bank has seen this X-Request-Id already", True, "c-1")
# What the bank says before it looks at what is asked for.
TO_ALL: dict[str, Row] = {
    "bad signature": (
        400,
        {"type": "about:blank", "title": "Invalid DigitalSignature Header"},
        waits("the bank did not accept our call: Invalid DigitalSignature Header"),
    ),
    "no request id": (
        400,
        {"title": "Missing X-Request-Id Header"},
        waits("the bank did not accept our call: Missing X-Request-Id Header"),
    ),
    "bad credentials": (401, {"status": 401}, waits("the bank does not accept our token")),
    "expired token": (403, {"status": 403}, waits("the bank does not accept our token")),
    "rate limit with a text": (
        429,
        {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 30 seconds."},
        waits("the bank answered 429", 30.0),
    ),
    "rate limit": (429, None, waits("the bank answered 429")),
    "unavailable": (503, None, waits("the bank answered 503")),
    **{
        str(status): (status, None, Unknown(f"the bank answered {status}", False, "c-1"))
        for status in (500, 502, 504, 599)
    },
    **{
        str(status): (status, None, Refused(f"http_{status}", f"status {status}", False, "c-1"))
        for status in (200, 302, 405, 406, 410, 415, 423)
    },
}

HTTP_404 = Refused("http_404", "status 404", False, "c-1")
TO_PAYMENTS: dict[str, Row] = {
    "FPS accepted": (202, fps("Accepted"), Accepted("", "c-1")),
    "CHAPS accepted": (202, {"paymentId": "p-1"}, Accepted("p-1", "c-1")),
    "accepted without a body": (202, None, Accepted("", "c-1")),
    **{f"{word} inside a {status}": (status, fps(word), refused(word)) for status in (202, 400) for word in REFUSALS},
    "a new word inside a 202": (
        202,
        fps("SomethingNew"),
        Unknown("the bank answered with an unknown word: SomethingNew", True, "c-1"),
    ),
    "a new word inside a 400": (400, fps("SomethingNew"), refused("SomethingNew")),
    "invalid": (
        400,
        {"title": "Validation", "errors": {"creditor.name": ["too long"]}},
        Refused("validation", "the bank refused the payment: Validation; creditor.name: too long", True, "c-1"),
    ),
    "unprocessable": (
        422,
        {"title": "No", "detail": "why"},
        Refused("validation", "the bank refused the payment: No; why", True, "c-1"),
    ),
    "repeated request id": (409, {"status": 409}, SEEN),
    "no such path": (404, None, HTTP_404),
}
TO_RETURNS: dict[str, Row] = {
    "FPS return accepted": (202, None, Accepted("", "c-1")),
    "CHAPS return accepted": (202, {"paymentId": "p-2"}, Accepted("p-2", "c-1")),
    "too old": (
        400,
        {"title": "Bad Request", "detail": "The payment is too old to be returned."},
        Refused(
            "validation",
            "the bank refused the return: Bad Request; The payment is too old to be returned.",
            True,
            "c-1",
        ),
    ),
    "unprocessable": (422, None, Refused("validation", "the bank refused the return: status 422", True, "c-1")),
    "no such payment": (
        404,
        {"title": "Not Found"},
        Refused("not_found", "the bank does not find the payment to return: Not Found", True, "c-1"),
    ),
    "repeated request id": (409, None, SEEN),
}
TO_ACCOUNT_ORDERS: dict[str, Row] = {
    "taken": (202, {"halLinks": []}, Accepted("", "c-1")),
    "taken before": (409, {"status": 409}, Accepted("", "c-1")),
    "a fault by its field": (
        400,
        {"title": "Validation", "errors": {"virtualAccounts[0].ownerName": ["too long"]}},
        Refused(
            "virtualAccounts[0].ownerName",
            "the bank refused the virtual account: Validation; virtualAccounts[0].ownerName: too long",
            True,
            "c-1",
        ),
    ),
    "a fault by its title": (
        422,
        {"title": "AccountNotPooled"},
        Refused("AccountNotPooled", "the bank refused the virtual account: AccountNotPooled", True, "c-1"),
    ),
    "a fault without words": (
        400,
        None,
        Refused("validation", "the bank refused the virtual account: status 400", True, "c-1"),
    ),
    "a clientMoneyAccount that the bank does not know": (404, None, HTTP_404),
}
TO_ACCOUNT_CHANGES: dict[str, Row] = {
    "done": (204, None, Accepted("", "c-1")),
    "repeated request id": (409, None, SEEN),
    "a fault": (
        400,
        {"title": "No"},
        Refused("validation", "the bank refused the change of the virtual account: No", True, "c-1"),
    ),
    "no such account": (
        404,
        None,
        Refused("not_found", "the bank does not find the virtual account: status 404", True, "c-1"),
    ),
    "taken, which is not done": (202, None, Refused("http_202", "status 202", False, "c-1")),
}
TABLES: dict[Callable[[Answer], Outcome], dict[str, Row]] = {
    payment_outcome: TO_PAYMENTS,
    return_outcome: TO_RETURNS,
    account_order_outcome: TO_ACCOUNT_ORDERS,
    account_change_outcome: TO_ACCOUNT_CHANGES,
}
ROWS = [
    pytest.param(reader, row, id=f"{reader.__name__}: {name}")
    for reader, table in TABLES.items()
    for name, row in (TO_ALL | table).items()
]


@pytest.mark.parametrize(("reader", "row"), ROWS)
def test_each_answer_is_one_of_four_outcomes(reader: Callable[[Answer], Outcome], row: Row) -> None:
    status, body, expected = row
    assert reader(Answer(status, body, HEADERS)) == expected


def test_retry_after_is_honoured() -> None:
    assert payment_outcome(Answer(503, None, {"Retry-After": "120"})) == TryLater("the bank answered 503", 120.0)


@pytest.mark.parametrize("body", [[], "text", {"transactions": "none"}, {"transactions": []}, {"transactions": [7]}])
def test_an_answer_of_another_shape_is_survived(body: Any) -> None:
    assert isinstance(payment_outcome(Answer(202, body)), Accepted)
    assert isinstance(payment_outcome(Answer(400, body)), Refused)


def row(status: str = "ACSC", code: str = "DBIT", end_to_end_id: str = ID) -> dict[str, str]:
    return {
        "endToEndIdentifier": end_to_end_id,
        "debitCreditCode": code,
        "status": status,
        "transactionId": f"t-{status}",
    }


NOT_YET = Unknown("the bank shows no such payment yet", True, "c-1")
LISTS: dict[str, tuple[int, Any, LookUp]] = {
    "settled": (200, {"transactions": [row()]}, Accepted("t-ACSC", "c-1")),
    "pending": (200, {"transactions": [row("PDNG")]}, Accepted("t-PDNG", "c-1")),
    "rejected": (
        200,
        {"transactions": [row("RJCT")]},
        Refused("rejected", "the bank's list shows the payment as rejected", True, "c-1"),
    ),
    "nothing": (200, {"transactions": []}, NOT_YET),
    "somebody else's credit with our id": (200, {"transactions": [row(code="CRDT")]}, NOT_YET),
    "another id": (200, {"transactions": [row(end_to_end_id="other")]}, NOT_YET),
    "rows that are none": (200, {"transactions": [None, "x"]}, NOT_YET),
    "another shape": (200, [], Unknown("the look-up was answered with 200", True, "c-1")),
    **{
        str(status): (status, None, Unknown(f"the look-up was answered with {status}", True, "c-1"))
        for status in (302, 400, 401, 403, 404, 429, 500, 503)
    },
}


@pytest.mark.parametrize("case", LISTS.values(), ids=LISTS.keys())
def test_asking_for_a_payment_proves_that_it_is_there_and_never_that_it_is_not(case: tuple[int, Any, LookUp]) -> None:
    status, body, expected = case
    assert look_up_outcome(Answer(status, body, HEADERS), ID) == expected
