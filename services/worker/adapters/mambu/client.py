"""Mambu over HTTP: Basic or API key, version by Accept header, Idempotency-Key on every POST that changes something."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from services.worker.adapters.http import HttpClient, NoAnswerError, NotSentError
from services.worker.adapters.mambu import custom_fields, postings, records, reversals
from services.worker.adapters.mambu.fields import MambuNames
from services.worker.adapters.mambu.outcomes import effect_outcome
from services.worker.adapters.mambu.questions import V2, Questions
from shared.domain.accounts import normal_iban
from shared.domain.core_records import CoreHolder, CoreLoan, CoreTransaction, TransactionStatus
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Request
from shared.domain.outcomes import Accepted, LookUp, NotDone, Outcome, Refused, TryLater, Unknown
from shared.domain.posting import Posting


def credentials(user: str, password: str, api_key: str | None) -> dict[str, str]:
    """The header that proves who we are; Mambu recommends keys over Basic."""
    if api_key:
        return {"apikey": api_key}
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class Mambu:
    """The port Core. `headers` are the credentials."""

    def __init__(self, http: HttpClient, headers: Mapping[str, str], names: MambuNames) -> None:
        self._http = http
        self._headers = {**headers, "Content-Type": "application/json"}
        self._questions = Questions(http, headers)
        self._names = names

    def read_transaction(self, key: str) -> CoreTransaction | Refused | TryLater:
        return self._questions.read(f"/loans/transactions/{quote(key, safe='')}", records.transaction)

    def read_loan(self, loan_id: str) -> CoreLoan | Refused | TryLater:
        return self._questions.read(f"/loans/{quote(loan_id, safe='')}", self._loan)

    def read_holder(self, loan: CoreLoan) -> CoreHolder | Refused | TryLater:
        resource = "groups" if loan.holder_type == "GROUP" else "clients"
        return self._questions.read(f"/{resource}/{quote(loan.holder_key, safe='')}", records.holder)

    def find_loans_by_iban(self, iban: str) -> list[CoreLoan] | Refused | TryLater:
        field = f"{self._names.loan_set}.{self._names.loan_iban}"
        return self._questions.search("/loans:search", field, normal_iban(iban), self._loan)

    def prepare_status(self, disbursement: Disbursement, status: TransactionStatus) -> Request:
        return custom_fields.status_request(disbursement, status, self._names)

    def prepare_linkage(self, disbursement: Disbursement) -> Request:
        return custom_fields.linkage_request(disbursement, self._names)

    def prepare_reversal(self, disbursement: Disbursement) -> Request:
        return reversals.reversal_request(disbursement)

    def prepare_posting(self, posting: Posting) -> Request:
        return postings.posting_request(posting, self._names)

    def prepare_undo(self, posting: Posting) -> Request:
        return reversals.undo_request(posting)

    def send(self, request: Request) -> Outcome:
        """Send the stored bytes: those prepared here, or any other v2 call like a task."""
        try:
            answer = self._http.call(request.method, request.path, self._headers_for(request), request.body.encode())
        except NotSentError as error:
            return error.try_later("Mambu")
        except NoAnswerError as error:
            return Unknown(f"no answer from Mambu ({error})")
        return effect_outcome(request, answer)

    def look_up_reversal(self, disbursement: Disbursement) -> LookUp:
        return self._look_up_adjustment(disbursement.order.transaction_key)

    def look_up_posting(self, posting: Posting) -> LookUp:
        external_id = postings.external_id_of(posting)
        found = self._questions.search("/loans/transactions:search", "externalId", external_id, records.transaction)
        return _unknown(found) if isinstance(found, Refused | TryLater) else postings.booked(found, posting)

    def look_up_undo(self, posting: Posting) -> LookUp:
        return self._look_up_adjustment(posting.core_transaction_id)

    def _look_up_adjustment(self, transaction: str) -> LookUp:
        answer = self.read_transaction(transaction)
        if isinstance(answer, Refused | TryLater):
            return _unknown(answer)
        return Accepted("reversed before") if answer.adjusted else NotDone("it stands")

    def _loan(self, body: Mapping[str, Any]) -> CoreLoan:
        return records.loan(body, self._names)

    def _headers_for(self, request: Request) -> dict[str, str]:
        """The v1 call must go without the v2 Accept header, and no PATCH knows an Idempotency-Key."""
        is_v1 = request.path.endswith(custom_fields.CUSTOM_INFORMATION)
        headers = {**self._headers, "Accept": "application/json" if is_v1 else V2}
        return headers | {"Idempotency-Key": request.key} if request.method == "POST" else headers


def _unknown(answer: Refused | TryLater) -> Unknown:
    return Unknown(f"Mambu could not be asked: {answer.reason}", seen=True)
