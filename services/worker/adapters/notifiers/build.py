"""The channel that the notification document names."""

from collections.abc import Callable
from datetime import date

from services.worker.adapters.http import HttpClient
from services.worker.adapters.notifiers.mambu_task import MambuTask
from services.worker.adapters.notifiers.url import UrlCall
from services.worker.adapters.notifiers.zendesk import ZenDeskTicket, credentials
from services.worker.ports import Notifier
from shared.domain.flows import Request
from shared.domain.notification import Notification
from shared.domain.outcomes import LookUp, NotDone, Outcome, Refused
from shared.runtime.notification_document import NotificationDocument, TaskAccess, UrlAccess, ZenDeskAccess


class NoChannel:
    """For what waited when the document was taken away: it is shown in the console and goes nowhere."""

    def prepare(self, notification: Notification) -> Request:
        raise ValueError(f"{notification.id} cannot be sent: NOTIFICATION_SETUP_FILE is not set")

    def send(self, request: Request) -> Outcome:  # noqa: ARG002  whatever it is
        return Refused("no_channel", "NOTIFICATION_SETUP_FILE is not set", verdict=False)

    def look_up(self, notification: Notification) -> LookUp:
        return NotDone(f"{notification.id} cannot be looked up: NOTIFICATION_SETUP_FILE is not set")


def build_notifier(
    document: NotificationDocument | None,
    send_to_core: Callable[[Request], Outcome],
    today: Callable[[], date],
    timeout_seconds: float,
    console_url: str = "",
) -> Notifier:
    """`send_to_core` and `today` (in the tenant's zone) are for tasks; `console_url` "" leaves out links."""
    if document is None:
        return NoChannel()
    match document.access:
        case TaskAccess() as task:
            return MambuTask(send_to_core, task.default_assignee_key, today, console_url)
        case UrlAccess() as url:
            return UrlCall(url.url, url.api_key, timeout_seconds, console_url)
        case ZenDeskAccess() as zendesk:
            headers = credentials(zendesk.login, zendesk.api_key)
            return ZenDeskTicket(HttpClient(zendesk.url, timeout_seconds), headers, zendesk.group_id, console_url)
