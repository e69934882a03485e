"""Builds the API's real collaborators from its settings. Nothing starts by being imported."""

import uuid

from flask import Flask
from prometheus_client import CollectorRegistry

from services.console.access.gatekeeper import Gatekeeper
from services.console.api import create_app
from services.console.obp.desk import ObpDesk
from services.console.obp.door import obp_door
from services.console.obp.webhooks import Webhooks
from services.console.own_doors import own_doors
from services.console.settings import ConsoleSettings, read_settings
from shared.runtime.logs import configure_logging
from shared.runtime.settings import SettingsError, refuse_to_start
from shared.store.connection import StoreClock, connect
from shared.store.subscriptions import Subscriptions
from shared.store.users import Users

STORE_TIMEOUT_SECONDS = 3.0


def build(settings: ConsoleSettings) -> Flask:
    """The API with everything real."""
    redis = connect(
        settings.redis_url, timeout_seconds=STORE_TIMEOUT_SECONDS, demand_durable=not settings.store.may_be_volatile
    )
    now = StoreClock(redis).now  # deliveries are compared with it, which the workers date by the store's clock
    gatekeeper = Gatekeeper(Users(redis))
    subscriptions = Subscriptions(redis, settings.sealer)
    webhooks = Webhooks(subscriptions, settings.private_ranges, now, lambda: str(uuid.uuid4()))
    doors = [
        obp_door(ObpDesk(gatekeeper, settings.banks), webhooks),
        *own_doors(redis, settings, gatekeeper, subscriptions, now),
    ]
    return create_app(doors, lambda: bool(redis.ping()), CollectorRegistry())


def build_app() -> Flask:
    """Ends the process with a sentence per fault when a setting is wrong."""
    try:
        settings = read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)
    configure_logging("console", settings.log_level)
    return build(settings)
