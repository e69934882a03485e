"""Mambu over HTTP: Basic or API key, version by Accept header, detailsLevel FULL, Idempotency-Key."""

import base64
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import simplejson

from services.worker.adapters.http import HttpClient, NoAnswerError, NotSentError
from services.worker.adapters.mambu import payloads, records
from services.worker.adapters.mambu.fields import MambuNames
from services.worker.adapters.mambu.outcomes import as_try_later, effect_outcome, error_code, error_text
from shared.domain.core_records import CoreHolder, CoreLoan, CoreTransaction, TransactionStatus
from shared.domain.disbursement import Disbursement
from shared.domain.outcomes import Accepted, LookUp, NotDone, Outcome, Refused, TryLater, Unknown
from shared.domain.payments import Request
from shared.domain.references import external_id
from shared.domain.repayment import Repayment

T = TypeVar("T")

V2 = "application/vnd.mambu.v2+json"
_FULL = {"detailsLevel": "FULL"}


def credentials(user: str, password: str, api_key: str | None) -> dict[str, str]:
    """The header that proves who we are; Mambu recommends keys over Basic."""
    if api_key:
        return {"apikey": api_key}
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class Mambu:
    """The port Core. `headers` are the credentials."""

    def __init__(self, http: HttpClient, headers: Mapping[str, str], names: MambuNames) -> None:
        self._http = http
        self._headers = dict(headers)
        self._names = names

    def read_transaction(self, key: str) -> CoreTransaction | Refused | TryLater:
        answer = self._ask("GET", f"/loans/transactions/{quote(key, safe='')}", parameters=_FULL)
        return _read(answer, records.transaction)

    def read_loan(self, loan_id: str) -> CoreLoan | Refused | TryLater:
        answer = self._ask("GET", f"/loans/{quote(loan_id, safe='')}", parameters=_FULL)
        return _read(answer, self._loan)

    def read_holder(self, loan: CoreLoan) -> CoreHolder | Refused | TryLater:
        resource = "groups" if loan.holder_type == "GROUP" else "clients"
        answer = self._ask("GET", f"/{resource}/{quote(loan.holder_key, safe='')}", parameters=_FULL)
        return _read(answer, records.holder)

    def find_loans_by_iban(self, iban: str) -> list[CoreLoan] | Refused | TryLater:
        """At most two: more than one is ambiguous already."""
        field = f"{self._names.loan_set}.{self._names.loan_iban}"
        return _read(self._search("/loans:search", field, iban), lambda rows: [self._loan(row) for row in rows])

    def prepare_status(self, disbursement: Disbursement, status: TransactionStatus) -> Request:
        return payloads.status_request(disbursement, status, self._names)

    def prepare_reversal(self, disbursement: Disbursement) -> Request:
        return payloads.reversal_request(disbursement)

    def prepare_repayment(self, repayment: Repayment) -> Request:
        return payloads.repayment_request(repayment, self._names)

    def send(self, request: Request) -> Outcome:
        """Send the stored bytes. The v1 call must go without the v2 Accept header."""
        headers = {**self._headers, "Content-Type": "application/json"}
        if request.path.endswith(payloads.CUSTOM_INFORMATION):
            headers["Accept"] = "application/json"
        else:
            headers |= {"Accept": V2, "Idempotency-Key": request.key}
        try:
            answer = self._http.call(request.method, request.path, headers, request.body.encode())
        except NotSentError as error:
            return TryLater(f"Mambu cannot be reached ({error})")
        except NoAnswerError as error:
            return Unknown(f"no answer from Mambu ({error})")
        return effect_outcome(answer)

    def look_up_reversal(self, disbursement: Disbursement) -> LookUp:
        answer = self.read_transaction(disbursement.order.transaction_key)
        if isinstance(answer, CoreTransaction):
            return Accepted("reversed before") if answer.adjusted else NotDone("the disbursement stands")
        return _unknown(answer)

    def look_up_repayment(self, repayment: Repayment) -> LookUp:
        answer = self._search("/loans/transactions:search", "externalId", external_id(repayment.money.transaction_id))
        if isinstance(answer, Refused | TryLater):
            return _unknown(answer)
        return Accepted(str(answer[0].get("id", ""))) if answer else NotDone("Mambu has no such transaction")

    def _loan(self, body: Mapping[str, Any]) -> CoreLoan:
        return records.loan(body, self._names)

    def _search(self, path: str, field: str, value: str) -> Any:
        body = {"filterCriteria": [{"field": field, "operator": "EQUALS_CASE_SENSITIVE", "value": value}]}
        parameters = {**_FULL, "limit": "2"}
        answer = self._ask("POST", path, simplejson.dumps(body).encode(), parameters)
        if isinstance(answer, Refused) and answer.code == "not_found":
            return []  # a search that finds nothing is [], but 404 is declared too
        return answer

    def _ask(
        self, method: str, path: str, body: bytes | None = None, parameters: Mapping[str, str] | None = None
    ) -> Any:
        """The parsed body of a 200; Refused when there is no such thing; TryLater when we could not ask."""
        headers = {**self._headers, "Accept": V2}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            answer = self._http.call(method, path, headers, body, parameters)
        except (NotSentError, NoAnswerError) as error:
            return TryLater(f"Mambu did not answer ({error})")
        if answer.status == 200 and answer.body is not None:
            return answer.body
        if answer.status == 404:
            return Refused("not_found", f"Mambu has no such record: {error_text(answer)}")
        if answer.status == 400 and as_try_later(answer) is None:
            reason = f"Mambu refused the question: {error_code(answer)} {error_text(answer)}"
            return Refused("question_refused", reason, verdict=False)
        return as_try_later(answer) or TryLater(f"Mambu answered {answer.status}")


def _read(answer: Any, record: Callable[[Any], T]) -> T | Refused | TryLater:
    """The answer as a record; one of another shape is nothing that asking again would cure."""
    if isinstance(answer, Refused | TryLater):
        return answer
    try:
        return record(answer)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        return Refused("record_unreadable", f"Mambu's record has another shape: {error!r}"[:200], verdict=False)


def _unknown(answer: Refused | TryLater) -> Unknown:
    return Unknown(f"Mambu could not be asked: {answer.reason}", seen=True)
