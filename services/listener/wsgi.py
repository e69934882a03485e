"""Builds the listener's real collaborators from its settings. Nothing starts by being imported."""

from flask import Flask
from prometheus_client import CollectorRegistry

from services.listener.acceptance import Desk, Metrics
from services.listener.app import create_app
from services.listener.clearbank import clearbank_blueprint
from services.listener.mambu import mambu_blueprint
from services.listener.settings import ListenerSettings, read_settings
from shared.messages import tasks
from shared.runtime.batching import Batcher
from shared.runtime.envelope import EnvelopeTemplate
from shared.runtime.logs import configure_logging
from shared.runtime.settings import SettingsError, refuse_to_start
from shared.signing.client import SignedAnswer, SignerClient
from shared.signing.digital_signature import verify
from shared.signing.doors import MAX_NONCES_PER_CALL
from shared.store.connection import connect
from shared.store.inbox import Inbox

# Two tries of either must fit into the request's deadline of 4 s.
STORE_TIMEOUT_SECONDS = 1.5
SIGNER_TIMEOUT_SECONDS = 1.5
LARGEST_STORE_BATCH = 64


def build(settings: ListenerSettings) -> Flask:
    """The application with everything real."""
    redis = connect(settings.redis_url, timeout_seconds=STORE_TIMEOUT_SECONDS)
    queue = tasks.QUEUE_OF[tasks.RECEIVE_WEBHOOK] if settings.broker_is_the_store else None
    inbox = Inbox(redis, queue, settings.sweep_idle_seconds)
    signer = SignerClient(settings.signer.url, settings.signer.token, settings.signer.secret_key)
    storing = Batcher(inbox.accept, LARGEST_STORE_BATCH, "store")
    signing: Batcher[int, SignedAnswer] = Batcher(
        lambda nonces: signer.sign_nonces(nonces, SIGNER_TIMEOUT_SECONDS), MAX_NONCES_PER_CALL, "signer"
    )
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    envelope = EnvelopeTemplate(tasks.RECEIVE_WEBHOOK)
    desk = Desk(storing.submit, envelope.fill, settings.allowed_senders, metrics)
    doors = (
        clearbank_blueprint(
            desk, lambda raw, signature: verify(raw, signature, settings.clearbank_public_keys), signing.submit
        ),
        mambu_blueprint(desk, settings.mambu_username, settings.mambu_password),
    )
    return create_app(doors, lambda: bool(redis.ping()), metrics, registry)


def build_app() -> Flask:
    """Ends the process with a sentence per fault when a setting is wrong."""
    try:
        settings = read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)
    configure_logging("listener", settings.log_level)
    return build(settings)
