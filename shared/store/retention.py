"""What was finished long ago is released; what is not finished never is."""

from dataclasses import dataclass

from redis import Redis

from shared.store import keys
from shared.store.connection import lua


@dataclass(frozen=True, slots=True)
class Batch:
    """`examined` of the longest finished were due for release, `released` of them are gone."""

    examined: int
    released: int


class Retention:
    """Releases receipts with their names. Flows are the record of the money and stay for good."""

    def __init__(self, redis: Redis) -> None:
        self._release = redis.register_script(lua("release"))

    def release_finished(self, age_seconds: float, limit: int) -> Batch:
        """Release at most `limit` receipts that were finished longer ago than this, the oldest first.

        Whatever stands in the list and is not finished stays, and leaves the list: it returns when it is finished.
        """
        examined, released = self._release(keys=[keys.FINISHED], args=[keys.PREFIX, int(age_seconds * 1000), limit])
        return Batch(examined, released)
