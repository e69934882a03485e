"""Builds the listener's real collaborators from its settings. Nothing starts by being imported."""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from flask import Flask
from prometheus_client import CollectorRegistry

from services.listener.acceptance import Desk, Metrics
from services.listener.app import create_app
from services.listener.clearbank import ClearBank, clearbank_blueprint
from services.listener.mambu import mambu_blueprint
from services.listener.obp import obp_blueprint
from services.listener.settings import ListenerSettings, read_settings
from services.listener.store_and_sign import StoreAndSign, Taken, Wanted
from services.listener.umm import umm_blueprint
from shared.messages import tasks
from shared.runtime.batching import Batcher, Deliver, at_once
from shared.runtime.envelope import EnvelopeTemplate
from shared.runtime.logs import configure_logging
from shared.runtime.settings import SettingsError, refuse_to_start
from shared.runtime.tracing import begin_tracing, span
from shared.signing.client import SignerClient
from shared.signing.digital_signature import verify
from shared.store.connection import connect
from shared.store.inbox import Inbox

# Two tries of either must fit into the request's deadline of 4 s.
STORE_TIMEOUT_SECONDS = 1.5
SIGNER_TIMEOUT_SECONDS = 1.5
LARGEST_BATCH = 64


@dataclass(frozen=True)
class Listener:
    """`app` has every door; `clearbank` and `taking` are what another door for ClearBank needs."""

    app: Flask
    clearbank: ClearBank
    taking: Batcher[Wanted, Taken]


def build(settings: ListenerSettings, deliver: Deliver = at_once) -> Listener:
    """The listener with everything real. `deliver` settles what ClearBank's webhooks wait for (see Batcher)."""
    terms = settings.store
    redis = connect(settings.redis_url, timeout_seconds=STORE_TIMEOUT_SECONDS, demand_durable=not terms.may_be_volatile)
    queue = tasks.QUEUE_OF[tasks.RECEIVE_WEBHOOK] if settings.broker_is_the_store else None
    inbox = Inbox(redis, queue, settings.sweep_idle_seconds, terms.replicas, terms.replica_timeout_ms)
    access = settings.signer
    signer = SignerClient(
        access.url, access.token, access.secret_key, key_id=access.key_id, timeout_seconds=SIGNER_TIMEOUT_SECONDS
    )
    registry = CollectorRegistry()
    desk = Desk(EnvelopeTemplate(tasks.RECEIVE_WEBHOOK).fill, settings.allowed_senders, Metrics(registry))
    clearbank = ClearBank(desk, lambda raw, signature: verify(raw, signature, settings.clearbank_public_keys))
    taking = Batcher(StoreAndSign(inbox.accept, signer.begin_nonces), LARGEST_BATCH, "clearbank", deliver)
    storing = Batcher(inbox.accept, LARGEST_BATCH, "store")  # apart: who needs no signature waits for no signer
    doors = [
        clearbank_blueprint(clearbank, taking.submit),
        mambu_blueprint(desk, storing.submit, settings.mambu_username, settings.mambu_password),
    ]
    if settings.umm:
        doors.append(umm_blueprint(desk, storing.submit, settings.umm))
    if settings.obp_tokens:
        doors.append(obp_blueprint(desk, storing.submit, settings.obp_tokens))
    app = create_app(doors, lambda: bool(redis.ping()), desk, registry)
    app.wsgi_app = _traced(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way to put something around it
    return Listener(app, clearbank, taking)


def _traced(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """One span per webhook. Not its path: the one of OBP's webhooks is a secret."""

    def traced(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with span("webhook received") if environ["PATH_INFO"].startswith("/webhooks/") else nullcontext():
            return app(environ, start_response)

    return traced


def configure() -> ListenerSettings:
    """Settings read and logging begun. Ends the process with a sentence per fault when a setting is wrong."""
    try:
        settings = read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)
    configure_logging("listener", settings.log_level)
    begin_tracing("listener")
    return settings


def build_app() -> Flask:
    """The listener for any WSGI server, all doors in Flask."""
    return build(configure()).app
