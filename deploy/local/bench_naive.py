"""The yardstick of `make bench`, never part of the product: a webhook listener as one writes it first.

One Flask view does everything itself, one call after the other: verify, store with redis-py, `apply_async`, sign. It
answers correctly; it has no identity of webhooks, no conflict, no deadline, no log.
"""

import json
import os
from pathlib import Path

import redis
from celery import Celery
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from flask import Flask, Response, abort, request

from shared.runtime.server import serve
from shared.signing.digital_signature import load_public_keys, sign, verify

WORKERS, THREADS = os.cpu_count() or 1, 16


def build_app() -> Flask:
    app = Flask(__name__)
    store = redis.Redis.from_url(os.environ["REDIS_URL"])
    celery = Celery(broker=os.environ["REDIS_URL"])
    bank_keys = load_public_keys(Path(os.environ["CLEARBANK_PUBLIC_KEY_FILE"]).read_bytes())
    own_key = load_pem_private_key(Path(os.environ["SIGNING_KEY_FILE"]).read_bytes(), None)
    assert isinstance(own_key, RSAPrivateKey)  # noqa: S101

    @celery.task(name="naive", ignore_result=True)
    def work(webhook_id: str) -> None: ...

    @app.get("/readyz")
    def readyz() -> str:
        return "ready"

    @app.post("/webhooks/clearbank")
    def receive() -> Response:
        raw = request.get_data()
        if not verify(raw, request.headers.get("DigitalSignature"), bank_keys):
            abort(401)
        webhook = json.loads(raw)
        webhook_id = webhook["Payload"]["TransactionId"]
        if store.set(f"naive:{webhook_id}", raw, nx=True):
            work.apply_async((webhook_id,), queue="naive")
        answer = b'{"Nonce":%d}' % webhook["Nonce"]
        return Response(answer, 200, {"DigitalSignature": sign(own_key, answer)}, content_type="application/json")

    return app


if __name__ == "__main__":
    port = int(os.environ["LISTENER_PORT"])
    serve("deploy.local.bench_naive:build_app", "127.0.0.1", port, workers=WORKERS, threads=THREADS)
