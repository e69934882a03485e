"""An event on its way to whoever wants it: stored with what brought it about, and published in its own time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from shared.domain import events as e
from shared.domain.flows import Flow, Step
from shared.domain.hub.event import BusinessEvent
from shared.domain.transitions import AnnouncementState as State


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement(Flow):
    """One per event. `about` is the flow's id, the bank's transaction id or the receipt's name that it tells of.

    Once published, its deliveries hold what goes out, so it lets go of the event's texts: there are several
    announcements to a payment, and they are kept for weeks.
    """

    STEPS: ClassVar[Mapping[Any, tuple[Step, ...]]] = {State.RECEIVED: (Step.PUBLISH,), State.PUBLISHED: ()}

    event: BusinessEvent
    about: str
    state: State = State.RECEIVED

    @classmethod
    def of(cls, event: BusinessEvent, about: str) -> Self:
        """A new announcement: the same event has the same id, however often it is met."""
        return cls(id=f"event:{event.id}", event=event, about=about)

    @property
    def references(self) -> tuple[str, ...]:
        """Not the account, nor the loan: a search gives the newest hundred flows, and those of the money itself must
        be among them."""
        return (self.about,) if self.about else ()

    def learned(self, event: e.Event) -> dict[str, Any]:
        match event:
            case e.EventPublished():
                return {"event": replace(self.event, payload="", values={})}
        return {}
