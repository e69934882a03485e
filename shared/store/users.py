"""Who may use the console and its API. A token is kept as its digest alone: nobody can read one out of the store."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis import Redis

from shared.domain.corruption import CorruptRecordError
from shared.store import keys
from shared.store.connection import lua

_ROLE = "role:"


@dataclass(frozen=True, slots=True)
class User:
    """`id` is a UUID. `roles` are texts, `CanCreateWebhook@bank` or `CanSendTestWebhook`; what they allow is not known
    here."""

    id: str
    name: str
    roles: frozenset[str]
    created_at: datetime


class Users:
    """Names are unique, and so are tokens."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._add = redis.register_script(lua("user_add"))
        self._find = redis.register_script(lua("user_find"))
        self._role = redis.register_script(lua("user_role"))
        self._remove = redis.register_script(lua("user_remove"))

    def add(self, user: User, token: str) -> bool:
        """False when another has the name."""
        record = (user.id, user.name, _digest(token), user.created_at.isoformat(), *sorted(user.roles))
        return bool(self._add(keys=[keys.USER_NAMES, keys.USER_TOKENS, keys.user(user.id)], args=record))

    def with_token(self, token: str) -> User | None:
        """Raises CorruptRecordError."""
        return _user(self._find(keys=[keys.USER_TOKENS], args=[keys.PREFIX, _digest(token)]))

    def named(self, name: str) -> User | None:
        """Raises CorruptRecordError."""
        return _user(self._find(keys=[keys.USER_NAMES], args=[keys.PREFIX, name]))

    def all(self) -> list[User]:
        """By name. Raises CorruptRecordError."""
        names: Any = self._redis.hkeys(keys.USER_NAMES)
        return [user for name in sorted(names) if (user := self.named(name.decode()))]

    def grant(self, name: str, role: str) -> bool:
        """False when nothing changed: no such user, or the role was there."""
        return bool(self._role(keys=[keys.USER_NAMES], args=[keys.PREFIX, name, "grant", role]))

    def revoke(self, name: str, role: str) -> bool:
        """False when nothing changed: no such user, or the role was not there."""
        return bool(self._role(keys=[keys.USER_NAMES], args=[keys.PREFIX, name, "revoke", role]))

    def remove(self, name: str) -> bool:
        """False when there is no such user."""
        return bool(self._remove(keys=[keys.USER_NAMES, keys.USER_TOKENS], args=[keys.PREFIX, name]))


def _digest(token: str) -> str:
    # A slow hash protects what people think up. A token is 256 random bits, which nobody guesses at any speed.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _user(found: Sequence[bytes]) -> User | None:
    user_id, *flat = (item.decode() for item in found)
    if not user_id:
        return None
    record = dict(zip(flat[::2], flat[1::2], strict=True))
    roles = frozenset(field.removeprefix(_ROLE) for field in record if field.startswith(_ROLE))
    try:
        return User(user_id, record["name"], roles, datetime.fromisoformat(record["created_at"]))
    except (KeyError, ValueError) as error:
        raise CorruptRecordError(f"The user {user_id} cannot be read: remove its record and add it again.") from error
