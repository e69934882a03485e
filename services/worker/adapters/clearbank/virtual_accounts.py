"""Questions about virtual accounts (ClearBank docs: sterling-v2). Disabled ones stay listed, external ids never are."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.worker.adapters.clearbank.account_payloads import account_id
from services.worker.adapters.clearbank.outcomes import as_try_later, correlation_id, problem_text
from services.worker.adapters.http import Answer, HttpClient, NoAnswerError, NotSentError
from shared.domain.accounts import normal_iban
from shared.domain.bank_records import VirtualAccount
from shared.domain.outcomes import Refused, TryLater

PAGE_SIZE = 200
MOST_PAGES = 500


class VirtualAccounts:
    """The virtual accounts under one pooled account."""

    def __init__(self, http: HttpClient, authorization: str, pooled_account_id: str) -> None:
        self._http = http
        self._authorization = authorization
        self._path = f"/v2/Accounts/{pooled_account_id}/Virtual"

    def find(self, iban: str) -> VirtualAccount | Refused | TryLater | None:
        """The enabled account with this IBAN, else a disabled one. The bank has no search, so its list is read.

        Only an empty page is its end: how large a page may be is not published, so the bank may cut each of ours short.
        """
        wanted, disabled = normal_iban(iban), None
        for page in range(1, MOST_PAGES + 1):
            answer = self._ask(self._path, {"pageNumber": str(page), "pageSize": str(PAGE_SIZE)})
            if isinstance(answer, Refused | TryLater):
                return answer
            rows = answer.get("accounts")
            if not isinstance(rows, list):
                return _unreadable(answer)
            if not rows:
                return disabled
            for account in _accounts(rows):
                if normal_iban(account.iban) == wanted:
                    if account.is_enabled:
                        return account
                    disabled = disabled or account
        reason = f"{iban} is not among the first {MOST_PAGES} pages of virtual accounts, and the list goes on"
        return Refused("too_many_virtual_accounts", reason, verdict=False)

    def read(self, virtual_account_id: str) -> VirtualAccount | Refused | TryLater:
        """One account; Refused "not_found" when the bank has none under this id."""
        try:
            path = f"{self._path}/{account_id(virtual_account_id)}"
        except ValueError as error:
            return Refused("not_found", str(error))
        answer = self._ask(path)
        if isinstance(answer, Refused) and answer.code == "http_404":
            reason = f"the bank has no virtual account {virtual_account_id}"
            return Refused("not_found", reason, correlation_id=answer.correlation_id)
        if isinstance(answer, Refused | TryLater):
            return answer
        return next(_accounts([answer.get("account")]), None) or _unreadable(answer)

    def _ask(self, path: str, parameters: Mapping[str, str] | None = None) -> Answer | Refused | TryLater:
        """The answer when it is a 200 with JSON in it."""
        try:
            answer = self._http.call("GET", path, {"Authorization": self._authorization}, parameters=parameters)
        except NotSentError as error:
            return error.try_later("the bank")
        except NoAnswerError as error:
            return TryLater(f"the bank did not answer ({error})")
        if answer.status == 200 and answer.body is not None:
            return answer
        if waiting := as_try_later(answer):
            return waiting
        if 400 <= answer.status < 500:
            reason = f"the bank refused the question: {problem_text(answer)}"
            return Refused(f"http_{answer.status}", reason, verdict=False, correlation_id=correlation_id(answer))
        return TryLater(f"the bank answered {answer.status}", None, correlation_id(answer))


def _accounts(rows: list[Any]) -> Iterator[VirtualAccount]:
    """The rows as records. `label` is the owner's name, by the words of the contract; `name` stands in for it."""
    for row in rows:
        if isinstance(row, dict) and row.get("id") and row.get("iban"):
            yield VirtualAccount(
                id=str(row["id"]),
                iban=str(row["iban"]),
                owner_name=str(row.get("label") or row.get("name") or ""),
                is_enabled=row.get("status") != "Disabled",
            )


def _unreadable(answer: Answer) -> Refused:
    reason = "the bank's answer about virtual accounts has another shape than its contract"
    return Refused("record_unreadable", reason, verdict=False, correlation_id=correlation_id(answer))
