"""What Mambu is asked: nothing here changes anything, so nothing carries an Idempotency-Key."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import simplejson

from services.worker.adapters.http import HttpClient, NoAnswerError, NotSentError
from services.worker.adapters.mambu.errors import error_text
from services.worker.adapters.mambu.outcomes import as_try_later
from shared.domain.outcomes import Refused, TryLater

T = TypeVar("T")

V2 = "application/vnd.mambu.v2+json"
_FULL = {"detailsLevel": "FULL"}  # BASIC, the default, hides custom fields and addresses
_MOST_FOUND = 100


class Questions:
    """`headers` are the credentials. Records are made by the given functions from Mambu's JSON."""

    def __init__(self, http: HttpClient, headers: Mapping[str, str]) -> None:
        self._http = http
        self._headers = {**headers, "Accept": V2}

    def read(self, path: str, record: Callable[[Any], T]) -> T | Refused | TryLater:
        return _made(self._ask("GET", path, None, _FULL), record)

    def search(self, path: str, field: str, value: str, record: Callable[[Any], T]) -> list[T] | Refused | TryLater:
        """At most a hundred; the order is Mambu's."""
        body = {"filterCriteria": [{"field": field, "operator": "EQUALS_CASE_SENSITIVE", "value": value}]}
        parameters = {**_FULL, "limit": str(_MOST_FOUND)}
        answer = self._ask("POST", path, simplejson.dumps(body).encode(), parameters)
        if isinstance(answer, Refused) and answer.code == "not_found":
            return []  # a search that finds nothing is [], but 404 is declared too
        return _made(answer, lambda rows: [record(row) for row in rows])

    def _ask(self, method: str, path: str, body: bytes | None, parameters: Mapping[str, str]) -> Any:
        """The parsed body of a 200; Refused when there is no such thing; TryLater when we could not ask."""
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/json"}
        try:
            answer = self._http.call(method, path, headers, body, parameters)
        except NotSentError as error:
            return error.try_later("Mambu")
        except NoAnswerError as error:
            return TryLater(f"Mambu did not answer ({error})")
        if answer.status == 200 and answer.body is not None:
            return answer.body
        if answer.status == 404:
            return Refused("not_found", f"Mambu has no such record: {error_text(answer)}")
        if answer.status == 400 and as_try_later(answer) is None:
            return Refused("question_refused", f"Mambu refused the question: {error_text(answer)}", verdict=False)
        return as_try_later(answer) or TryLater(f"Mambu answered {answer.status}")


def _made(answer: Any, record: Callable[[Any], T]) -> T | Refused | TryLater:
    """The answer as a record; one of another shape is nothing that asking again would cure."""
    if isinstance(answer, Refused | TryLater):
        return answer
    try:
        return record(answer)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        return Refused("record_unreadable", f"Mambu's record has another shape: {error!r}"[:200], verdict=False)
