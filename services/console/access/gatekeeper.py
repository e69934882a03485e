"""From what a request shows to who calls."""

from collections.abc import Callable
from typing import Protocol

from services.console.access.caller import Caller
from services.console.access.credentials import Credential, Headers, LoginError


class KnownUser(Protocol):
    """As shared.store.users has it."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def roles(self) -> frozenset[str]: ...


class Users(Protocol):
    def with_token(self, token: str) -> KnownUser | None: ...


class Gatekeeper:
    def __init__(self, users: Users) -> None:
        self._users = users

    def admit(self, headers: Headers, read: Callable[[Headers], Credential]) -> Caller:
        """The user whose token the request shows, as `read` (obp_credential, own_credential) finds it.

        Raises LoginError: the same, whether the token or only the name beside it is unknown.
        """
        shown = read(headers)
        user = self._users.with_token(shown.token)
        if user is None or shown.name not in (None, user.name):
            raise LoginError(shown.fault)
        return Caller(user.id, user.name, user.roles)
