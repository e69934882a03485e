"""Subscriptions as people make, see and change them. Whoever holds no role at a bank sees nothing of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from services.console.access.caller import Caller
from services.console.access.roles import Role
from services.console.subscriptions.checks import faults_of
from services.console.subscriptions.schemas import GENERATE, Fields
from services.console.subscriptions.write_only import hidden, restored
from services.console.v1.desk import role_missing
from services.console.v1.problems import Fault, Problem, problem
from shared.domain.corruption import CorruptRecordError
from shared.domain.history import HistoryEntry
from shared.domain.hub.special_ranges import Range
from shared.domain.hub.subscription import HeaderProfile, Level, Subscription
from shared.domain.hub.triggers import Trigger
from shared.domain.hub.webhook_signature import new_secret

_SECRET_BYTES = 32
_FIXED = ("level", "bank_id", "account_id")
_HOLD_SECRETS = frozenset({"headers", "authentication", "signing_secret"})


class Subscriptions(Protocol):
    """As shared.store.subscriptions keeps them."""

    def load(self, subscription_id: str) -> Subscription | None: ...

    def load_without_secrets(self, subscription_id: str) -> Subscription | None: ...

    def find(
        self,
        *,
        bank_id: str,
        account_id: str,
        level: Level | None,
        trigger: Trigger | None,
        offset: int,
        limit: int,
    ) -> list[Subscription]: ...

    def count(self, *, bank_id: str, account_id: str, level: Level | None, trigger: Trigger | None) -> int: ...

    def add(self, subscription: Subscription, entry: HistoryEntry) -> bool: ...

    def replace(self, subscription: Subscription, entry: HistoryEntry) -> bool: ...

    def delete(self, subscription_id: str, entry: HistoryEntry) -> bool: ...


@dataclass(frozen=True, slots=True)
class Register:
    """Every subscription that it gives has its secrets hidden, save a signing secret just made. `new_id` gives a UUID;
    within `private_ranges` deliveries may go to other than the internet."""

    subscriptions: Subscriptions
    banks: Sequence[str]
    private_ranges: Sequence[Range]
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    random_bytes: Callable[[int], bytes]

    def create(self, caller: Caller, wanted: Fields) -> Subscription:
        """Raises Problem with every fault."""
        terms = {"bank_id": "", "account_id": "", **wanted}
        if terms.get("header_profile") is HeaderProfile.UMM:  # UMM Services Webhooks, delivery: hourly for three days
            terms = {"retry_profile": "hourly", **terms}
        self._check_place(caller, terms["level"], terms["bank_id"])
        secret = self._secret(terms.get("signing_secret", ""))
        made = Subscription(
            **terms | {"signing_secret": secret}, id=self.new_id(), created_by=caller.user_id, created_at=self.now()
        )
        self._check(made)
        if not self.subscriptions.add(made, self._entry("created", caller, made)):
            raise problem(409, "", "The id made for it is taken: try again.")
        return _with_new_secret(made, wanted)

    def change(self, caller: Caller, subscription_id: str, wanted: Fields) -> Subscription:
        """What is not given stays, and of secrets what is given as ***. Raises Problem with every fault."""
        stored = self._stored(caller, subscription_id, wanted)
        fixed = [name for name in _FIXED if name in wanted and wanted[name] != getattr(stored, name)]
        if fixed:
            raise Problem(400, [Fault(name, "It cannot change: make another subscription.") for name in fixed])
        terms = dict(wanted)
        if "signing_secret" in terms:
            terms["signing_secret"] = self._secret(terms["signing_secret"])
        changed = restored(replace(hidden(stored), **terms), stored)
        self._check(changed)
        self._replace(caller, changed, "changed " + ", ".join(sorted(wanted)) if wanted else "left unchanged")
        return _with_new_secret(changed, wanted)

    def rotate_secret(self, caller: Caller, subscription_id: str) -> str:
        """The new secret, shown this once. Raises Problem."""
        stored = self._stored(caller, subscription_id, {})
        secret = self._secret(GENERATE)
        self._replace(caller, replace(stored, signing_secret=secret), "changed signing_secret")
        return secret

    def delete(self, caller: Caller, subscription_id: str) -> None:
        """Its deliveries fail from now on. Raises Problem."""
        found = self._seen(caller, subscription_id)
        entry = replace(self._entry("deleted", caller, found), state="deleted")
        if not self.subscriptions.delete(subscription_id, entry):
            raise _unknown()

    def show(self, caller: Caller, subscription_id: str) -> Subscription:
        """Raises Problem."""
        seen = self._seen(caller, subscription_id)
        try:
            return hidden(self.subscriptions.load(subscription_id) or seen)
        except CorruptRecordError:  # the rest can be seen, and set anew
            return hidden(seen)

    def page(
        self,
        caller: Caller,
        offset: int,
        limit: int,
        *,
        bank: str = "",
        account: str = "",
        level: Level | None = None,
        trigger: Trigger | None = None,
    ) -> tuple[list[Subscription], int]:
        """Newest first, of all places where the caller may see them, and how many there are. Raises Problem."""
        banks = caller.banks_with(Role.MANAGE_SUBSCRIPTIONS, [bank] if bank else self.banks)
        sees_system = not bank and caller.has(Role.MANAGE_SUBSCRIPTIONS)
        if not banks and not sees_system:
            raise role_missing(Role.MANAGE_SUBSCRIPTIONS, bank)
        places: list[tuple[str, Level | None]] = [(each, level) for each in banks if level is not Level.SYSTEM]
        if sees_system and level in (None, Level.SYSTEM):
            places.append(("", Level.SYSTEM))
        found: list[Subscription] = []
        total = 0
        for bank_id, at in places:
            found += self.subscriptions.find(
                bank_id=bank_id, account_id=account, level=at, trigger=trigger, offset=0, limit=offset + limit
            )
            total += self.subscriptions.count(bank_id=bank_id, account_id=account, level=at, trigger=trigger)
        found.sort(key=lambda each: (each.created_at, each.id), reverse=True)
        return [hidden(each) for each in found[offset : offset + limit]], total

    def _seen(self, caller: Caller, subscription_id: str) -> Subscription:
        """Without its secrets. Raises Problem."""
        found = self.subscriptions.load_without_secrets(subscription_id)
        if found is None or not caller.has(Role.MANAGE_SUBSCRIPTIONS, found.bank_id):
            raise _unknown()
        return found

    def _stored(self, caller: Caller, subscription_id: str, wanted: Fields) -> Subscription:
        """With its secrets, or without those that cannot be opened when all are set anew. Raises Problem."""
        seen = self._seen(caller, subscription_id)
        try:
            found = self.subscriptions.load(subscription_id)
        except CorruptRecordError as error:
            if not wanted.keys() >= _HOLD_SECRETS:
                raise problem(409, "", f"{error} Give headers, authentication and signing_secret.") from error
            return seen
        if found is None:
            raise _unknown()
        return found

    def _check_place(self, caller: Caller, level: Level, bank_id: str) -> None:
        """Raises Problem."""
        if level is Level.SYSTEM:
            if not caller.has(Role.MANAGE_SUBSCRIPTIONS):
                raise role_missing(Role.MANAGE_SUBSCRIPTIONS, field="level")
        elif bank_id not in self.banks:
            raise problem(400, "bank_id", f"There is no bank {bank_id!r}; there are {', '.join(self.banks)}.")
        elif not caller.has(Role.MANAGE_SUBSCRIPTIONS, bank_id):
            raise role_missing(Role.MANAGE_SUBSCRIPTIONS, bank_id, "bank_id")

    def _check(self, wanted: Subscription) -> None:
        if faults := faults_of(wanted, self.private_ranges):
            raise Problem(400, faults)

    def _secret(self, wanted: str) -> str:
        return new_secret(self.random_bytes(_SECRET_BYTES)) if wanted == GENERATE else wanted

    def _replace(self, caller: Caller, changed: Subscription, what: str) -> None:
        if not self.subscriptions.replace(changed, self._entry(what, caller, changed)):
            raise _unknown()

    def _entry(self, what: str, caller: Caller, subscription: Subscription) -> HistoryEntry:
        state = "active" if subscription.is_active else "inactive"
        return HistoryEntry(self.now(), what, f"{caller.name} by the subscription API", state)


def _with_new_secret(subscription: Subscription, wanted: Fields) -> Subscription:
    if wanted.get("signing_secret") != GENERATE:
        return hidden(subscription)
    return replace(hidden(subscription), signing_secret=subscription.signing_secret)


def _unknown() -> Problem:
    return problem(404, "", "There is no such subscription, or you hold no role at its bank.")
