"""Something that happened, as subscribers are told of it: one id for all of them, and one text."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.hub.triggers import Trigger

_OF_CAUSEWAY = uuid.uuid5(uuid.NAMESPACE_DNS, "events.causeway.invalid")


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessEvent:
    """`account_id` is the IBAN of our account at the bank, the loan's id for what happened to the loan alone, or "".

    `values` are the placeholders' (see triggers.placeholders_of) beside those that every event has; texts, amounts as
    "50.00". `payload` is the event's own JSON, the exact text, which goes out where a subscription has no template.
    """

    id: str
    trigger: Trigger
    bank_id: str
    occurred_at: datetime
    payload: str
    account_id: str = ""
    values: Mapping[str, str]

    @property
    def placeholders(self) -> Mapping[str, str]:
        """Every value that a template may name, by its name without braces."""
        return {
            **self.values,
            "EVENT_ID": self.id,
            "EVENT_NAME": self.trigger.value,
            "EVENT_TIME": self.occurred_at.isoformat(timespec="milliseconds"),
            "BANK_ID": self.bank_id,
            "ACCOUNT_ID": self.account_id,
        }


def event_id(trigger: Trigger, *origin: str) -> str:
    """A UUID in lower case; the same for the same trigger and origin, however often the event is met."""
    return str(uuid.uuid5(_OF_CAUSEWAY, "\x1f".join((trigger.value, *origin))))
