"""What happened to an event that subscribers are told of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventPublished:
    """A delivery is stored for each subscription that wants it."""
