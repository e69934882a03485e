"""What `celery -A services.worker.celery_main` names, for workers and beat alike."""

import logging
from functools import cache

from celery import Celery, signals

from services.worker.bootstrap import STORE_TIMEOUT_SECONDS, build_office
from services.worker.handlers.office import Office
from services.worker.settings import WorkerSettings, read_settings
from services.worker.tasks import flows, inbound, sweeps
from shared.runtime.celery_app import make_celery
from shared.runtime.logs import configure_logging
from shared.runtime.publisher import Publisher
from shared.runtime.settings import SettingsError, refuse_to_start
from shared.store.connection import connect
from shared.store.outbox import Outbox


def build(settings: WorkerSettings) -> Celery:
    """The application with every task registered. Each process makes its own connections at its first task."""
    app = make_celery(settings.broker_url)

    @cache
    def office() -> Office:
        return build_office(settings)

    @cache
    def outbox() -> Outbox:
        return Outbox(connect(settings.redis_url, timeout_seconds=STORE_TIMEOUT_SECONDS))

    inbound.register(app, office)
    flows.register(app, office)
    sweeps.register(app, outbox, Publisher(app), settings.sweep_idle_seconds)
    return app


def main() -> Celery:
    """Read the settings or stop with one sentence per fault."""
    try:
        settings = read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)

    @signals.setup_logging.connect(weak=False)
    def set_up_logging(**_: object) -> None:
        configure_logging("worker", settings.log_level)
        # A sweep a second would bury every other line; the handlers say what was done.
        for name in ("celery.app.trace", "celery.worker.strategy", "celery.beat"):
            logging.getLogger(name).setLevel(logging.WARNING)

    return build(settings)


app = main()
