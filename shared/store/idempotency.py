"""What was answered to a request that carried an idempotency key, so that a repeat is answered alike and done once."""

from dataclasses import dataclass

from cattrs.preconf.json import make_converter
from redis import Redis

from shared.store import keys
from shared.store.documents import parse

KEPT_SECONDS = 6 * 3600  # as Mambu keeps them (Mambu API v2, idempotency)
WORK_SECONDS = 60  # a request whose process died may be sent again after this

_CONVERTER = make_converter(omit_if_default=True)


@dataclass(frozen=True, slots=True)
class Request:
    """`fingerprint` tells one request from another under the same key. `status` is None while it is worked on."""

    fingerprint: str
    status: int | None = None
    body: str = ""


class Idempotency:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def begin(self, key: str, fingerprint: str) -> Request | None:
        """None when the request is to be done now, else what is known of the one that came before.

        Raises CorruptRecordError.
        """
        ours = Request(fingerprint)
        if self._redis.set(keys.request(key), _CONVERTER.dumps(ours), nx=True, ex=WORK_SECONDS):
            return None
        found = self._redis.get(keys.request(key))
        if not isinstance(found, bytes):
            return ours  # it ran out just now: as good as still worked on
        return parse(_CONVERTER, f"the request under idempotency key {key}", found, Request)

    def finish(self, key: str, request: Request) -> None:
        """From now on a repeat gets this answer."""
        self._redis.set(keys.request(key), _CONVERTER.dumps(request), ex=KEPT_SECONDS)

    def forget(self, key: str) -> None:
        """Nothing was done: a repeat is a new request."""
        self._redis.delete(keys.request(key))
