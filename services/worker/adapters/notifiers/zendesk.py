"""People are told by a ticket (ZenDesk docs: ticketing, tickets and idempotency)."""

import base64
from collections.abc import Mapping
from typing import Any

from services.worker.adapters.http import Answer, HttpClient, NoAnswerError, NotSentError
from services.worker.adapters.notifiers.request import request_of
from services.worker.adapters.notifiers.text import message_of
from shared.domain.flows import Request
from shared.domain.notification import Notification
from shared.domain.outcomes import Accepted, LookUp, NotDone, Outcome, Refused, TryLater, Unknown
from shared.domain.problems import puts_money_at_risk

_TICKETS = "/api/v2/tickets.json"


def credentials(login: str, api_key: str) -> Mapping[str, str]:
    """Basic as ZenDesk has it for API tokens: the agent's e-mail address, `/token`, and the token."""
    user = login.removesuffix("/token")
    return {"Authorization": "Basic " + base64.b64encode(f"{user}/token:{api_key}".encode()).decode()}


class ZenDeskTicket:
    """`headers` are the credentials. The ticket's external id is the notification's id."""

    def __init__(self, http: HttpClient, headers: Mapping[str, str], group_id: int, console_url: str) -> None:
        self._http = http
        self._headers = {**headers, "Accept": "application/json"}
        self._group_id = group_id
        self._console_url = console_url

    def prepare(self, notification: Notification) -> Request:
        message = message_of(notification.notice, self._console_url)
        ticket = {
            "subject": message.subject,
            "comment": {"body": message.body},
            "group_id": self._group_id,
            "priority": "high" if puts_money_at_risk(notification.notice) else "normal",
            "external_id": notification.id,
            "tags": ["causeway", *(flag.value for flag in notification.notice.flags)],
        }
        return request_of(notification, _TICKETS, {"ticket": ticket})

    def send(self, request: Request) -> Outcome:
        """The key is remembered for 2 hours; a repeat within them is answered with the same ticket."""
        headers = {**self._headers, "Content-Type": "application/json", "Idempotency-Key": request.key}
        try:
            answer = self._http.call(request.method, request.path, headers, request.body.encode())
        except NotSentError as error:
            return error.try_later("ZenDesk")
        except NoAnswerError as error:
            return Unknown(f"no answer from ZenDesk ({error})")
        return _outcome(answer)

    def look_up(self, notification: Notification) -> LookUp:
        """By the external id. What is not listed is sent: a second ticket is better than none."""
        try:
            answer = self._http.call("GET", _TICKETS, self._headers, parameters={"external_id": notification.id})
        except (NotSentError, NoAnswerError) as error:
            return Unknown(f"ZenDesk could not be asked ({error})", seen=True)
        tickets = answer.get("tickets") if answer.status == 200 else None
        if not isinstance(tickets, list):
            return Unknown(f"the look-up was answered with {answer.status}", seen=True)
        ours = [row for row in tickets if isinstance(row, dict) and row.get("external_id") == notification.id]
        return Accepted(str(ours[0].get("id", ""))) if ours else NotDone("ZenDesk has no ticket with this external id")


def _outcome(answer: Answer) -> Outcome:
    match answer.status:
        case 200 | 201 if ticket_id := _ticket_id(answer):
            return Accepted(ticket_id)
        case 401 | 403:
            return TryLater(f"ZenDesk does not accept zenDeskLogin and zenDeskAPIKey ({answer.status})")
        case 408 | 429 | 503:
            return TryLater(f"ZenDesk answered {answer.status}", answer.retry_after_seconds)
        case 409:  # the first call with this key still runs, or another change is in the way: the list tells which
            return Unknown("ZenDesk answered 409", seen=True)
        case 400 | 422:
            return Refused("ticket_refused", f"ZenDesk refused the ticket: {_problem(answer)}")
        case status if status >= 500 or status < 300:
            return Unknown(f"ZenDesk answered {status} without a ticket")
        case status:
            return Refused(f"http_{status}", f"ZenDesk answered {status}: {_problem(answer)}", verdict=False)


def _ticket_id(answer: Answer) -> str:
    ticket = answer.get("ticket")
    return str(ticket.get("id") or "") if isinstance(ticket, dict) else ""


def _problem(answer: Answer) -> str:
    """Name, description and details of what was wrong, in one line."""
    parts: list[Any] = [answer.get("error"), answer.get("description"), answer.get("details")]
    return "; ".join(str(part) for part in parts if part)[:500] or "no reason given"
