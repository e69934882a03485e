"""People are told by a call of the lender's own URL: JSON, an API key, and a key that marks repeats."""

from urllib.parse import urlsplit

from services.worker.adapters.http import Answer, HttpClient, NoAnswerError, NotSentError
from services.worker.adapters.notifiers.request import key_of, request_of
from services.worker.adapters.notifiers.text import message_of
from shared.domain.flows import Request
from shared.domain.notification import Notification
from shared.domain.outcomes import Accepted, LookUp, NotDone, Outcome, Refused, TryLater, Unknown

# Where to send is the document's word and not the request's: the address may hold a secret, and one that was put right
# counts for what waits.
_NO_PATH = ""


class UrlCall:
    def __init__(self, url: str, api_key: str, timeout_seconds: float, console_url: str) -> None:
        parts = urlsplit(url)
        self._target = parts._replace(scheme="", netloc="").geturl() or "/"
        self._http = HttpClient(f"{parts.scheme}://{parts.netloc}", timeout_seconds)
        self._api_key = api_key
        self._console_url = console_url

    def prepare(self, notification: Notification) -> Request:
        notice = notification.notice
        message = message_of(notice, self._console_url)
        body = {
            "idempotencyKey": key_of(notification),
            "about": notice.about,
            "code": notice.code,
            "subject": message.subject,
            "text": message.body,
            "loanId": notice.loan_id or None,
            "amountPence": notice.amount_pence,
            "reason": notice.reason or None,
            "advice": notice.advice or None,
            "link": message.link or None,
        }
        return request_of(notification, _NO_PATH, body)

    def send(self, request: Request) -> Outcome:
        if request.path != _NO_PATH:
            return Refused("channel_changed", "the message was written for another channel", verdict=False)
        headers = {
            "Content-Type": "application/json",
            "x-api-key": self._api_key,
            "x-notifications-idempotency-key": request.key,
        }
        try:
            answer = self._http.call(request.method, self._target, headers, request.body.encode())
        except NotSentError as error:
            return error.try_later("webhookUrl")
        except NoAnswerError as error:
            return Unknown(f"no answer from webhookUrl ({error})")
        return _outcome(answer)

    def look_up(self, notification: Notification) -> LookUp:  # noqa: ARG002  the receiver has nothing to ask
        return NotDone("the receiver cannot be asked, and knows a repeat by its key")


def _outcome(answer: Answer) -> Outcome:
    match answer.status:
        case status if 200 <= status < 300:
            return Accepted()
        case 408 | 429 | 503:
            return TryLater(f"webhookUrl answered {answer.status}", answer.retry_after_seconds)
        case status if 300 <= status < 500:  # a redirect too: the API key goes to no other address
            return Refused(f"http_{status}", f"webhookUrl answered {status}", verdict=False)
        case status:
            return Unknown(f"webhookUrl answered {status}")
