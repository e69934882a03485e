"""What `celery -A services.worker.celery_main` names, for workers and beat alike."""

import logging
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial

from celery import Celery, signals

from services.worker.bootstrap import build_dispatch, build_office, build_resend_desk, store_of
from services.worker.handlers.hub.dispatch import Dispatch
from services.worker.handlers.hub.resend import ResendDesk
from services.worker.handlers.office import Office
from services.worker.handlers.retire import Retirement
from services.worker.settings import WorkerSettings, read_settings
from services.worker.tasks import flows, hub, inbound, sweeps
from services.worker.tasks.counted_deliveries import CountedDeliveries
from services.worker.tasks.watched import WatchedJournal
from shared.runtime import poison
from shared.runtime.celery_app import make_celery
from shared.runtime.heartbeat import Heart
from shared.runtime.logs import configure_logging
from shared.runtime.publisher import Publisher
from shared.runtime.settings import SettingsError, refuse_to_start
from shared.runtime.tracing import begin_tracing, end_tracing
from shared.store.counts import Counts
from shared.store.deliveries import Deliveries
from shared.store.durability import volatility
from shared.store.outbox import Outbox
from shared.store.poison import PoisonList
from shared.store.retention import Retention

# Longer than a receipt waits and is told again; what became of the event, its deliveries tell.
ANNOUNCEMENTS_KEPT = timedelta(days=4)


def build(settings: WorkerSettings) -> Celery:
    """The application with every task registered. Each process makes its own connections at its first task."""
    app = make_celery(settings.broker_url, heart=Heart(settings.heartbeat_file))
    publisher = Publisher(app)

    @cache
    def counts() -> Counts:
        return Counts(store_of(settings))

    def count(counter: str, *labels: str) -> None:
        counts().add(counter, *labels)

    @cache
    def office() -> Office:
        built = build_office(settings, publisher)
        return replace(built, journal=WatchedJournal(built.journal, count))

    @cache
    def dispatch() -> Dispatch:
        built = build_dispatch(settings)
        return replace(built, deliveries=CountedDeliveries(built.deliveries, count))

    @cache
    def resend_desk() -> ResendDesk:
        return build_resend_desk(settings)

    @cache
    def outbox() -> Outbox:
        return Outbox(store_of(settings))

    @cache
    def retirements() -> tuple[Retirement, ...]:
        redis = store_of(settings)
        retention, deliveries = Retention(redis), Deliveries(redis)
        communications = timedelta(days=settings.hub.communication_retention_days)
        return (
            Retirement("receipts", retention.release_finished, timedelta(days=settings.retention_days)),
            Retirement("announcements", partial(retention.release_told, "event"), ANNOUNCEMENTS_KEPT),
            Retirement("notifications", partial(retention.release_told, "notification"), communications),
            Retirement("deliveries", deliveries.release_old, communications),
        )

    @cache
    def poison_list() -> PoisonList:
        return PoisonList(store_of(settings))

    @poison.found.connect(weak=False)
    def set_aside(queue: str, reason: str, element: str, **_: object) -> None:
        poison_list().add(queue, reason, element)

    @signals.worker_process_shutdown.connect(weak=False)
    @signals.worker_shutdown.connect(weak=False)  # of a worker whose pool is of threads
    def tell_the_last_counts(**_: object) -> None:
        counts().tell()
        end_tracing()

    inbound.register(app, office, count)
    flows.register(app, office, count)
    sweeps.register(app, outbox, publisher, settings.sweep_idle_seconds, retirements, count)
    hub.register(app, dispatch, resend_desk, publisher, settings.sweep_idle_seconds, count)
    return app


def main() -> Celery:
    """Read the settings or stop with one sentence per fault."""
    try:
        settings = read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)
    if not settings.store.may_be_volatile and (faults := volatility(store_of(settings))):
        refuse_to_start(faults)
    begin_tracing("worker")

    @signals.setup_logging.connect(weak=False)
    def set_up_logging(**_: object) -> None:
        configure_logging("worker", settings.log_level)
        # A sweep a second would bury every other line; the handlers say what was done.
        for name in ("celery.app.trace", "celery.worker.strategy", "celery.beat"):
            logging.getLogger(name).setLevel(logging.WARNING)

    return build(settings)


app = main()
