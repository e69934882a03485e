"""What happened to a message to the lender's staff."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addressed:
    """Who is told, and about which loan; both are encoded keys of Mambu, "" when unknown."""

    loan_key: str
    assignee_key: str


@dataclass(frozen=True, slots=True)
class NotificationSent:
    """The channel took it."""
