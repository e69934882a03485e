"""People are told by a task in Mambu, linked to the loan (Mambu API v2, tasks)."""

from collections.abc import Callable
from datetime import date

from services.worker.adapters.notifiers.request import request_of
from services.worker.adapters.notifiers.text import message_of
from shared.domain.flows import Request
from shared.domain.notification import Notification
from shared.domain.outcomes import LookUp, NotDone, Outcome


class MambuTask:
    """`send` is the core's, with its credentials and idempotency; `today` is the day in the tenant's zone."""

    def __init__(
        self,
        send: Callable[[Request], Outcome],
        default_assignee_key: str | None,
        today: Callable[[], date],
        console_url: str,
    ) -> None:
        self._send = send
        self._default_assignee_key = default_assignee_key
        self._today = today
        self._console_url = console_url

    def prepare(self, notification: Notification) -> Request:
        """Raises ValueError before it is known who is to be told."""
        addressed = notification.addressed
        if addressed is None:
            raise ValueError("the notification has no address yet")
        message = message_of(notification.notice, self._console_url)
        # The due date is the one field that Mambu demands; a key and its type travel together.
        task = {"title": message.subject, "description": message.body, "dueDate": self._today().isoformat()}
        if assignee_key := addressed.assignee_key or self._default_assignee_key:
            task["assignedUserKey"] = assignee_key
        if addressed.loan_key:
            task |= {"taskLinkKey": addressed.loan_key, "taskLinkType": "LOAN_ACCOUNT"}
        return request_of(notification, "/tasks", task)

    def send(self, request: Request) -> Outcome:
        return self._send(request)

    def look_up(self, notification: Notification) -> LookUp:  # noqa: ARG002  Mambu has nothing to look a task up by
        """Within its 6 hours the Idempotency-Key keeps a task single; later a second one is better than none."""
        return NotDone("Mambu's tasks cannot be looked up, and a second task is better than none")
