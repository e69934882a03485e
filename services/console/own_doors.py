"""The doors beside Open Bank Project's, with everything real behind them."""

import secrets
import uuid
from collections.abc import Callable
from datetime import datetime

from redis import Redis

from services.console.access.gatekeeper import Gatekeeper
from services.console.communications.deliveries_door import deliveries_door
from services.console.communications.desk import CommunicationsDesk
from services.console.communications.door import communications_door
from services.console.communications.log import Log
from services.console.communications.resending import Resending
from services.console.doors import Door
from services.console.settings import ConsoleSettings
from services.console.subscriptions.door import subscriptions_door
from services.console.subscriptions.register import Register
from services.console.subscriptions.trial import Trial
from services.console.v1.desk import Desk
from shared.runtime.celery_app import make_celery
from shared.runtime.publisher import Publisher
from shared.store.deliveries import Deliveries
from shared.store.delivery_search import DeliverySearch
from shared.store.idempotency import Idempotency
from shared.store.resends import Resends
from shared.store.subscriptions import Subscriptions


def own_doors(
    redis: Redis,
    settings: ConsoleSettings,
    gatekeeper: Gatekeeper,
    subscriptions: Subscriptions,
    now: Callable[[], datetime],
) -> list[Door]:
    deliveries, search = Deliveries(redis), DeliverySearch(redis)
    publisher = Publisher(make_celery(settings.broker_url))
    desk = Desk(gatekeeper)
    register = Register(subscriptions, settings.banks, settings.private_ranges, now, _new_id, secrets.token_bytes)
    log = Log(deliveries, search, now)
    resending = Resending(deliveries, search, Resends(redis), publisher, now, _new_id)
    return [
        subscriptions_door(desk, register, Trial(deliveries, publisher, now, _new_id)),
        deliveries_door(desk, log, resending),
        communications_door(CommunicationsDesk(gatekeeper), log, resending, Idempotency(redis)),
    ]


def _new_id() -> str:
    return str(uuid.uuid4())
