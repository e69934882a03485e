"""What people ask of the log of deliveries, answered from its indexes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from redis import Redis

from shared.domain.hub.delivery import Delivery
from shared.domain.hub.search import DeliveryPage, DeliveryQuery
from shared.store import keys
from shared.store.deliveries import Deliveries, index_of_destination, index_of_state
from shared.store.indexes import MOST_LOOKED_AT, Criterion, IndexSearch, Span


class DeliverySearch:
    """Times are compared to the millisecond. A record that cannot be read is left out, see Deliveries.set_aside."""

    def __init__(self, redis: Redis, most_looked_at: int = MOST_LOOKED_AT) -> None:
        self._search = IndexSearch(redis, most_looked_at)
        self._deliveries = Deliveries(redis)

    def page(self, query: DeliveryQuery, offset: int, limit: int, newest_first: bool = True) -> DeliveryPage:
        """`limit` deliveries after the first `offset`, by time of creation and then by id.

        By one criterion, a subscription in a state included, it costs what the page holds; by several it looks at ten
        thousand records at most.
        """
        found = self._search.page(_criteria(query), _span(query), offset, limit, newest_first=newest_first)
        return DeliveryPage(tuple(self._load(query, found.ids)), found.total, found.is_cut)

    def count(self, query: DeliveryQuery) -> tuple[int, bool]:
        """How many there are, and whether there may be more since it looked at the most it may."""
        return self._search.count(_criteria(query), _span(query))

    def following(self, query: DeliveryQuery, limit: int) -> tuple[list[Delivery], datetime | None]:
        """The oldest `limit` of them, and the creation time up to which the log was gone through; None when that is all
        of it. Ask again from there (`created_from`) to go on: what was created at that very time may come again.
        """
        found = self._search.following(_criteria(query), _span(query), limit)
        until = None if found.until_ms is None else datetime.fromtimestamp(found.until_ms / 1000, UTC)
        return self._load(query, found.ids), until

    def _load(self, query: DeliveryQuery, ids: Sequence[str]) -> list[Delivery]:
        """Without those that were moved on since the index was read."""
        anytime = replace(query, created_from=None, created_until=None)
        return [delivery for delivery in self._deliveries.load_readable(ids) if anytime.matches(delivery)]


def _criteria(query: DeliveryQuery) -> list[Criterion]:
    """Narrow ones: what is asked of the state of one subscription is one criterion and not two."""
    wanted = [
        [index_of_state(state, query.subscription_id) for state in query.states],
        [f"subscription:{query.subscription_id}"] if query.subscription_id and not query.states else [],
        [f"trigger:{trigger.value}" for trigger in query.triggers],
        [f"reason:{reason.value}" for reason in query.failure_reasons],
        [f"event:{query.event_id}"] if query.event_id else [],
        [f"account:{query.account_id}"] if query.account_id else [],
        [index_of_destination(query.destination)] if query.destination else [],
    ]
    return [_keys(indexes) for indexes in wanted if indexes] or [_keys(["all"])]


def _keys(indexes: Sequence[str]) -> Criterion:
    return tuple(sorted(keys.deliveries(index) for index in indexes))


def _span(query: DeliveryQuery) -> Span:
    return Span(query.created_from, query.created_until)
