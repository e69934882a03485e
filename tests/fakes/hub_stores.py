"""The hub's stores in memory; tests/contract/hub/ runs the same suite on them and on shared.store."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.worker.ports import Clock
from shared.domain.corruption import CorruptRecordError
from shared.domain.history import HistoryEntry
from shared.domain.hub.delivery import Attempt, Delivery
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.event import BusinessEvent
from shared.domain.hub.search import DeliveryPage, DeliveryQuery, Resend
from shared.domain.hub.subscription import Level, Subscription
from shared.domain.hub.triggers import Trigger
from shared.store.berths import PROVEN_SECONDS
from shared.store.indexes import milliseconds
from shared.store.retention import Batch
from shared.store.subscription_secrets import without_secrets
from tests.fakes.wire import Wire


class FakeSubscriptions:
    """`spoilt`: ids whose record a test has made unreadable."""

    def __init__(self, wire: Wire | None = None) -> None:
        self._wire = wire or Wire()
        self._stored: dict[str, Subscription] = {}
        self._histories: dict[str, list[HistoryEntry]] = {}
        self.spoilt: set[str] = set()

    def load(self, subscription_id: str) -> Subscription | None:
        with self._wire.call("subscriptions.load"):
            self._check_readable(subscription_id)
            return self._stored.get(subscription_id)

    def load_without_secrets(self, subscription_id: str) -> Subscription | None:
        self._check_readable(subscription_id)
        found = self._stored.get(subscription_id)
        return without_secrets(found) if found else None

    def wanting(self, event: BusinessEvent) -> list[Subscription]:
        with self._wire.call("subscriptions.wanting"):
            wanting = [each for each in self._oldest_first() if each.wants(event)]
            for each in wanting:
                self._check_readable(each.id)
            return [without_secrets(each) for each in wanting]

    def find(
        self,
        *,
        bank_id: str = "",
        account_id: str = "",
        created_by: str = "",
        level: Level | None = None,
        trigger: Trigger | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> list[Subscription]:
        found = self._meeting(bank_id, account_id, created_by, level, trigger)[::-1]
        return [without_secrets(each) for each in found[offset : offset + limit]]

    def count(
        self,
        *,
        bank_id: str = "",
        account_id: str = "",
        created_by: str = "",
        level: Level | None = None,
        trigger: Trigger | None = None,
    ) -> int:
        return len(self._meeting(bank_id, account_id, created_by, level, trigger))

    def add(self, subscription: Subscription, entry: HistoryEntry) -> bool:
        return self._write(subscription, entry, known=False)

    def replace(self, subscription: Subscription, entry: HistoryEntry) -> bool:
        return self._write(subscription, entry, known=True)

    def delete(self, subscription_id: str, entry: HistoryEntry) -> bool:
        if self._stored.pop(subscription_id, None) is None:
            return False
        self._histories[subscription_id].append(entry)
        return True

    def history(self, subscription_id: str) -> list[HistoryEntry]:
        return list(self._histories.get(subscription_id, []))

    def _write(self, subscription: Subscription, entry: HistoryEntry, *, known: bool) -> bool:
        if (subscription.id in self._stored) is not known:
            return False
        self._stored[subscription.id] = subscription
        self._histories.setdefault(subscription.id, []).append(entry)
        return True

    def _meeting(
        self, bank_id: str, account_id: str, created_by: str, level: Level | None, trigger: Trigger | None
    ) -> list[Subscription]:
        return [
            each
            for each in self._oldest_first()
            if bank_id in ("", each.bank_id)
            and account_id in ("", each.account_id)
            and created_by in ("", each.created_by)
            and level in (None, each.level)
            and trigger in (None, each.trigger)
        ]

    def _oldest_first(self) -> list[Subscription]:
        return sorted(self._stored.values(), key=lambda each: (milliseconds(each.created_at), each.id))

    def _check_readable(self, subscription_id: str) -> None:
        if subscription_id in self.spoilt:
            raise CorruptRecordError(f"subscription {subscription_id} cannot be read.")


@dataclass
class HubSets:
    """What deliveries and resends share: members -> milliseconds, as in shared.store.keys."""

    due: dict[str, int] = field(default_factory=dict)
    records: set[str] = field(default_factory=set)


class FakeDeliveries:
    """`spoilt`: ids whose record a test has made unreadable."""

    def __init__(self, clock: Clock, sets: HubSets | None = None, wire: Wire | None = None) -> None:
        self._clock, self.sets, self._wire = clock, sets or HubSets(), wire or Wire()
        self._stored: dict[str, Delivery] = {}
        self._attempts: dict[str, list[Attempt]] = {}
        self._histories: dict[str, list[HistoryEntry]] = {}
        self._set_aside: dict[str, str] = {}
        self.spoilt: set[str] = set()

    def begin(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        with self._wire.call("deliveries.begin"):
            return [self._write(each, 1) for each in deliveries if each.id not in self._stored]

    def load(self, delivery_id: str) -> Delivery | None:
        with self._wire.call("deliveries.load"):
            if delivery_id in self.spoilt:
                raise CorruptRecordError(f"delivery {delivery_id} cannot be read.")
            return self._stored.get(delivery_id)

    def load_readable(self, delivery_ids: Sequence[str]) -> list[Delivery]:
        return [self._stored[each] for each in delivery_ids if each in self._stored and each not in self.spoilt]

    def move(
        self, delivery: Delivery, attempt: Attempt | None = None, entry: HistoryEntry | None = None
    ) -> Delivery | None:
        with self._wire.call("deliveries.move"):
            stored = self._stored.get(delivery.id)
            if stored is None or stored.version != delivery.version:
                return None
            if attempt:
                self._attempts.setdefault(delivery.id, []).append(attempt)
            if entry:
                self._histories.setdefault(delivery.id, []).append(entry)
            return self._write(replace(delivery, body=stored.body), delivery.version + 1)

    def move_all(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        return [moved for each in deliveries if (moved := self.move(each))]

    def attempts(self, delivery_id: str) -> list[Attempt]:
        return list(self._attempts.get(delivery_id, []))

    def history(self, delivery_id: str) -> list[HistoryEntry]:
        return list(self._histories.get(delivery_id, []))

    def take_due(self, limit: int, again_after_seconds: float) -> list[str]:
        now, due = milliseconds(self._clock.now()), self.sets.due
        for member in set(due) - self.sets.records:
            del due[member]
        taken = sorted((member for member in due if due[member] <= now), key=lambda member: (due[member], member))
        due.update(dict.fromkeys(taken[:limit], now + int(again_after_seconds * 1000)))
        return taken[:limit]

    def waiting(self, subscription_id: str) -> int:
        waits = (subscription_id, DeliveryState.WAITING)
        return sum(1 for each in self._stored.values() if (each.subscription_id, each.state) == waits)

    def quarantine(self, delivery_id: str, reason: str) -> None:
        with self._wire.call("deliveries.quarantine"):
            self.sets.due.pop(f"delivery:{delivery_id}", None)
            self._set_aside[delivery_id] = reason

    def readmit(self, delivery_id: str) -> bool:
        if self._set_aside.pop(delivery_id, None) is None:
            return False
        self.sets.due[f"delivery:{delivery_id}"] = milliseconds(self._clock.now())
        return True

    def set_aside(self) -> dict[str, str]:
        return dict(self._set_aside)

    def release_old(self, age_seconds: float, limit: int) -> Batch:
        before = milliseconds(self._clock.now() - timedelta(seconds=age_seconds))
        old = [each for each in self.in_order() if each.is_final and milliseconds(each.created_at) <= before]
        gone = [
            each
            for state in (DeliveryState.SENT, DeliveryState.FAILED)
            for each in [delivery for delivery in old if delivery.state is state][:limit]
        ]
        for each in gone:
            del self._stored[each.id]
            self._attempts.pop(each.id, None)
            self.sets.records.discard(f"delivery:{each.id}")
        return Batch(len(gone), len(gone))

    def in_order(self) -> list[Delivery]:
        """All there are, by time of creation and then by id."""
        return sorted(self._stored.values(), key=lambda each: (milliseconds(each.created_at), each.id))

    def _write(self, delivery: Delivery, version: int) -> Delivery:
        member = f"delivery:{delivery.id}"
        self._stored[delivery.id] = replace(delivery, version=version)
        self.sets.records.add(member)
        if delivery.due_at is None:
            self.sets.due.pop(member, None)
        else:
            self.sets.due[member] = milliseconds(delivery.due_at)
        return self._stored[delivery.id]


class FakeDeliverySearch:
    """Looks at every delivery, so it is never cut and always knows the total."""

    def __init__(self, deliveries: FakeDeliveries) -> None:
        self._deliveries = deliveries

    def page(self, query: DeliveryQuery, offset: int, limit: int, newest_first: bool = True) -> DeliveryPage:
        found = self._meeting(query)[:: -1 if newest_first else 1]
        return DeliveryPage(tuple(found[offset : offset + limit]), len(found))

    def count(self, query: DeliveryQuery) -> tuple[int, bool]:
        return len(self._meeting(query)), False

    def following(self, query: DeliveryQuery, limit: int) -> tuple[list[Delivery], datetime | None]:
        found = self._meeting(query)[:limit]
        until = datetime.fromtimestamp(milliseconds(found[-1].created_at) / 1000, UTC) if len(found) == limit else None
        return found, until

    def _meeting(self, query: DeliveryQuery) -> list[Delivery]:
        rounded = replace(query, created_from=_to_ms(query.created_from), created_until=_to_ms(query.created_until))
        return [
            each
            for each in self._deliveries.in_order()
            if rounded.matches(replace(each, created_at=_to_ms(each.created_at)))
        ]


class FakeResends:
    def __init__(self, sets: HubSets | None = None) -> None:
        self.sets = sets or HubSets()
        self._stored: dict[str, Resend] = {}

    def begin(self, resend: Resend, due_at: datetime) -> bool:
        return resend.id not in self._stored and self._write(resend, due_at)

    def load(self, resend_id: str) -> Resend | None:
        return self._stored.get(resend_id)

    def move(self, before: Resend, after: Resend, due_at: datetime | None) -> bool:
        return self._stored.get(before.id) == before and self._write(after, due_at)

    def recent(self, limit: int) -> list[Resend]:
        newest_first = sorted(self._stored.values(), key=lambda each: (each.created_at, each.id), reverse=True)
        return newest_first[: max(limit, 0)]

    def _write(self, resend: Resend, due_at: datetime | None) -> bool:
        member = f"resend:{resend.id}"
        self._stored[resend.id] = resend
        self.sets.records.add(member)
        if due_at is None:
            self.sets.due.pop(member, None)
        else:
            self.sets.due[member] = milliseconds(due_at)
        return True


class FakeBerths:
    def __init__(self, clock: Clock, most: int, most_unproven: int, lease_seconds: float) -> None:
        self._clock, self._most, self._most_unproven = clock, most, most_unproven
        self._lease = timedelta(seconds=lease_seconds)
        self._taken: dict[str, dict[str, datetime]] = {}
        self._proven_until: dict[str, datetime] = {}

    def take(self, subscription_id: str, delivery_id: str) -> bool:
        now = self._clock.now()
        held = {each: until for each, until in self._taken.get(subscription_id, {}).items() if until > now}
        self._taken[subscription_id] = held
        most = self._most if self._is_proven(subscription_id) else self._most_unproven
        if len(held) >= most and delivery_id not in held:
            return False
        held[delivery_id] = now + self._lease
        return True

    def leave(self, subscription_id: str, delivery_id: str, has_proven: bool | None = None) -> None:
        self._taken.get(subscription_id, {}).pop(delivery_id, None)
        if has_proven:
            self._proven_until[subscription_id] = self._clock.now() + timedelta(seconds=PROVEN_SECONDS)
        elif has_proven is not None:
            self._proven_until.pop(subscription_id, None)

    def room(self, subscription_id: str) -> int | None:
        taken = len(self._taken.get(subscription_id, {}))
        return None if self._is_proven(subscription_id) else max(self._most_unproven - taken, 0)

    def _is_proven(self, subscription_id: str) -> bool:
        until = self._proven_until.get(subscription_id)
        return until is not None and until > self._clock.now()


def _to_ms(moment: datetime | None) -> Any:
    return None if moment is None else datetime.fromtimestamp(milliseconds(moment) / 1000, UTC)
