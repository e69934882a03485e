"""`:resend`, `:resendAsyncByKeys` and `:resendAsyncByDate`."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from services.console.access.caller import Caller
from services.console.access.roles import Role
from services.console.communications.asked import as_object, json_body
from services.console.communications.desk import CommunicationsDesk
from services.console.communications.document import takes
from services.console.communications.log_search import TYPE
from services.console.communications.messages import IntervalJson, JobJson, KeysJson
from services.console.communications.moments import between
from services.console.communications.once import Idempotency, once
from services.console.communications.refusals import Code, MambuRefusal, invalid
from services.console.communications.resending import Resending
from shared.domain.hub.delivery import Delivery
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.search import DeliveryQuery

MOST_RESENT = 1000  # Mambu's own figure is not known


def add_resend_views(
    blueprint: Blueprint, desk: CommunicationsDesk, resending: Resending, idempotency: Idempotency
) -> None:
    @blueprint.post("/communications/messages:resend")
    @takes(blueprint, Role.RESEND_COMMUNICATIONS, KeysJson(), None, 202)
    def resend_messages() -> Response:
        """Have failed messages sent again; all of them must be failed"""
        caller = desk.login_with(Role.RESEND_COMMUNICATIONS)
        return once(idempotency, caller, 202, lambda: resend(caller, _keys(json_body())))

    @blueprint.post("/communications/messages:resendAsyncByKeys")
    @takes(blueprint, Role.RESEND_COMMUNICATIONS, KeysJson(), None)
    def resend_messages_by_keys() -> Response:
        """The same, answered by 200"""
        caller = desk.login_with(Role.RESEND_COMMUNICATIONS)
        return once(idempotency, caller, 200, lambda: resend(caller, _keys(json_body())))

    @blueprint.post("/communications/messages:resendAsyncByDate")
    @takes(blueprint, Role.RESEND_COMMUNICATIONS, IntervalJson(), JobJson())
    def resend_messages_by_date() -> Response:
        """Have all that failed of an interval of creation sent again, some at a time"""
        caller = desk.login_with(Role.RESEND_COMMUNICATIONS)
        return once(idempotency, caller, 200, lambda: resend_interval(caller, as_object(json_body())))

    def resend(caller: Caller, keys: Sequence[str]) -> Mapping[str, Any]:
        for delivery in _resendable(resending.deliveries.load_readable(keys), keys):
            resending.again(caller, delivery)
        return {}

    def resend_interval(caller: Caller, body: Mapping[str, Any]) -> Mapping[str, Any]:
        query, types = _interval(body), body.get("templateTypes") or [TYPE]
        if not isinstance(types, list):
            raise invalid("templateTypes is no list.")
        counted, is_more = resending.count(query) if TYPE in types else (0, False)
        job = resending.begin(caller, query, "by Mambu's API, by date", counted) if counted else None
        return {"resendId": job.id if job else "", "messages": counted, "isMore": is_more}


def _keys(body: Any) -> list[str]:
    """Raises MambuRefusal."""
    keys = as_object(body).get("messages")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise invalid("messages is a list of keys.")
    if not keys:
        raise MambuRefusal(400, Code.NO_MESSAGE_FOUND, "messages is empty.")
    if len(keys) > MOST_RESENT:
        source = f"There are {len(keys)} messages: give at most {MOST_RESENT}, or resend by date."
        raise MambuRefusal(400, Code.TOO_MANY_MESSAGES_TO_RESEND, source)
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise MambuRefusal(400, Code.DUPLICATE_ENCODED_KEY, f"{min(twice)[:50]} comes more than once.")
    return keys


def _resendable(found: Sequence[Delivery], keys: Sequence[str]) -> Sequence[Delivery]:
    """All or none. Raises MambuRefusal."""
    known = {delivery.id: delivery for delivery in found}
    if unknown := [key for key in keys if key not in known]:
        raise MambuRefusal(404, Code.MESSAGE_NOT_FOUND, f"There is no message {unknown[0][:50]}.")
    if others := [each for each in found if each.state is not DeliveryState.FAILED]:
        source = f"{others[0].id} is {others[0].state.value}, and only what is FAILED is resent."
        raise MambuRefusal(400, Code.MESSAGE_STATE_MUST_BE_FAILED, source)
    if broken := [each for each in found if each.was_never_rendered]:
        source = f"{broken[0].id} could not be rendered, so there is nothing to resend: {broken[0].failure_cause}"
        raise MambuRefusal(400, Code.RESEND_FAILED_NOTIFICATION_FAILED, source[:500])
    return found


def _interval(body: Mapping[str, Any]) -> DeliveryQuery:
    """Raises MambuRefusal."""
    first, last = body.get("startDate"), body.get("endDate")
    try:
        stretch = between(first if isinstance(first, str) else "", last if isinstance(last, str) else "")
    except (ValueError, OverflowError) as error:
        raise invalid("startDate and endDate are dates like 2026-01-31T12:00:00+00:00.") from error
    if stretch.is_empty:
        raise invalid("endDate is before startDate.")
    return DeliveryQuery(created_from=stretch.begins, created_until=stretch.ends)
