"""What was finished long ago is released; what is not finished never is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from redis import Redis

from shared.domain.corruption import CorruptRecordError
from shared.domain.flows import Flow
from shared.domain.transitions import AnnouncementState, NotificationState, State
from shared.store import keys
from shared.store.connection import StoreClock, lua
from shared.store.journal import Journal

# By kind, the state in which everything has been told. Every other kind of flow is a record of the money.
_TOLD: Mapping[str, State] = {
    "event": AnnouncementState.PUBLISHED,
    "notification": NotificationState.SENT,
}


@dataclass(frozen=True, slots=True)
class Batch:
    """`examined` of the longest finished were due for release, `released` of them are gone."""

    examined: int
    released: int


class Retention:
    """Releases receipts with their names, and what was told to people and subscribers. Other flows stay for good."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._journal, self._clock = Journal(redis), StoreClock(redis)
        self._release = redis.register_script(lua("release"))
        self._release_flow = redis.register_script(lua("release_flow"))

    def release_finished(self, age_seconds: float, limit: int) -> Batch:
        """Release at most `limit` receipts that were finished longer ago than this, the oldest first.

        Whatever stands in the list and is not finished stays, and leaves the list: it returns when it is finished.
        """
        examined, released = self._release(keys=[keys.FINISHED], args=[keys.PREFIX, int(age_seconds * 1000), limit])
        return Batch(examined, released)

    def release_told(self, kind: str, age_seconds: float, limit: int) -> Batch:
        """Release at most `limit` announcements that were published ("event"), or notifications that were sent
        ("notification"), longer ago than this, the oldest first; with their histories.

        One that cannot be read stays, and leaves the list.
        """
        state = _TOLD[kind]
        before_ms = int((self._clock.now() - timedelta(seconds=age_seconds)).timestamp() * 1000)
        among = keys.state(kind, state.value)
        ids: Any = self._redis.zrangebyscore(among, "-inf", before_ms, 0, limit)
        released = sum(self._release_one(member.decode(), state, among) for member in ids)
        return Batch(len(ids), released)

    def _release_one(self, flow_id: str, state: State, among: str) -> bool:
        flow = self._readable(flow_id)
        if flow is None or flow.state is not state:
            self._redis.zrem(among, flow_id)
            return False
        answer = self._release_flow(
            keys=[keys.flow(flow_id), keys.history(flow_id), among],
            args=[keys.PREFIX, flow_id, flow.version, state.value, *flow.references],
        )
        return bool(answer)

    def _readable(self, flow_id: str) -> Flow | None:
        try:
            return self._journal.load(flow_id)
        except CorruptRecordError:
            return None
