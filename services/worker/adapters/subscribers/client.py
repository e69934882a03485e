"""The port Subscriber over HTTP."""

from services.worker.adapters.subscribers.authentication import proofs
from services.worker.adapters.subscribers.connection import CallError
from services.worker.adapters.subscribers.deadline import Deadline
from services.worker.adapters.subscribers.exchange import Exchange, Request
from services.worker.adapters.subscribers.headers import headers_of, masked, shown
from services.worker.adapters.subscribers.oauth import Tokens
from services.worker.adapters.subscribers.verdict import verdict
from services.worker.hub_ports import Called
from shared.domain.hub.delivery import Delivery, Missed
from shared.domain.hub.subscription import Subscription

_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class HttpSubscriber:
    """`deadline_seconds` is for all of an attempt: token, name, connection, TLS, request and answer."""

    def __init__(self, exchange: Exchange, tokens: Tokens, deadline_seconds: float) -> None:
        self._exchange = exchange
        self._tokens = tokens
        self._deadline_seconds = deadline_seconds

    def call(self, delivery: Delivery, subscription: Subscription) -> Called:
        deadline = Deadline(self._deadline_seconds)
        client = subscription.authentication.oauth
        if client is None:
            return self._post(delivery, subscription, "", deadline)
        try:
            token = self._tokens.token(client, deadline)
            called = self._post(delivery, subscription, token, deadline)
            if not _is_unauthorized(called):
                return called
            return self._post(delivery, subscription, self._tokens.token(client, deadline, token), deadline)
        except CallError as error:
            return Called(Missed(reason=error.reason, cause=str(error)), ())

    def _post(self, delivery: Delivery, subscription: Subscription, token: str, deadline: Deadline) -> Called:
        method = _method(delivery)
        body = delivery.body.encode() if method in _WITH_BODY else None
        headers = [*headers_of(delivery, subscription, body), *proofs(subscription.authentication, token)]
        request = Request(method, delivery.destination, [header.pair for header in headers], body)
        try:
            answer = self._exchange.call(request, deadline)
        except CallError as error:
            return Called(Missed(reason=error.reason, cause=str(error)), shown(headers))
        text = masked(answer.body.decode(errors="replace"), headers)
        began_at = delivery.last_tried_at or delivery.created_at
        return Called(verdict(answer, text, subscription, began_at), shown(headers))


def _method(delivery: Delivery) -> str:
    """OBP takes any word as a method and sends those that it does not know as GET (OBP-API v5.1.0)."""
    method = delivery.method.upper()
    return method if method in _WITH_BODY else "GET"


def _is_unauthorized(called: Called) -> bool:
    return isinstance(called.result, Missed) and called.result.status == 401
