"""kombu's Redis transport, for queues that may hold anything: an element that is no message is set aside.

Of kombu's own (5.7, transport/redis.py, Channel._brpop_read) one list element that is not JSON ends the worker process,
and one without its properties is taken for a lost connection. A test with a real worker pins what is overridden here.
"""

from functools import partial
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis
from kombu.utils.encoding import bytes_to_str
from kombu.utils.json import loads
from redis import Redis

from shared.messages import queues
from shared.runtime.poison import ODD_DATA, set_aside


class Client(Redis):
    """Answers a BRPOP that brought no message as if it had brought nothing."""

    def __init__(self, channel: "Channel", **options: Any) -> None:
        super().__init__(**options)
        self._channel = channel

    def parse_response(self, connection: Any, command_name: Any, **options: Any) -> Any:
        answer = super().parse_response(connection, command_name, **options)  # type: ignore[no-untyped-call]
        if command_name != "BRPOP" or not answer:
            return answer
        queue, element = (bytes_to_str(part) for part in answer)
        queue = queue.rsplit(self._channel.sep, 1)[0]
        if queue in queues.ALL and (reason := self._channel.fault_of(queue, element)):
            set_aside(queue, reason, element)
            return None
        return answer


class Channel(redis.Channel):  # type: ignore[misc]  # kombu is not typed
    def _get_client(self) -> Any:
        return partial(Client, self)

    def fault_of(self, queue: str, element: str) -> str | None:
        """Why kombu could make no message of this element, as a reason code; None when it can."""
        try:
            raw = loads(element)
        except ODD_DATA:
            return "not_json"
        try:
            message = self.Message(raw, channel=self)
            comes_back = message.delivery_info["routing_key"] == queue and "exchange" in message.delivery_info
            is_whole = comes_back and isinstance(message.delivery_tag, str)
        except ODD_DATA:
            is_whole = False
        return None if is_whole else "not_a_message"


class Transport(redis.Transport):  # type: ignore[misc]
    Channel = Channel


def use_for_redis() -> None:
    """From now on kombu takes this transport for redis:// and rediss://."""
    TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = f"{__name__}:Transport"
