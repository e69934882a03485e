"""Who is subscribed in a round, and how each of them behaves: some take all, in the end, and some take nothing.

All answer at the simulated sinks. The door faults of a plan make those that take all misbehave for a while.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.local.faults.records import Subscriber
from sandbox.player import HttpDoors
from shared.domain.hub.subscription import Level
from shared.domain.hub.triggers import Trigger

_FLAPPING, _DOWN, _LATE = "faults-flapping", "faults-down", "faults-late"
# Where a redirect points to; nothing may arrive there.
ELSEWHERE = "faults-elsewhere"
ROLE = "CanManageSubscriptions"
# More than any fault of a round takes: what is missed at last is missed for good.
_PATIENT_WAITS = (1,) * 10 + (3,) * 30
SHORT_WAITS = (1,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """`answer` is given for the whole round, a quick empty 200 without one; `asks` is what it asks for beside the rest
    of its subscription. `takes`: in the end it has taken everything, else nothing."""

    sink: str
    trigger: Trigger
    level: Level = Level.BANK
    asks: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)
    takes: bool = True


RECEIVERS = (
    Receiver(sink="faults-healthy", trigger=Trigger.ON_CREATE_TRANSACTION, asks={"signing_secret": "generate"}),
    Receiver(sink="faults-slow", trigger=Trigger.PAYMENT_SETTLED, level=Level.SYSTEM, answer={"delaySeconds": 0.3}),
    Receiver(sink="faults-verbose", trigger=Trigger.PAYMENT_SUBMITTED, answer={"bodyBytes": 1 << 20}),
    Receiver(sink=_FLAPPING, trigger=Trigger.ON_BALANCE_CHANGE),
    Receiver(
        sink=_DOWN,
        trigger=Trigger.ON_CREDIT_TRANSACTION,
        asks={"content_type": "application/xml", "template": '<credit id="{EVENT_ID}">{AMOUNT}</credit>'},
    ),
    Receiver(
        sink=_LATE,
        trigger=Trigger.REPAYMENT_POSTED,
        asks={"method": "PUT", "template": '{"event": "{EVENT_ID}", "loan": "{LOAN_ID}"}'},
    ),
    Receiver(
        sink="faults-redirecting",
        trigger=Trigger.PAYMENT_REJECTED,
        answer={"status": 302, "headers": {"Location": f"{{sinks}}/sink/{ELSEWHERE}"}},
        takes=False,
    ),
    Receiver(sink="faults-gone", trigger=Trigger.PAYMENT_RETURNED, answer={"status": 410}, takes=False),
    # One account with two credits: after five failures in a row it would be left alone for longer and longer.
    Receiver(
        sink="faults-broken",
        trigger=Trigger.ON_CREDIT_TRANSACTION,
        level=Level.ACCOUNT,
        answer={"status": 500},
        takes=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """How a receiver that takes all misbehaves for a while, so many times in a whole round: with at least `least`
    answers, with `most` in a whole round."""

    what: str
    sink: str
    answer: Mapping[str, Any]
    least: int
    most: int
    count: int


# After five failures in a row a receiver is left alone for half a minute, and twice as long after each that follows.
TROUBLES = (
    Trouble("500 now and then", _FLAPPING, {"status": 500}, least=2, most=3, count=6),
    Trouble("503 for a while", _FLAPPING, {"status": 503, "headers": {"Retry-After": "1"}}, least=2, most=20, count=3),
    Trouble("down", _DOWN, {"status": 500}, least=5, most=7, count=1),
    Trouble("taken and answered too late", _LATE, {"delaySeconds": 3.0}, least=2, most=3, count=6),
)


def subscribe(doors: HttpDoors, sinks_url: str, bank_id: str, watched_iban: str) -> list[Subscriber]:
    """Everybody, at the real API. `watched_iban` is for who listens to one account. Raises StoryError."""
    return [_subscribed(receiver, doors, sinks_url, bank_id, watched_iban) for receiver in RECEIVERS]


def _subscribed(receiver: Receiver, doors: HttpDoors, sinks_url: str, bank_id: str, watched_iban: str) -> Subscriber:
    if receiver.answer:
        doors.call("sinks", f"/_sandbox/sinks/{receiver.sink}", _with_address(receiver.answer, sinks_url))
    place = {
        "bank_id": "" if receiver.level is Level.SYSTEM else bank_id,
        "account_id": watched_iban if receiver.level is Level.ACCOUNT else "",
    }
    waits = _PATIENT_WAITS if receiver.takes else SHORT_WAITS
    wanted = {
        "name": receiver.sink,
        "level": receiver.level.value,
        "trigger": receiver.trigger.value,
        "url": f"{sinks_url}/sink/{receiver.sink}/{{EVENT_ID}}",
        "retry": {"waits_seconds": waits},
    }
    made = doors.call("api", "/v1/subscriptions", {**wanted, **place, **receiver.asks})
    return Subscriber(id=made["id"], sink=receiver.sink, trigger=receiver.trigger.value, takes=receiver.takes, **place)


def _with_address(answer: Mapping[str, Any], sinks_url: str) -> dict[str, Any]:
    headers = {name: value.replace("{sinks}", sinks_url) for name, value in answer.get("headers", {}).items()}
    return {**answer, "headers": headers}
