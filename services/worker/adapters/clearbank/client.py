"""ClearBank over HTTP: token, signature over the exact bytes, X-Request-Id."""

from collections.abc import Callable

from services.worker.adapters.clearbank.outcomes import look_up_outcome, payment_outcome
from services.worker.adapters.clearbank.payloads import PaymentTerms, payment_request
from services.worker.adapters.http import HttpClient, NoAnswerError, NotSentError
from shared.domain.disbursement import Disbursement
from shared.domain.outcomes import LookUp, Outcome, TryLater, Unknown
from shared.domain.payments import Request
from shared.signing.client import SignerRefusedError, SignerUnavailableError


class ClearBank:
    """The port Bank. `sign` gives the DigitalSignature of a body, or raises the signer client's errors."""

    def __init__(self, http: HttpClient, authorization: str, sign: Callable[[bytes], str], terms: PaymentTerms) -> None:
        self._http = http
        self._authorization = authorization if " " in authorization else f"Bearer {authorization}"
        self._sign = sign
        self._terms = terms

    def prepare_payment(self, disbursement: Disbursement) -> Request:
        return payment_request(disbursement, self._terms)

    def send(self, request: Request) -> Outcome:
        """Sign and send the stored bytes. The signature is the same every time, so it need not be stored."""
        body = request.body.encode()
        try:
            signature = self._sign(body)
        except (SignerUnavailableError, SignerRefusedError) as error:
            return TryLater(f"not signed: {error}")
        headers = {
            "Authorization": self._authorization,
            "DigitalSignature": signature,
            "X-Request-Id": request.key,
            "Content-Type": "application/json",
        }
        try:
            answer = self._http.call(request.method, request.path, headers, body)
        except NotSentError as error:
            return TryLater(f"the bank cannot be reached ({error})")
        except NoAnswerError as error:
            return Unknown(f"no answer from the bank ({error})")
        return payment_outcome(answer)

    def look_up_payment(self, end_to_end_id: str) -> LookUp:
        """Ask for the payment by its end-to-end id. A question that fails leaves the outcome unknown."""
        parameters = {"endToEndIdentifier": end_to_end_id, "pageSize": "100"}
        try:
            answer = self._http.call(
                "GET", "/v2/Transactions", {"Authorization": self._authorization}, parameters=parameters
            )
        except (NotSentError, NoAnswerError) as error:
            return Unknown(f"the bank could not be asked ({error})", True)
        return look_up_outcome(answer, end_to_end_id)
