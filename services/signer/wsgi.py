"""Builds the signer from its settings. Nothing starts by being imported."""

from flask import Flask
from prometheus_client import CollectorRegistry, Counter

from services.signer.app import create_app
from services.signer.credential_watch import CredentialWatch
from services.signer.doorkeeper import Doorkeeper
from services.signer.rate_limit import RateLimit
from services.signer.settings import read_callers_again, read_settings
from shared.runtime.logs import configure_logging
from shared.runtime.settings import SettingsError, refuse_to_start


def build_app() -> Flask:
    """Ends the process with a sentence per fault when a setting is wrong."""
    try:
        settings = read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)
    configure_logging("signer", settings.log_level)
    registry = CollectorRegistry()
    faults = Counter(
        "causeway_signer_credential_faults", "Credentials that could not be read again.", registry=registry
    )
    credentials = CredentialWatch(settings.callers, read_callers_again, faults.inc)
    credentials.start()
    doorkeeper = Doorkeeper(credentials, RateLimit(settings.calls_per_second))
    return create_app(settings.keyring, doorkeeper.admit, registry)
