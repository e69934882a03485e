"""Searches as Mambu's clients make them."""

from datetime import timedelta
from typing import Any

import pytest

from services.console.communications.log import MOST_LOOKED_AT
from tests.builders.console import Console
from tests.builders.hub import an_attempt
from tests.unit.console.communications.logs import LOG, START, a_console, a_logged, names_in

SEARCH, SORTED = "/communications/messages:search", "/communications/messages:searchSorted"
ALL = ["new", "broken", "taken", "gone", "others"]


@pytest.fixture
def console() -> Console:
    return a_console()


def where(field: str, operator: str, *given: str) -> dict[str, Any]:
    if operator == "IN":
        return {"field": field, "operator": operator, "values": list(given)}
    return {"field": field, "operator": operator, **dict(zip(("value", "secondValue"), given, strict=False))}


def at(minute: int) -> str:
    return (START + timedelta(minutes=minute)).isoformat()


FOUND: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
    "no filter": ([], ALL),
    "a state": ([where("state", "EQUALS", "FAILED")], ["broken", "gone"]),
    "a state in small letters": ([where("state", "equals", "failed")], ["broken", "gone"]),
    "small letters that count": ([where("state", "EQUALS_CASE_SENSITIVE", "failed")], []),
    "two states": ([where("state", "IN", "SENT", "QUEUED")], ["new", "taken", "others"]),
    "all but a state": ([where("state", "DIFFERENT_THAN", "FAILED")], ["new", "taken", "others"]),
    "a state that Mambu alone has": ([where("state", "EQUALS", "QUEUED_FOR_STREAM")], []),
    "two filters on one field": (
        [where("state", "IN", "SENT", "FAILED"), where("state", "DIFFERENT_THAN", "SENT")],
        ["broken", "gone"],
    ),
    "two that exclude each other": ([where("state", "EQUALS", "SENT"), where("state", "EQUALS", "FAILED")], []),
    "an event": ([where("event", "EQUALS", "payment.held")], ["broken"]),
    "events by their beginning": ([where("event", "STARTS_WITH", "PAYMENT.H")], ["broken"]),
    "a reason": ([where("failureReason", "EQUALS", "UNDEFINED_DESTINATION")], ["gone"]),
    "no reason": ([where("failureReason", "EMPTY")], ["new", "taken", "others"]),
    "any reason": ([where("failureReason", "NOT_EMPTY")], ["broken", "gone"]),
    "another reason or none": (
        [where("failureReason", "DIFFERENT_THAN", "UNDEFINED_DESTINATION")],
        ["new", "broken", "taken", "others"],
    ),
    "a cause": ([where("failureCause", "EQUALS", "the subscription was deleted")], ["gone"]),
    "the beginning of a cause": ([where("failureCause", "STARTS_WITH", "the receiver")], ["broken"]),
    "capitals that count": ([where("failureCause", "STARTS_WITH_CASE_SENSITIVE", "the s")], []),
    "a destination": ([where("destination", "EQUALS", "https://elsewhere.example/")], ["gone"]),
    "two destinations": (
        [where("destination", "EQUALS", "https://elsewhere.example/"), where("destination", "EQUALS", "x")],
        [],
    ),
    "all other destinations": (
        [where("destination", "DIFFERENT_THAN", "https://elsewhere.example/")],
        ["new", "broken", "taken", "others"],
    ),
    "a key": ([where("encodedKey", "EQUALS", LOG["taken"].id)], ["taken"]),
    "keys, one of them unknown": ([where("encodedKey", "IN", LOG["taken"].id, LOG["new"].id, "x")], ["new", "taken"]),
    "a key and a filter that it does not meet": (
        [where("encodedKey", "EQUALS", LOG["taken"].id), where("state", "EQUALS", "FAILED")],
        [],
    ),
    "a subscription": ([where("templateKey", "EQUALS", "subscription-2")], ["others"]),
    "an event's id": ([where("referenceId", "EQUALS", LOG["taken"].event_id)], ["taken"]),
    "a loan": ([where("loanAccountKey", "EQUALS", "loan1")], ["new"]),
    "the type": ([where("type", "EQUALS", "WEB_HOOK")], ALL),
    "another type": ([where("type", "IN", "EMAIL", "SMS")], []),
    "a client": ([where("clientKey", "EQUALS", "8a8187366a01d4a1016a023792a50001")], []),
    "no client": ([where("clientKey", "EMPTY")], ALL),
    "after a moment": ([where("creationDate", "AFTER", at(2))], ["new", "broken"]),
    "from a moment": ([where("creationDate", "AFTER_INCLUSIVE", at(2))], ["new", "broken", "taken"]),
    "before a moment": ([where("creationDate", "BEFORE", at(2))], ["gone", "others"]),
    "until a moment": ([where("creationDate", "BEFORE_INCLUSIVE", at(2))], ["taken", "gone", "others"]),
    "a moment of another offset": ([where("creationDate", "AFTER", "2026-03-02T09:02:00+01:00")], ["new", "broken"]),
    "a moment without offset": ([where("creationDate", "AFTER", "2026-03-02T08:02:00")], ["new", "broken"]),
    "between moments": ([where("creationDate", "BETWEEN", at(1), at(3))], ["broken", "taken", "gone"]),
    "between moments the wrong way": ([where("creationDate", "BETWEEN", at(3), at(1))], []),
    "after and before": (
        [where("creationDate", "AFTER", at(1)), where("creationDate", "BEFORE", at(3))],
        ["taken"],
    ),
    "a moment": ([where("creationDate", "EQUALS", at(2))], ["taken"]),
    "a day": ([where("creationDate", "ON", "2026-03-02")], ALL),
    "after a day": ([where("creationDate", "AFTER", "2026-03-02")], []),
    "from a day": ([where("creationDate", "AFTER_INCLUSIVE", "2026-03-02")], ALL),
    "before a day": ([where("creationDate", "BEFORE", "2026-03-02")], []),
    "until a day": ([where("creationDate", "BEFORE_INCLUSIVE", "2026-03-02")], ALL),
    "there is a date": ([where("creationDate", "NOT_EMPTY")], ALL),
    "there is no date": ([where("creationDate", "EMPTY")], []),
    "sent": ([where("sendDate", "NOT_EMPTY")], ["taken"]),
    "not sent": ([where("sendDate", "EMPTY")], ["new", "broken", "gone", "others"]),
    "sent on a day": ([where("sendDate", "ON", "2026-03-03")], ["taken"]),
    "sent before": ([where("sendDate", "BEFORE", "2026-03-03")], []),
    "an index and a look": (
        [where("state", "EQUALS", "FAILED"), where("failureCause", "STARTS_WITH", "the rec")],
        ["broken"],
    ),
}


@pytest.mark.parametrize(("filters", "names"), FOUND.values(), ids=FOUND.keys())
def test_all_filters_must_hold_and_the_newest_come_first(
    console: Console, filters: list[dict[str, Any]], names: list[str]
) -> None:
    answer = console.ask("POST", f"{SEARCH}?paginationDetails=ON", filters, "reader")
    assert (answer.status_code, names_in(answer)) == (200, names)
    assert answer.headers["Items-Total"] == str(len(names))
    assert "X-Search-Cut" not in answer.headers


@pytest.mark.parametrize(
    ("operator", "given", "is_found"),
    [
        ("TODAY", (), False),
        ("THIS_WEEK", (), True),
        ("THIS_MONTH", (), True),
        ("THIS_YEAR", (), True),
        ("LAST_DAYS", ("2",), False),
        ("LAST_DAYS", ("3",), True),
    ],
)
def test_days_are_counted_from_now(operator: str, given: tuple[str, ...], is_found: bool) -> None:
    console = a_console()
    later = START + timedelta(days=2)
    console.clock.pass_time(seconds=(later - console.now()).total_seconds())
    answer = console.ask("POST", SEARCH, [where("creationDate", operator, *given)], "reader")
    assert bool(names_in(answer)) is is_found


@pytest.mark.parametrize(
    ("sorting", "names"),
    [
        ({"field": "creationDate", "order": "ASC"}, ["others", "gone", "taken"]),
        ({"field": "creationDate", "order": "DESC"}, ["new", "broken", "taken"]),
        ({"field": "creationDate"}, ["new", "broken", "taken"]),
        ({"field": "type", "order": "ASC"}, ["others", "gone", "taken"]),
    ],
)
def test_the_order_can_be_turned(console: Console, sorting: dict[str, str], names: list[str]) -> None:
    body = {"filterCriteria": [], "sortingCriteria": sorting}
    assert names_in(console.ask("POST", f"{SORTED}?limit=3", body, "reader")) == names


def test_pages_follow_one_another_and_tell_how_many_there_are_when_asked(console: Console) -> None:
    page = console.ask("POST", f"{SEARCH}?offset=1&limit=2&paginationDetails=ON", [], "reader")
    assert names_in(page) == ["broken", "taken"]
    items = {name: page.headers[f"Items-{name}"] for name in ("Limit", "Offset", "Total")}
    assert items == {"Limit": "2", "Offset": "1", "Total": "5"}
    assert "Items-Total" not in console.ask("POST", SEARCH, [], "reader").headers


def test_pages_of_what_no_index_answers_follow_one_another_too(console: Console) -> None:
    filters = [where("sendDate", "EMPTY")]
    pages = [console.ask("POST", f"{SEARCH}?offset={offset}&limit=2", filters, "reader") for offset in (0, 2, 4)]
    assert [names_in(page) for page in pages] == [["new", "broken"], ["gone", "others"], []]


def test_a_look_ends_and_says_so() -> None:
    console = Console()
    console.deliveries.begin(
        [a_logged(0, created_at=START, id=f"{number:032x}") for number in range(MOST_LOOKED_AT + 1)]
    )
    answer = console.ask("POST", f"{SEARCH}?paginationDetails=ON", [where("failureCause", "EQUALS", "x")], "reader")
    assert (answer.json, answer.headers["X-Search-Cut"]) == ([], "true")
    assert "Items-Total" not in answer.headers


def test_a_message_is_told_in_mambus_words(console: Console) -> None:
    broken = LOG["broken"]
    stored = console.deliveries.load(broken.id)
    assert stored is not None
    console.deliveries.move(stored.resent(START), an_attempt(started_at=START))
    told = console.ask("GET", f"/communications/messages/{broken.id}", who="reader")
    assert told.json == {
        "encodedKey": broken.id,
        "type": "WEB_HOOK",
        "state": "QUEUED",
        "failureReason": "INVALID_HTTP_RESPONSE",
        "failureCause": "the receiver answered 503",
        "numRetries": 4,
        "destination": "https://receiver.example/hooks",
        "body": broken.body,
        "event": "payment.held",
        "templateKey": "subscription-1",
        "referenceId": broken.event_id,
        "creationDate": "2026-03-02T08:03:00.000+00:00",
    }
    full: Any = console.ask("GET", f"/communications/messages/{broken.id}?detailsLevel=FULL", who="reader").json
    (attempt,) = full["attempts"]
    assert (attempt["number"], attempt["status"], attempt["answer"]) == (1, 503, "busy")
    assert attempt["started_at"] == "2026-03-02T08:00:00.000+00:00"


def test_who_asks_for_mambus_media_type_is_answered(console: Console) -> None:
    answer = console.ask("POST", SEARCH, [], "reader", Accept="application/vnd.mambu.v2+json")
    assert answer.status_code == 200


REFUSED: dict[str, tuple[str, Any, int, str]] = {
    "no array": (SEARCH, {"filterCriteria": []}, 4, "bare array"),
    "a filter that is no object": (SEARCH, ["state"], 4, "object with a field"),
    "no field": (SEARCH, [{"operator": "EQUALS", "value": "x"}], 4, "object with a field"),
    "an unknown field": (SEARCH, [where("colour", "EQUALS", "x")], 4, "no field colour to filter by; there are type"),
    "an unknown operator": (SEARCH, [where("state", "LIKE", "x")], 4, "AFTER_INCLUSIVE"),
    "no operator": (SEARCH, [{"field": "state", "value": "x"}], 4, "operator of state"),
    "no value": (SEARCH, [{"field": "state", "operator": "EQUALS"}], 4, "EQUALS of state takes value"),
    "a value too many": (SEARCH, [where("state", "EMPTY", "x")], 4, "EMPTY of state takes no value"),
    "no second value": (SEARCH, [where("creationDate", "BETWEEN", at(1))], 4, "value and secondValue"),
    "values that are no list": (SEARCH, [{"field": "state", "operator": "IN", "values": "FAILED"}], 4, "a list"),
    "a value that is no text": (SEARCH, [{"field": "state", "operator": "EQUALS", "value": {}}], 4, "no text"),
    "no date": (SEARCH, [where("creationDate", "AFTER", "yesterday")], 4, "like 2026-01-31"),
    "a date that never was": (SEARCH, [where("creationDate", "ON", "2026-02-30")], 4, "like 2026-01-31"),
    "a date that ends time": (SEARCH, [where("creationDate", "ON", "9999-12-31")], 4, "like 2026-01-31"),
    "no number of days": (SEARCH, [where("creationDate", "LAST_DAYS", "some")], 4, "whole number of days"),
    "a text's operator on a date": (SEARCH, [where("creationDate", "STARTS_WITH", "2026")], 4, "which is a date"),
    "a date's operator on a text": (SEARCH, [where("state", "AFTER", "SENT")], 4, "which is a text"),
    "a date's operator on a looked-at text": (SEARCH, [where("failureCause", "ON", "x")], 4, "which is a text"),
    "a limit that is none": (f"{SEARCH}?limit=x", [], 13, "whole number"),
    "a limit too large": (f"{SEARCH}?limit=1001", [], 14, "1 to 1000"),
    "an offset that is none": (f"{SEARCH}?offset=1.5", [], 11, "whole number"),
    "an offset below nought": (f"{SEARCH}?offset=-1", [], 12, "0 to 100000"),
    "a details level that is none": (f"{SEARCH}?detailsLevel=SOME", [], 4, "BASIC, FULL"),
    "pagination that is neither": (f"{SEARCH}?paginationDetails=MAYBE", [], 4, "OFF, ON"),
    "sorted without filters": (SORTED, {"sortingCriteria": {"field": "creationDate"}}, 4, "bare array"),
    "sorted by nothing": (SORTED, {"filterCriteria": []}, 4, "sortingCriteria"),
    "sorted by what has no order": (
        SORTED,
        {"filterCriteria": [], "sortingCriteria": {"field": "sendDate"}},
        4,
        "sorted by creationDate",
    ),
    "sorted in no order": (
        SORTED,
        {"filterCriteria": [], "sortingCriteria": {"field": "creationDate", "order": "UP"}},
        4,
        "ASC or DESC",
    ),
}


@pytest.mark.parametrize(("path", "body", "code", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_searched_is_refused_with_a_sentence(
    console: Console, path: str, body: Any, code: int, words: str
) -> None:
    answer = console.ask("POST", path, body, "reader")
    told: Any = answer.json
    assert (answer.status_code, told["errors"][0]["errorCode"]) == (400, code)
    assert words in told["errors"][0]["errorSource"]
    assert told["errors"][0]["errorReason"]


def test_a_body_that_is_no_json_has_its_own_code(console: Console) -> None:
    answer = console.client.post(SEARCH, data=b"[", headers={"apikey": "reader-token"})
    told: Any = answer.json
    assert (answer.status_code, told["errors"][0]["errorReason"]) == (400, "INVALID_JSON_SYNTAX")


@pytest.mark.parametrize(
    ("who", "status", "code"), [("nobody", 403, 15), ("ann", 403, 15), ("resender", 200, None), ("guess", 401, 2)]
)
def test_reading_needs_its_role(console: Console, who: str, status: int, code: int | None) -> None:
    for method, path, body in (
        ("POST", SEARCH, []),
        ("POST", SORTED, {"filterCriteria": [], "sortingCriteria": {"field": "creationDate"}}),
        ("GET", f"/communications/messages/{LOG['new'].id}", None),
    ):
        answer = console.ask(method, path, body, who)
        told: Any = answer.json
        assert answer.status_code == status
        assert code is None or told["errors"][0]["errorCode"] == code


def test_what_is_not_there_is_told_in_mambus_form(console: Console) -> None:
    for path, code in (("/communications/messages/none", 2608), ("/communications/letters", 29)):
        answer = console.ask("GET", path, who="reader")
        told: Any = answer.json
        assert (answer.status_code, told["errors"][0]["errorCode"]) == (404, code)


def test_a_record_that_cannot_be_read_is_told(console: Console) -> None:
    console.deliveries.spoilt.add(LOG["new"].id)
    answer = console.ask("GET", f"/communications/messages/{LOG['new'].id}", who="reader")
    told: Any = answer.json
    assert (answer.status_code, told["errors"][0]["errorReason"]) == (500, "INTERNAL_ERROR")
    assert names_in(console.ask("POST", SEARCH, [where("encodedKey", "IN", LOG["new"].id)], "reader")) == []
