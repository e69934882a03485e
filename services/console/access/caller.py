"""The user behind a request."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.console.access.roles import Grant, Role


@dataclass(frozen=True, slots=True)
class Caller:
    """`roles` are texts, as they are stored: one that this release does not know allows nothing."""

    user_id: str
    name: str
    roles: frozenset[str]

    def has(self, role: Role, bank_id: str = "") -> bool:
        """Held exactly there: a role for the whole system is none at a bank, and the other way round (OBP-API)."""
        return str(Grant(role, bank_id)) in self.roles

    def banks_with(self, role: Role, banks: Iterable[str]) -> list[str]:
        """Those of the banks at which the role is held."""
        return [bank_id for bank_id in banks if self.has(role, bank_id)]
