"""Builds the signer from its settings. Nothing starts by being imported."""

import time
from collections.abc import Mapping

from flask import Flask
from prometheus_client import CollectorRegistry

from services.signer.app import CheckCaller, create_app
from services.signer.settings import read_settings
from shared.runtime.logs import configure_logging
from shared.runtime.settings import SettingsError, refuse_to_start
from shared.signing.caller_proof import CallerSecret, check


def build_app() -> Flask:
    """Ends the process with a sentence per fault when a setting is wrong."""
    try:
        settings = read_settings()
    except SettingsError as error:
        refuse_to_start(error.faults)
    configure_logging("signer", settings.log_level)
    return create_app(settings.key, caller_check(settings.caller), CollectorRegistry())


def caller_check(secret: CallerSecret) -> CheckCaller:
    def check_caller(method: str, path: str, body: bytes, headers: Mapping[str, str]) -> str | None:
        return check(secret, method, path, body, headers=headers, now_seconds=time.time())

    return check_caller
