"""The signer's application with a test key, and a caller that proves itself as the real ones do."""

import time
from collections.abc import Mapping

from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry
from werkzeug.test import TestResponse

from services.signer.app import create_app
from services.signer.keys import FileKey, KeyProvider
from services.signer.wsgi import caller_check
from shared.signing.caller_proof import CallerSecret, prove
from tests.unit.signing.keys import private_key

SECRET = CallerSecret("caller-token", "caller-secret-key")
KEY = FileKey(private_key("ours"))


def signer(key: KeyProvider = KEY) -> FlaskClient:
    return create_app(key, caller_check(SECRET), CollectorRegistry()).test_client()


def call(
    client: FlaskClient, path: str, body: bytes, media_type: str = "application/json", **headers: str
) -> TestResponse:
    """A proved call; `headers` replace or add."""
    proved: Mapping[str, str] = prove(SECRET, "POST", path, body, now_seconds=time.time())
    return client.post(path, data=body, headers={"Content-Type": media_type, **proved, **headers})
