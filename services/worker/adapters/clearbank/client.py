"""ClearBank over HTTP: token, signature over the exact bytes, X-Request-Id."""

from collections.abc import Callable

from services.worker.adapters.clearbank import outcomes
from services.worker.adapters.clearbank.account_payloads import account_request, disabling_request, owner_name_request
from services.worker.adapters.clearbank.payloads import CHAPS_PATH, FPS_PATH, PaymentTerms, payment_request
from services.worker.adapters.clearbank.return_payloads import (
    BACS_RETURNS,
    CHAPS_RETURN_PATH,
    FPS_RETURN_PATH,
    return_request,
)
from services.worker.adapters.clearbank.virtual_accounts import VirtualAccounts
from services.worker.adapters.http import Answer, HttpClient, NoAnswerError, NotSentError
from shared.domain.bank_records import VirtualAccount
from shared.domain.closure import Closure
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Request
from shared.domain.outcomes import LookUp, Outcome, Refused, TryLater, Unknown
from shared.domain.posting import Posting
from shared.signing.client import SignerRefusedError, SignerUnavailableError

# Method and end of the path tell what was asked for, and so how the answer is read.
_READERS: tuple[tuple[str, str, Callable[[Answer], Outcome]], ...] = (
    ("POST", FPS_PATH, outcomes.payment_outcome),
    ("POST", CHAPS_PATH, outcomes.payment_outcome),
    ("POST", FPS_RETURN_PATH, outcomes.return_outcome),
    ("POST", CHAPS_RETURN_PATH, outcomes.return_outcome),
    ("POST", BACS_RETURNS, outcomes.return_outcome),
    ("POST", "/Virtual", outcomes.account_order_outcome),
    ("PATCH", "", outcomes.account_change_outcome),
    ("DELETE", "", outcomes.account_change_outcome),
)


class ClearBank:
    """The port Bank. `sign` gives the DigitalSignature of a body, or raises the signer client's errors.

    `pooled_account_id` is the set-up's clientMoneyAccount: the real account under which the virtual ones stand.
    """

    def __init__(
        self,
        http: HttpClient,
        authorization: str,
        sign: Callable[[bytes], str],
        terms: PaymentTerms,
        pooled_account_id: str,
    ) -> None:
        self._http = http
        self._authorization = authorization if " " in authorization else f"Bearer {authorization}"
        self._sign = sign
        self._terms = terms
        self._pooled_account_id = pooled_account_id
        self._accounts = VirtualAccounts(http, self._authorization, pooled_account_id)

    def find_account(self, iban: str) -> VirtualAccount | Refused | TryLater | None:
        return self._accounts.find(iban)

    def read_account(self, virtual_account_id: str) -> VirtualAccount | Refused | TryLater:
        return self._accounts.read(virtual_account_id)

    def prepare_payment(self, disbursement: Disbursement) -> Request:
        return payment_request(disbursement, self._terms)

    def prepare_account(self, disbursement: Disbursement) -> Request:
        return account_request(disbursement, self._pooled_account_id)

    def prepare_owner_name(self, disbursement: Disbursement) -> Request:
        return owner_name_request(disbursement, self._pooled_account_id)

    def prepare_return(self, posting: Posting) -> Request:
        return return_request(posting, self._pooled_account_id)

    def prepare_disabling(self, closure: Closure) -> Request:
        return disabling_request(closure, self._pooled_account_id)

    def send(self, request: Request) -> Outcome:
        """Sign and send the stored bytes. The signature is the same every time, so it need not be stored."""
        headers = {"Authorization": self._authorization, "X-Request-Id": request.key}
        body = request.body.encode() or None
        if body:
            try:
                headers["DigitalSignature"] = self._sign(body)
            except (SignerUnavailableError, SignerRefusedError) as error:
                return TryLater(f"not signed: {error}")
            headers["Content-Type"] = "application/json"
        try:
            answer = self._http.call(request.method, request.path, headers, body)
        except NotSentError as error:
            return error.try_later("the bank")
        except NoAnswerError as error:
            return Unknown(f"no answer from the bank ({error})")
        return _reader_of(request)(answer)

    def look_up_payment(self, end_to_end_id: str) -> LookUp:
        """Ask for the payment by its end-to-end id. A question that fails leaves the outcome unknown."""
        parameters = {"endToEndIdentifier": end_to_end_id, "pageSize": "100"}
        try:
            answer = self._http.call(
                "GET", "/v2/Transactions", {"Authorization": self._authorization}, parameters=parameters
            )
        except (NotSentError, NoAnswerError) as error:
            return Unknown(f"the bank could not be asked ({error})", True)
        return outcomes.look_up_outcome(answer, end_to_end_id)


def _reader_of(request: Request) -> Callable[[Answer], Outcome]:
    """For a call that this version does not know, that of payments: it takes the least for granted."""
    fits = (reader for method, ending, reader in _READERS if request.method == method and request.path.endswith(ending))
    return next(fits, outcomes.payment_outcome)
