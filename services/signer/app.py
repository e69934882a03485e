"""The two doors: nonce (takes integers, builds the answers itself) and request (takes the bytes of bank requests)."""

import base64
import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, g, request
from prometheus_client import CollectorRegistry
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from services.signer.doorkeeper import TooManyCallsError, UnprovedCallerError
from services.signer.keyring import Keyring
from services.signer.keys import KeyUnavailableError
from services.signer.policy import RefusedError, checked_bank_request, nonce_answer, requested_bodies, requested_nonces
from services.signer.readiness import Readiness
from services.signer.telemetry import Telemetry
from shared.runtime.health import health_blueprint
from shared.runtime.metrics import metrics_blueprint
from shared.signing.caller_proof import KEY_HEADER
from shared.signing.doors import BATCH_MEDIA_TYPE, MAX_CALL_BYTES, NONCE_PATH, REQUEST_PATH

# (method, path, body, headers) -> the caller's name; raises UnprovedCallerError, TooManyCallsError
Admit = Callable[[str, str, bytes, Mapping[str, str]], str]
Answer = tuple[dict[str, Any], int]


def create_app(keyring: Keyring, admit: Admit, registry: CollectorRegistry) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_CALL_BYTES
    telemetry = Telemetry(registry)
    app.register_blueprint(health_blueprint(Readiness(keyring, telemetry), "the key does not sign"))
    app.register_blueprint(metrics_blueprint(registry))
    _add_doors(app, keyring, admit, telemetry)
    _add_refusals(app, telemetry)
    return app


def _add_doors(app: Flask, keyring: Keyring, admit: Admit, telemetry: Telemetry) -> None:
    def admitted_body() -> bytes:
        body = request.get_data(cache=False)
        g.caller = admit(request.method, request.path, body, dict(request.headers))
        return body

    def sign_all(door: str, texts: list[bytes]) -> list[str]:
        key = keyring.find(request.headers.get(KEY_HEADER, ""))
        digests = [hashlib.sha256(text).digest() for text in texts]
        started = time.perf_counter()
        try:
            signatures = key.sign_all(digests)
        except KeyUnavailableError as error:
            telemetry.not_signed(door, g.caller, key, error.reason, str(error))
            raise
        telemetry.signed(door, g.caller, key, digests, time.perf_counter() - started)
        return [base64.b64encode(signature).decode() for signature in signatures]

    @app.post(NONCE_PATH)
    def nonce_door() -> dict[str, Any]:
        nonces, is_batch = requested_nonces(admitted_body())
        texts = [nonce_answer(nonce) for nonce in nonces]
        signatures = sign_all("nonce", texts)
        pairs = zip(texts, signatures, strict=True)
        answers = [{"body": text.decode(), "signature": signature} for text, signature in pairs]
        return {"answers": answers} if is_batch else answers[0]

    @app.post(REQUEST_PATH)
    def request_door() -> dict[str, Any]:
        body = admitted_body()
        if request.mimetype == BATCH_MEDIA_TYPE:
            return {"signatures": sign_all("request", requested_bodies(body))}
        return {"signature": sign_all("request", [checked_bank_request(body)])[0]}


def _add_refusals(app: Flask, telemetry: Telemetry) -> None:
    def refuse(status: int, reason: str, sentence: str) -> Answer:
        caller, address = g.get("caller", "unknown"), request.remote_addr or "unknown"
        telemetry.refused(caller, address, request.path, reason, status)
        return {"errorMessage": sentence}, status

    @app.errorhandler(UnprovedCallerError)
    def unproved(error: UnprovedCallerError) -> Answer:
        g.caller = error.caller
        return refuse(401, error.reason, "AUTHORIZATION ERROR")

    @app.errorhandler(TooManyCallsError)
    def too_many(error: TooManyCallsError) -> Answer:
        g.caller = error.caller
        return refuse(429, "too_many_calls", "Too many calls in one second: try again in the next.")

    @app.errorhandler(RefusedError)
    def refused(error: RefusedError) -> Answer:
        return refuse(400, error.reason, error.sentence)

    @app.errorhandler(KeyUnavailableError)
    def not_signed(_: KeyUnavailableError) -> Answer:
        return {"errorMessage": "The key does not sign now: try again."}, 503

    @app.errorhandler(RequestEntityTooLarge)
    def too_large(_: RequestEntityTooLarge) -> Answer:
        return refuse(413, "too_large", f"A call may have at most {MAX_CALL_BYTES} bytes.")

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> Answer:
        return refuse(error.code or 500, "http", f"{error.name}.")
