"""OBP's webhooks are subscriptions with plain headers whose body is the event's own JSON."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count, islice
from typing import Protocol

from services.console.access.caller import Caller
from services.console.obp.refusals import cannot_create, cannot_list, cannot_update, webhook_unknown
from shared.domain.corruption import CorruptRecordError
from shared.domain.history import HistoryEntry
from shared.domain.hub.destination import check_url
from shared.domain.hub.special_ranges import Range
from shared.domain.hub.subscription import Level, Subscription
from shared.domain.hub.template import check_url_template
from shared.domain.hub.triggers import ACCOUNT_TRIGGERS, Trigger

_METHOD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}")  # RFC 9110, token
_CHUNK = 200


class Subscriptions(Protocol):
    """As shared.store.subscriptions keeps them."""

    def load(self, subscription_id: str) -> Subscription | None: ...

    def find(
        self, *, bank_id: str, account_id: str, created_by: str, level: Level, offset: int, limit: int
    ) -> list[Subscription]:
        """Newest first; "" is any."""
        ...

    def add(self, subscription: Subscription, entry: HistoryEntry) -> bool: ...

    def replace(self, subscription: Subscription, entry: HistoryEntry) -> bool: ...


@dataclass(frozen=True, slots=True)
class Webhooks:
    """`new_id` gives a UUID in lower case. Within `private_ranges` deliveries may go to other than the internet."""

    subscriptions: Subscriptions
    private_ranges: Sequence[Range]
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    def create(
        self,
        caller: Caller,
        trigger: Trigger,
        wanted: Mapping[str, str | None],
        *,
        level: Level,
        bank_id: str = "",
        is_active: bool = True,
    ) -> Subscription:
        """`wanted`: url, http_method, http_protocol, and account_id for the account level. Raises ObpRefusal."""
        created = Subscription(
            id=self.new_id(),
            level=level,
            bank_id=bank_id,
            account_id=_filled(wanted, "account_id") if level is Level.ACCOUNT else "",
            trigger=trigger,
            url=self._destination(wanted, trigger),
            method=_method(wanted),
            http_protocol=_filled(wanted, "http_protocol"),
            is_active=is_active,
            created_by=caller.user_id,
            created_at=self.now(),
        )
        if not self.subscriptions.add(created, self._entry("created", caller, created)):
            raise cannot_create("its id is taken, try again")
        return created

    def switch(self, caller: Caller, bank_id: str, webhook_id: str, is_active: bool) -> Subscription:
        """On or off, whoever made it and whatever it was. One of another bank is unknown. Raises ObpRefusal."""
        try:
            found = self.subscriptions.load(webhook_id)
        except CorruptRecordError as error:
            raise cannot_update(str(error)) from error
        if found is None or found.bank_id != bank_id or not _is_account_webhook(found):
            raise webhook_unknown()
        switched = replace(found, is_active=is_active)
        if not self.subscriptions.replace(switched, self._entry("switched", caller, switched)):
            raise webhook_unknown()
        return switched

    def page(self, bank_id: str, account_id: str, user_id: str, offset: int, limit: int) -> list[Subscription]:
        """The bank's account webhooks, newest first; "" is any account or user. Raises ObpRefusal."""
        found = filter(_is_account_webhook, self._of_accounts(bank_id, account_id, user_id))
        try:
            return list(islice(found, offset, offset + limit))
        except CorruptRecordError as error:
            raise cannot_list(str(error)) from error

    def _of_accounts(self, bank_id: str, account_id: str, user_id: str) -> Iterator[Subscription]:
        for offset in count(0, _CHUNK):
            chunk = self.subscriptions.find(
                bank_id=bank_id,
                account_id=account_id,
                created_by=user_id,
                level=Level.ACCOUNT,
                offset=offset,
                limit=_CHUNK,
            )
            yield from chunk
            if len(chunk) < _CHUNK:
                return

    def _destination(self, wanted: Mapping[str, str | None], trigger: Trigger) -> str:
        url = _filled(wanted, "url")
        try:
            check_url_template(url, trigger)
            check_url(url, self.private_ranges)
        except ValueError as error:
            raise cannot_create(str(error)) from error
        return url

    def _entry(self, what: str, caller: Caller, subscription: Subscription) -> HistoryEntry:
        state = "active" if subscription.is_active else "inactive"
        return HistoryEntry(self.now(), what, f"{caller.name} by OBP's API", state)


def _filled(wanted: Mapping[str, str | None], name: str) -> str:
    """OBP stores an empty text; none of ours could ever match or go anywhere."""
    if not (value := wanted[name]):
        raise cannot_create(f"{name} is empty")
    return value


def _method(wanted: Mapping[str, str | None]) -> str:
    method = _filled(wanted, "http_method")
    if not _METHOD.fullmatch(method):
        raise cannot_create("http_method is no name of a method")
    return method


def _is_account_webhook(subscription: Subscription) -> bool:
    """Also one of our own API: OBP's endpoints show and switch it, and cannot change more."""
    return subscription.level is Level.ACCOUNT and subscription.trigger in ACCOUNT_TRIGGERS
