"""Reading the log: by its indexes where they answer, else by looking, at no more than ten thousand deliveries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from services.console.communications.log_search import LogSearch
from shared.domain.history import HistoryEntry
from shared.domain.hub.delivery import Attempt, Delivery
from shared.domain.hub.search import DeliveryPage, DeliveryQuery

MOST_LOOKED_AT = 10_000
_CHUNK = 200  # bodies may have 256 KiB


class Deliveries(Protocol):
    """As shared.store.deliveries keeps them."""

    def load(self, delivery_id: str) -> Delivery | None:
        """Raises CorruptRecordError."""
        ...

    def load_readable(self, delivery_ids: Sequence[str]) -> list[Delivery]: ...

    def attempts(self, delivery_id: str) -> list[Attempt]: ...

    def history(self, delivery_id: str) -> list[HistoryEntry]: ...


class Search(Protocol):
    """As shared.store.delivery_search answers."""

    def page(self, query: DeliveryQuery, offset: int, limit: int, newest_first: bool = True) -> DeliveryPage: ...

    def count(self, query: DeliveryQuery) -> tuple[int, bool]:
        """How many, and whether there may be more."""
        ...


@dataclass(frozen=True, slots=True)
class Log:
    deliveries: Deliveries
    search: Search
    now: Callable[[], datetime]

    def page(self, search: LogSearch, offset: int, limit: int, *, newest_first: bool = True) -> DeliveryPage:
        """By time of creation."""
        if search.is_empty:
            return DeliveryPage((), 0)
        if search.keys is not None:
            return self._of_keys(search, search.keys, offset, limit, newest_first)
        if search.tests:
            return self._looked_through(search, offset, limit, newest_first)
        return self.search.page(search.query, offset, limit, newest_first)

    def total(self, search: LogSearch, page: DeliveryPage) -> int | None:
        """How many there are beside those of the page; None when counting would take too much."""
        if page.total is not None or page.is_cut or search.tests:
            return page.total
        count, is_cut = self.search.count(search.query)
        return None if is_cut else count

    def _of_keys(
        self, search: LogSearch, keys: frozenset[str], offset: int, limit: int, newest_first: bool
    ) -> DeliveryPage:
        found = [delivery for delivery in self.deliveries.load_readable(sorted(keys)) if search.meets(delivery)]
        found.sort(key=lambda delivery: (delivery.created_at, delivery.id), reverse=newest_first)
        return DeliveryPage(tuple(found[offset : offset + limit]), len(found))

    def _looked_through(self, search: LogSearch, offset: int, limit: int, newest_first: bool) -> DeliveryPage:
        """Nothing created meanwhile shifts what is looked at."""
        query = replace(search.query, created_until=search.query.created_until or self.now())
        matched: list[Delivery] = []
        skipped = 0
        for place in range(0, MOST_LOOKED_AT, _CHUNK):
            chunk = self.search.page(query, place, _CHUNK, newest_first)
            for delivery in filter(search.meets, chunk.deliveries):
                if skipped < offset:
                    skipped += 1
                elif len(matched) < limit:
                    matched.append(delivery)
                else:
                    return DeliveryPage(tuple(matched))
            if chunk.is_cut:
                break
            if chunk.total is not None and place + _CHUNK >= chunk.total:
                return DeliveryPage(tuple(matched), skipped + len(matched))
        return DeliveryPage(tuple(matched), is_cut=True)
