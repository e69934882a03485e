"""Records that stand in sorted sets by their time of creation: which of them meet several criteria, page by page.

A page costs what it shows and not what there is: one index is read by rank; of several the smallest is walked and the
others are asked, in chunks and up to a limit.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from redis import Redis

MOST_LOOKED_AT = 10_000
_CHUNK = 200

Criterion = tuple[str, ...]
"""Keys of indexes no record of which stands in two: met by standing in any of them."""


@dataclass(frozen=True, slots=True)
class Span:
    """Of creation times, both ends included, to the millisecond; None is open."""

    begins: datetime | None = None
    ends: datetime | None = None

    @property
    def low(self) -> str:
        return "-inf" if self.begins is None else str(milliseconds(self.begins))

    @property
    def high(self) -> str:
        return "+inf" if self.ends is None else str(milliseconds(self.ends))


@dataclass(frozen=True, slots=True)
class Found:
    """`total` is None when it is not known without going on; `is_cut`: the limit ended the search.

    `until_ms` is the creation time of the last record looked at, None when the search came to the end of the log.
    """

    ids: list[str]
    total: int | None
    is_cut: bool = False
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """Walk `source`, ask `others`. `size` is how many stand in the source within the span."""

    source: Criterion
    others: tuple[Criterion, ...]
    size: int


class IndexSearch:
    """All criteria must be met; at least one is given."""

    def __init__(self, redis: Redis, most_looked_at: int = MOST_LOOKED_AT) -> None:
        self._redis, self._most_looked_at = redis, most_looked_at

    def page(
        self, criteria: Sequence[Criterion], span: Span, offset: int, limit: int, *, newest_first: bool = True
    ) -> Found:
        """`limit` ids after the first `offset`, by time of creation and then by id."""
        plan = self._plan(criteria, span)
        if not plan.others and len(plan.source) == 1:
            return self._by_rank(plan, span, offset, limit, newest_first)
        return self._walk(plan, span, offset, limit, newest_first)

    def following(self, criteria: Sequence[Criterion], span: Span, limit: int) -> Found:
        """The oldest `limit` ids of the span, and how far it was looked."""
        return self._walk(self._plan(criteria, span), span, 0, limit, newest_first=False)

    def count(self, criteria: Sequence[Criterion], span: Span) -> tuple[int, bool]:
        """How many meet the criteria, and whether there may be more since the limit ended the count."""
        plan = self._plan(criteria, span)
        if not plan.others:
            return plan.size, False
        found = self._walk(plan, span, 0, self._most_looked_at, newest_first=True)
        return len(found.ids), found.is_cut

    def _plan(self, criteria: Sequence[Criterion], span: Span) -> _Plan:
        with self._redis.pipeline(transaction=False) as pipeline:
            for keys in criteria:
                for key in keys:
                    pipeline.zcount(key, span.low, span.high)
            counts = iter(pipeline.execute())
        sizes = [sum(next(counts) for _ in keys) for keys in criteria]
        size, chosen = min((size, place) for place, size in enumerate(sizes))
        others = tuple(keys for place, keys in enumerate(criteria) if place != chosen)
        return _Plan(criteria[chosen], others, size)

    def _by_rank(self, plan: _Plan, span: Span, offset: int, limit: int, newest_first: bool) -> Found:
        (key,) = plan.source
        wanted = min(limit, plan.size - offset)
        if wanted <= 0:
            return Found([], plan.size)
        outside = (f"({span.high}", "+inf") if newest_first else ("-inf", f"({span.low}")
        is_open = span.ends is None if newest_first else span.begins is None
        first = offset + (0 if is_open else int(self._redis.zcount(key, *outside)))
        members: Any = self._redis.zrange(key, first, first + wanted - 1, desc=newest_first)
        return Found([member.decode() for member in members], plan.size)

    def _walk(self, plan: _Plan, span: Span, offset: int, limit: int, newest_first: bool) -> Found:
        streams = (self._stream(key, span, newest_first) for key in plan.source)
        merged = heapq.merge(*streams, reverse=newest_first)
        matched: list[str] = []
        looked_at = 0
        until_ms: int | None = None
        known = None if plan.others else plan.size
        if limit < 1:
            return Found([], known)
        while chunk := list(islice(merged, min(_CHUNK, self._most_looked_at - looked_at))):
            for ms, member in self._meeting(plan.others, chunk):
                matched.append(member)
                if len(matched) == offset + limit:
                    return Found(matched[offset:], known, until_ms=ms)
            looked_at += len(chunk)
            until_ms = chunk[-1][0]
        if looked_at < plan.size and looked_at >= self._most_looked_at:
            return Found(matched[offset:], known, is_cut=True, until_ms=until_ms)
        return Found(matched[offset:], len(matched))

    def _meeting(self, others: Sequence[Criterion], chunk: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
        """Those of the chunk that stand in one index of each of the others."""
        members = [member for _, member in chunk]
        with self._redis.pipeline(transaction=False) as pipeline:
            for keys in others:
                for key in keys:
                    pipeline.zmscore(key, members)
            scores = iter(pipeline.execute())
        stands = [True] * len(chunk)
        for keys in others:
            in_any = [any(score is not None for score in each) for each in zip(*islice(scores, len(keys)), strict=True)]
            stands = [both and this for both, this in zip(stands, in_any, strict=True)]
        return [entry for entry, meets in zip(chunk, stands, strict=True) if meets]

    def _stream(self, key: str, span: Span, newest_first: bool) -> Iterator[tuple[int, str]]:
        """(ms, id) of one index, in order. It goes on from the last time seen and not from a rank, so that nothing is
        passed over when a record leaves the index meanwhile."""
        start, end = (span.high, span.low) if newest_first else (span.low, span.high)
        seen_at_start = 0
        while True:
            found: Any = self._redis.zrange(
                key,
                start,
                end,
                desc=newest_first,
                byscore=True,
                offset=seen_at_start,
                num=_CHUNK,
                withscores=True,
            )
            chunk = [(int(score), member.decode()) for member, score in found]
            yield from chunk
            if len(chunk) < _CHUNK:
                return
            last = chunk[-1][0]
            ties = sum(1 for ms, _ in chunk if ms == last)
            seen_at_start = ties + (seen_at_start if str(last) == start else 0)
            start = str(last)


def milliseconds(moment: datetime) -> int:
    """As the score of an index."""
    return int(moment.timestamp() * 1000)
