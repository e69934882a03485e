"""What `celery -A services.worker.celery_main` names, for workers and beat alike."""

import logging
from dataclasses import replace
from datetime import timedelta
from functools import cache

from celery import Celery, signals

from services.worker.bootstrap import build_office, store_of
from services.worker.handlers.office import Office
from services.worker.settings import WorkerSettings, read_settings
from services.worker.tasks import flows, inbound, sweeps
from services.worker.tasks.counted import CountedJournal
from shared.runtime import poison
from shared.runtime.celery_app import make_celery
from shared.runtime.heartbeat import Heart
from shared.runtime.logs import configure_logging
from shared.runtime.publisher import Publisher
from shared.runtime.settings import SettingsError, refuse_to_start
from shared.store.counts import Counts
from shared.store.durability import volatility
from shared.store.outbox import Outbox
from shared.store.poison import PoisonList
from shared.store.retention import Retention


def build(settings: WorkerSettings) -> Celery:
    """The application with every task registered. Each process makes its own connections at its first task."""
    app = make_celery(settings.broker_url, heart=Heart(settings.heartbeat_file))

    @cache
    def counts() -> Counts:
        return Counts(store_of(settings))

    def count(counter: str, *labels: str) -> None:
        counts().add(counter, *labels)

    @cache
    def office() -> Office:
        built = build_office(settings)
        return replace(built, journal=CountedJournal(built.journal, count))

    @cache
    def outbox() -> Outbox:
        return Outbox(store_of(settings))

    @cache
    def retention() -> Retention:
        return Retention(store_of(settings))

    @cache
    def poison_list() -> PoisonList:
        return PoisonList(store_of(settings))

    @poison.found.connect(weak=False)
    def set_aside(queue: str, reason: str, element: str, **_: object) -> None:
        poison_list().add(queue, reason, element)

    @signals.worker_process_shutdown.connect(weak=False)
    def tell_the_last_counts(**_: object) -> None:
        counts().tell()

    inbound.register(app, office, count)
    flows.register(app, office, count)
    keep = timedelta(days=settings.retention_days)
    sweeps.register(app, outbox, Publisher(app), settings.sweep_idle_seconds, retention, keep, count)
    return app


def main() -> Celery:
    """Read the settings or stop with one sentence per fault."""
    try:
        settings = read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)
    if not settings.store.may_be_volatile and (faults := volatility(store_of(settings))):
        refuse_to_start(faults)

    @signals.setup_logging.connect(weak=False)
    def set_up_logging(**_: object) -> None:
        configure_logging("worker", settings.log_level)
        # A sweep a second would bury every other line; the handlers say what was done.
        for name in ("celery.app.trace", "celery.worker.strategy", "celery.beat"):
            logging.getLogger(name).setLevel(logging.WARNING)

    return build(settings)


app = main()
