"""Some more of the failed deliveries that a person asked to have resent, at the pace that was asked for; those of one
millisecond go together.

A step is claimed before it begins, and the next may be claimed a second later: so the pace holds for all workers
together, however often they are rung for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.worker.hub_ports import Deliveries
from services.worker.ports import Clock
from shared.domain.hub.delivery import Delivery
from shared.domain.hub.delivery_states import DeliveryState
from shared.domain.hub.search import DeliveryQuery, Resend

_log = structlog.get_logger()

BETWEEN_STEPS = timedelta(seconds=1)
STEP_LEASE = timedelta(seconds=30)  # after which a step that its worker did not end is made anew
_PRECISION = timedelta(milliseconds=10)  # the due set knows milliseconds, the record knows more
MOST_OF_ONE_MOMENT = 10_000
_MOMENT = timedelta(milliseconds=1)  # the precision of the times by which the log is searched


class Resends(Protocol):
    """What was asked for, and how far it has come; see shared.store.resends."""

    def load(self, resend_id: str) -> Resend | None:
        """Raises CorruptRecordError."""
        ...

    def move(self, before: Resend, after: Resend, due_at: datetime | None) -> bool:
        """False when another worker moved it first and nothing was stored."""
        ...


class Search(Protocol):
    """The log of deliveries; see shared.store.delivery_search."""

    def following(self, query: DeliveryQuery, limit: int) -> tuple[Sequence[Delivery], datetime | None]:
        """The oldest `limit`, and the creation time up to which the log was gone through; None at its end."""
        ...


@dataclass(frozen=True, slots=True)
class ResendDesk:
    """What a step is given."""

    resends: Resends
    search: Search
    deliveries: Deliveries
    clock: Clock


def resend(resend_id: str, desk: ResendDesk) -> None:
    """One step. Cut off in the middle and done again, it resends nothing twice, though it counts too few."""
    known, now = desk.resends.load(resend_id), desk.clock.now()
    if known is None or known.finished_at or (known.stepped_at and now + _PRECISION < known.stepped_at + BETWEEN_STEPS):
        return
    job = replace(known, stepped_at=now)
    if not desk.resends.move(known, job, now + STEP_LEASE):
        return  # another worker makes this step
    found, until = _next_of(job, desk)
    resent = sum(_resent(delivery, job, now, desk) for delivery in found)
    after = replace(job, resent=job.resent + resent, looked_at_until=until, finished_at=None if until else now)
    if desk.resends.move(job, after, now + BETWEEN_STEPS if until else None) and after.finished_at:
        _log.info("resend finished", resend=job.id, counted=job.counted, resent=after.resent)


def _next_of(job: Resend, desk: ResendDesk) -> tuple[Sequence[Delivery], datetime | None]:
    """What goes in this step, and the moment after which the next one looks on.

    The last moment goes as a whole, so that no step comes back to one: what failed again meanwhile would be met there.
    """
    rest = _rest_of(job)
    found, until = desk.search.following(rest, job.per_second)
    if until is None:
        return found, None
    before = [delivery for delivery in found if delivery.created_at < until]
    of_it, _ = desk.search.following(replace(rest, created_from=until, created_until=until), MOST_OF_ONE_MOMENT)
    return [*before, *of_it], until


def _rest_of(job: Resend) -> DeliveryQuery:
    """What failed and was there when it was asked for, from where the last step ended."""
    query = job.query
    return replace(
        query,
        states=frozenset({DeliveryState.FAILED}),
        created_from=job.looked_at_until + _MOMENT if job.looked_at_until else query.created_from,
        created_until=min(query.created_until or job.created_at, job.created_at),
    )


def _resent(delivery: Delivery, job: Resend, now: datetime, desk: ResendDesk) -> bool:
    """Not what failed again since it was asked for. It is due now, and the sweeper rings for it."""
    if delivery.was_never_rendered:
        return False
    if delivery.last_tried_at and delivery.last_tried_at > job.created_at:
        return False
    return desk.deliveries.move(delivery.resent(now)) is not None
