"""Who wants to know of an event? Each of them gets a delivery of it."""

from services.worker.handlers.office import Office
from shared.domain.corruption import CorruptRecordError
from shared.domain.events import EventPublished
from shared.domain.hub.announcement import Announcement
from shared.domain.hub.rendered import rendered
from shared.domain.outcomes import TryLater


def publish(announcement: Announcement, office: Office) -> EventPublished | TryLater:
    """Safe to do again: the same event and subscription make the same delivery, and a stored one stays as it is.

    Only new deliveries are rung for; should the ring be lost, they are due all the same.
    """
    event, now = announcement.event, office.clock.now()
    try:
        wanting = office.subscriptions.wanting(event)
    except CorruptRecordError as error:  # of a subscription: the event itself is sound, and waits for it to be mended
        return TryLater(str(error))
    for delivery in office.deliveries.begin([rendered(event, each, now) for each in wanting]):
        if not delivery.is_final:
            office.ring(delivery.id)
    return EventPublished()
