"""The signer's application with test keys, and callers that prove themselves as the real ones do."""

import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry
from werkzeug.test import TestResponse

from services.signer.app import create_app
from services.signer.callers import BOTH_DOORS, Caller
from services.signer.credential_watch import CredentialWatch
from services.signer.doorkeeper import Doorkeeper
from services.signer.keyring import Keyring
from services.signer.keys import KeyProvider
from services.signer.providers.memory import MemoryKey
from services.signer.rate_limit import RateLimit
from shared.signing.caller_proof import CallerSecret, prove
from shared.signing.doors import NONCE_PATH, REQUEST_PATH
from tests.unit.signing.keys import private_key

SECRET = CallerSecret("caller-token", "caller-secret-key")
LISTENER_SECRET = CallerSecret("listener-token", "listener-secret-key")
WORKER_SECRET = CallerSecret("worker-token", "worker-secret-key")
KEY = MemoryKey("file", private_key("ours"))
NEXT_KEY = MemoryKey("file", private_key("next"))


def a_caller(secret: CallerSecret, name: str, *doors: str) -> Caller:
    return Caller(name, frozenset(doors) or BOTH_DOORS, (secret.token,), (secret.secret_key,))


BOTH = a_caller(SECRET, "both")
APART = (a_caller(LISTENER_SECRET, "listener", NONCE_PATH), a_caller(WORKER_SECRET, "worker", REQUEST_PATH))


def signer(
    *keys: KeyProvider, callers: Sequence[Caller] = (BOTH,), calls_per_second: int = 1000, active_id: str = ""
) -> FlaskClient:
    keyring = Keyring(keys or (KEY,), active_id)
    doorkeeper = Doorkeeper(CredentialWatch(callers, lambda: callers), RateLimit(calls_per_second))
    return create_app(keyring, doorkeeper.admit, CollectorRegistry()).test_client()


def call(
    client: FlaskClient,
    path: str,
    body: bytes,
    media_type: str = "application/json",
    *,
    secret: CallerSecret = SECRET,
    key_id: str = "",
    headers: Mapping[str, str] = MappingProxyType({}),
) -> TestResponse:
    """A proved call; `headers` replace or add."""
    proved = prove(secret, "POST", path, body, now_seconds=time.time(), key_id=key_id)
    return client.post(path, data=body, headers={"Content-Type": media_type, **proved, **headers})


def counted_refusals(client: FlaskClient, reason: str) -> float:
    """How many calls `/metrics` says were refused for this reason."""
    start = f'causeway_signer_refusals_total{{reason="{reason}"}} '
    lines = [line for line in client.get("/metrics").text.splitlines() if line.startswith(start)]
    return float(lines[0].removeprefix(start)) if lines else 0.0
