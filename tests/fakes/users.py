"""The users of the console in memory; tests/contract/ runs the same suite on them and on shared.store."""

from collections.abc import Callable
from dataclasses import replace

from shared.store.users import User


class FakeUsers:
    def __init__(self) -> None:
        self._users: dict[str, User] = {}
        self._tokens: dict[str, str] = {}

    def add(self, user: User, token: str) -> bool:
        if user.name in self._users:
            return False
        self._users[user.name], self._tokens[token] = user, user.name
        return True

    def with_token(self, token: str) -> User | None:
        return self._users.get(self._tokens.get(token, ""))

    def named(self, name: str) -> User | None:
        return self._users.get(name)

    def all(self) -> list[User]:
        return [self._users[name] for name in sorted(self._users)]

    def grant(self, name: str, role: str) -> bool:
        return self._with_roles(name, lambda roles: roles | {role})

    def revoke(self, name: str, role: str) -> bool:
        return self._with_roles(name, lambda roles: roles - {role})

    def remove(self, name: str) -> bool:
        self._tokens = {token: owner for token, owner in self._tokens.items() if owner != name}
        return self._users.pop(name, None) is not None

    def _with_roles(self, name: str, change: Callable[[frozenset[str]], frozenset[str]]) -> bool:
        if (user := self._users.get(name)) is None:
            return False
        self._users[name] = replace(user, roles=change(user.roles))
        return self._users[name] != user
