"""Who wants to be told of what. Secrets are sealed apart, so that everything else can be read without a key."""

import json
from collections.abc import Iterator, Sequence

from cattrs.preconf.json import make_converter
from redis import Redis

from shared.domain.corruption import CorruptRecordError
from shared.domain.history import HistoryEntry
from shared.domain.hub.event import BusinessEvent
from shared.domain.hub.subscription import Level, Subscription
from shared.domain.hub.triggers import Trigger
from shared.store import keys
from shared.store.connection import lua
from shared.store.documents import Record, fetch, parse
from shared.store.history import as_line, read_history
from shared.store.indexes import Criterion, IndexSearch, Span, milliseconds
from shared.store.sealing import Sealer
from shared.store.subscription_secrets import Secrets, secrets_of, with_secrets, without_secrets

_CONVERTER = make_converter(omit_if_default=True)
_MOST_LOOKED_AT = 100_000


class Subscriptions:
    """Without a `sealer` everything can be read but the secrets, and no secret be stored."""

    def __init__(self, redis: Redis, sealer: Sealer | None = None) -> None:
        self._redis, self._sealer = redis, sealer
        self._write = redis.register_script(lua("subscription_write"))
        self._search = IndexSearch(redis, _MOST_LOOKED_AT)

    def load(self, subscription_id: str) -> Subscription | None:
        """With its secrets. Raises CorruptRecordError, also when they cannot be opened."""
        (record,) = fetch(self._redis, [keys.subscription(subscription_id)])
        found = _open_part(subscription_id, record)
        if found is None or record is None or not record[b"sealed"]:
            return found
        return with_secrets(found, self._opened(subscription_id, record[b"sealed"].decode()))

    def load_without_secrets(self, subscription_id: str) -> Subscription | None:
        """As people may see it: "" for every secret. Raises CorruptRecordError."""
        return _open_part(subscription_id, fetch(self._redis, [keys.subscription(subscription_id)])[0])

    def wanting(self, event: BusinessEvent) -> list[Subscription]:
        """Those that want it, the inactive ones too, in the order they were made; without their secrets.

        Costs as many as want it. Raises CorruptRecordError when one cannot be read: to leave it out would be to lose
        its event.
        """
        with self._redis.pipeline(transaction=False) as pipeline:
            for level in Level:
                pipeline.zrange(
                    keys.subscriptions(_audience(event.trigger, level, event.bank_id, event.account_id)), 0, -1
                )
            ids = [member.decode() for members in pipeline.execute() for member in members]
        wanting = [each for each in self._shown(ids) if each.wants(event)]
        return sorted(wanting, key=lambda each: (milliseconds(each.created_at), each.id))

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
        """Newest first, without their secrets; all that is given must hold. Raises CorruptRecordError.

        By one criterion, the level of one bank included, it costs what the page holds.
        """
        criteria = _criteria(bank_id, account_id, created_by, level, trigger)
        return self._shown(self._search.page(criteria, Span(), offset, limit).ids)

    def count(
        self,
        *,
        bank_id: str = "",
        account_id: str = "",
        created_by: str = "",
        level: Level | None = None,
        trigger: Trigger | None = None,
    ) -> int:
        """How many `find` would give; of several criteria it looks at no more than the newest 100,000."""
        return self._search.count(_criteria(bank_id, account_id, created_by, level, trigger), Span())[0]

    def add(self, subscription: Subscription, entry: HistoryEntry) -> bool:
        """False when its id is taken. `entry` says who did it, stored in the same step."""
        return self._store("add", subscription, entry)

    def replace(self, subscription: Subscription, entry: HistoryEntry) -> bool:
        """As a whole, whatever it was before; False when it is gone."""
        return self._store("replace", subscription, entry)

    def delete(self, subscription_id: str, entry: HistoryEntry) -> bool:
        """False when there is none. Its history stays."""
        return bool(self._run("delete", subscription_id, "", "", 0, [], entry))

    def history(self, subscription_id: str) -> list[HistoryEntry]:
        """Who did what to it, oldest first."""
        return read_history(self._redis, f"subscription:{subscription_id}")

    def _store(self, act: str, subscription: Subscription, entry: HistoryEntry) -> bool:
        sealed = self._sealed(subscription.id, secrets_of(subscription))
        document = _CONVERTER.dumps(without_secrets(subscription))
        created_ms = milliseconds(subscription.created_at)
        return self._run(act, subscription.id, document, sealed, created_ms, list(_indexes(subscription)), entry)

    def _run(
        self,
        act: str,
        subscription_id: str,
        document: str,
        sealed: str,
        created_ms: int,
        indexes: Sequence[str],
        entry: HistoryEntry,
    ) -> bool:
        places = json.dumps(indexes, ensure_ascii=False)
        answer = self._write(
            keys=[keys.subscription(subscription_id), keys.history(f"subscription:{subscription_id}")],
            args=[keys.PREFIX, subscription_id, act, document, sealed, created_ms, places, as_line(entry)],
        )
        return bool(answer)

    def _shown(self, subscription_ids: Sequence[str]) -> list[Subscription]:
        if not subscription_ids:
            return []
        records = fetch(self._redis, [keys.subscription(each) for each in subscription_ids])
        found = (_open_part(*each) for each in zip(subscription_ids, records, strict=True))
        return [subscription for subscription in found if subscription]

    def _sealed(self, subscription_id: str, secrets: Secrets) -> str:
        """With the id inside, so that they cannot be moved to another subscription's address."""
        if not secrets:
            return ""
        if self._sealer is None:
            raise ValueError("A subscription with secrets cannot be stored without a sealing key: set SEALING_KEYS.")
        return self._sealer.seal(json.dumps({"of": subscription_id, "secrets": _CONVERTER.unstructure(secrets)}))

    def _opened(self, subscription_id: str, sealed: str) -> Secrets:
        """Raises CorruptRecordError."""
        name = f"subscription {subscription_id}"
        if self._sealer is None:
            raise CorruptRecordError(f"The secrets of {name} are sealed and there is no sealing key: set SEALING_KEYS.")
        try:
            content = json.loads(self._sealer.open(sealed))
        except CorruptRecordError as error:
            raise CorruptRecordError(f"The secrets of {name} cannot be opened. {error}") from error
        if content["of"] != subscription_id:
            raise CorruptRecordError(f"The secrets of {name} are those of another: set them anew.")
        return parse(_CONVERTER, f"the secrets of {name}", json.dumps(content["secrets"]), Secrets)


def _open_part(subscription_id: str, record: Record | None) -> Subscription | None:
    name = f"subscription {subscription_id}"
    if record == {}:
        return None
    if record is None or not record.keys() >= {b"doc", b"sealed"}:
        raise CorruptRecordError(f"{name} cannot be read: what is stored is no subscription.")
    found = parse(_CONVERTER, name, record[b"doc"], Subscription)
    if found.id != subscription_id:
        raise CorruptRecordError(f"{name} holds the document of another.")
    return found


def _indexes(subscription: Subscription) -> Iterator[str]:
    yield _index("all")
    yield _audience(subscription.trigger, subscription.level, subscription.bank_id, subscription.account_id)
    yield _index("bank", subscription.bank_id)
    yield _index("bank", subscription.bank_id, subscription.level.value)
    yield _index("account", subscription.account_id)
    yield _index("creator", subscription.created_by)
    yield _index("level", subscription.level.value)
    yield _index("trigger", subscription.trigger.value)


def _criteria(
    bank_id: str, account_id: str, created_by: str, level: Level | None, trigger: Trigger | None
) -> list[Criterion]:
    """The level of one bank is one criterion and not two: those are the webhooks that OBP's list shows."""
    wanted = [
        _index("bank", bank_id, *([level.value] if level else [])) if bank_id else "",
        _index("level", level.value) if level and not bank_id else "",
        _index("account", account_id) if account_id else "",
        _index("creator", created_by) if created_by else "",
        _index("trigger", trigger.value) if trigger else "",
    ]
    return [(keys.subscriptions(index),) for index in wanted if index] or [(keys.subscriptions(_index("all")),)]


def _audience(trigger: Trigger, level: Level, bank_id: str, account_id: str) -> str:
    """Where those stand that listen to exactly this, see Subscription.wants."""
    match level:
        case Level.SYSTEM:
            return _index("wanting", trigger.value)
        case Level.BANK:
            return _index("wanting", trigger.value, bank_id)
        case Level.ACCOUNT:
            return _index("wanting", trigger.value, bank_id, account_id)


def _index(*parts: str) -> str:
    """As JSON: ids of banks and accounts may hold any character."""
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
