"""The lines of a history as they are stored: one JSON object each, only ever appended."""

from cattrs.preconf.json import make_converter
from redis import Redis

from shared.domain.history import HistoryEntry
from shared.store import keys

_CONVERTER = make_converter(omit_if_default=True)


def as_line(entry: HistoryEntry) -> str:
    """As lua/ appends it."""
    return _CONVERTER.dumps(entry)


def read_history(redis: Redis, member: str) -> list[HistoryEntry]:
    """The whole story of `receipt:<id>` or of a flow, oldest first."""
    return [_CONVERTER.loads(line, HistoryEntry) for line in redis.lrange(keys.history(member), 0, -1)]
