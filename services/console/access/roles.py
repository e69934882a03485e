"""Every role there is, and where it can be held."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum


class Role(StrEnum):
    # Open Bank Project (OBP-API v5.1.0): names and reach are theirs.
    CREATE_WEBHOOK = "CanCreateWebhook"
    UPDATE_WEBHOOK = "CanUpdateWebhook"
    GET_WEBHOOKS = "CanGetWebhooks"
    CREATE_BANK_NOTIFICATION = "CanCreateAccountNotificationWebhookAtOneBank"
    CREATE_SYSTEM_NOTIFICATION = "CanCreateSystemAccountNotificationWebhook"
    # Ours.
    MANAGE_SUBSCRIPTIONS = "CanManageSubscriptions"
    SEND_TEST_WEBHOOK = "CanSendTestWebhook"
    READ_COMMUNICATIONS = "CanReadCommunications"
    RESEND_COMMUNICATIONS = "CanResendCommunications"


class Reach(Enum):
    """Where a role can be held."""

    BANK = "at a bank"
    SYSTEM = "for the whole system"
    EITHER = "at a bank or for the whole system"


REACH = {
    Role.CREATE_WEBHOOK: Reach.BANK,
    Role.UPDATE_WEBHOOK: Reach.BANK,
    Role.GET_WEBHOOKS: Reach.BANK,
    Role.CREATE_BANK_NOTIFICATION: Reach.BANK,
    Role.CREATE_SYSTEM_NOTIFICATION: Reach.SYSTEM,
    Role.MANAGE_SUBSCRIPTIONS: Reach.EITHER,
    Role.SEND_TEST_WEBHOOK: Reach.SYSTEM,
    Role.READ_COMMUNICATIONS: Reach.SYSTEM,
    Role.RESEND_COMMUNICATIONS: Reach.SYSTEM,
}


class UnknownGrantError(ValueError):
    """There is no such role, no such bank, or the role cannot be held there; the sentence tells what there is."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role and where it holds: at one bank, or, with `bank_id` "", for the whole system and at no bank."""

    role: Role
    bank_id: str = ""

    def __str__(self) -> str:
        return f"{self.role}@{self.bank_id}" if self.bank_id else self.role.value


def parse_grant(text: str, banks: Sequence[str]) -> Grant:
    """`ROLE` or `ROLE@BANK`. Raises UnknownGrantError."""
    name, separator, bank_id = text.partition("@")
    if name not in set(Role):
        raise UnknownGrantError(f"There is no role {name}: the roles are {', '.join(Role)}.")
    role = Role(name)
    wanted = Reach.BANK if separator else Reach.SYSTEM
    if REACH[role] not in (wanted, Reach.EITHER):
        form = f"{role}@BANK" if REACH[role] is Reach.BANK else role
        raise UnknownGrantError(f"{role} is held {REACH[role].value}: write {form}.")
    if separator and bank_id not in banks:
        raise UnknownGrantError(f"There is no bank {bank_id!r}: BANKS names {', '.join(banks) or 'none'}.")
    return Grant(role, bank_id)
