"""The console's own API over stores in memory, and people with their roles."""

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from prometheus_client import CollectorRegistry
from werkzeug.test import Client, TestResponse

from services.console.access.caller import Caller
from services.console.access.gatekeeper import Gatekeeper
from services.console.api import create_app
from services.console.communications.deliveries_door import deliveries_door
from services.console.communications.desk import CommunicationsDesk
from services.console.communications.door import communications_door
from services.console.communications.log import Log
from services.console.communications.resending import Resending
from services.console.subscriptions.door import subscriptions_door
from services.console.subscriptions.register import Register
from services.console.subscriptions.trial import Trial
from services.console.v1.desk import Desk
from tests.builders.hub import BANK_ID
from tests.fakes.clock import FakeClock
from tests.fakes.hub_stores import FakeDeliveries, FakeDeliverySearch, FakeResends, FakeSubscriptions, HubSets
from tests.fakes.idempotency import FakeIdempotency
from tests.fakes.messages import FakePublisher

OTHER_BANK = "other-bank"
PEOPLE = {
    "ann": ("CanManageSubscriptions@causeway", "CanSendTestWebhook"),
    "bob": (f"CanManageSubscriptions@{OTHER_BANK}",),
    "root": (
        "CanManageSubscriptions",
        f"CanManageSubscriptions@{BANK_ID}",
        f"CanManageSubscriptions@{OTHER_BANK}",
        "CanSendTestWebhook",
    ),
    "reader": ("CanReadCommunications",),
    "resender": ("CanReadCommunications", "CanResendCommunications"),
    "nobody": (),
}


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    roles: frozenset[str]


class KnownPeople:
    """Everybody's token is the name with "-token" behind it."""

    def with_token(self, token: str) -> Person | None:
        name = token.removesuffix("-token")
        if token == name or name not in PEOPLE:
            return None
        return Person(f"{name}'s id", name, frozenset(PEOPLE[name]))


def caller(name: str) -> Caller:
    return Caller(f"{name}'s id", name, frozenset(PEOPLE[name]))


@dataclass
class Console:
    """`ask` as somebody; ids that it makes are 1, 2, 3 in the form of a UUID."""

    clock: FakeClock = field(default_factory=FakeClock)
    banks: Sequence[str] = (BANK_ID, OTHER_BANK)

    def __post_init__(self) -> None:
        sets = HubSets()
        self.subscriptions = FakeSubscriptions()
        self.deliveries = FakeDeliveries(self.clock, sets)
        self.resends, self.publisher = FakeResends(sets), FakePublisher()
        numbers = itertools.count(1)

        def new_id() -> str:
            return str(uuid.UUID(int=next(numbers)))

        desk, now = Desk(Gatekeeper(KnownPeople())), self.clock.now
        search = FakeDeliverySearch(self.deliveries)
        ranges = [ip_network("10.1.0.0/16")]
        register = Register(self.subscriptions, self.banks, ranges, now, new_id, lambda count: b"\x07" * count)
        log = Log(self.deliveries, search, now)
        resending = Resending(self.deliveries, search, self.resends, self.publisher, now, new_id)
        doors = [
            subscriptions_door(desk, register, Trial(self.deliveries, self.publisher, now, new_id)),
            deliveries_door(desk, log, resending),
            communications_door(CommunicationsDesk(Gatekeeper(KnownPeople())), log, resending, FakeIdempotency()),
        ]
        self.client: Client = create_app(doors, lambda: True, CollectorRegistry()).test_client()

    def ask(self, method: str, path: str, json: Any = None, who: str = "ann", **headers: str) -> TestResponse:
        shown = {"apikey": f"{who}-token"} | {name.replace("_", "-"): value for name, value in headers.items()}
        given: dict[str, Any] = {} if json is None else {"json": json}
        return self.client.open(path, method=method, headers=shown, **given)

    def now(self) -> datetime:
        return self.clock.now()


def faults_in(answer: TestResponse) -> dict[str, str]:
    """Reason by field."""
    assert answer.json is not None
    return {fault["field"]: fault["reason"] for fault in answer.json["errors"]}
