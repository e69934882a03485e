"""The two doors: nonce (takes integers, builds the answers itself) and request (takes the bytes of bank requests)."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, request
from prometheus_client import CollectorRegistry
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from services.signer.keys import KeyProvider
from services.signer.policy import RefusedError, checked_bank_request, nonce_answer, requested_bodies, requested_nonces
from services.signer.readiness import readiness_check
from services.signer.telemetry import Telemetry
from shared.runtime.health import health_blueprint
from shared.runtime.metrics import metrics_blueprint
from shared.signing.doors import BATCH_MEDIA_TYPE, MAX_CALL_BYTES, NONCE_PATH, REQUEST_PATH

# (method, path, body, headers) -> None when the caller is proved, else a reason code
CheckCaller = Callable[[str, str, bytes, Mapping[str, str]], str | None]
Answer = tuple[dict[str, Any], int]


class UnprovedCallerError(Exception):
    """The call carries no good proof of who sent it; holds the reason code, which the caller is not told."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def create_app(key: KeyProvider, check_caller: CheckCaller, registry: CollectorRegistry) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_CALL_BYTES
    telemetry = Telemetry(registry, key.key_id)
    app.register_blueprint(health_blueprint(readiness_check(key), "the key does not sign"))
    app.register_blueprint(metrics_blueprint(registry))
    _add_doors(app, key, check_caller, telemetry)
    _add_refusals(app, telemetry)
    return app


def _add_doors(app: Flask, key: KeyProvider, check_caller: CheckCaller, telemetry: Telemetry) -> None:
    def proved_body() -> bytes:
        body = request.get_data(cache=False)
        reason = check_caller(request.method, request.path, body, dict(request.headers))
        if reason is not None:
            raise UnprovedCallerError(reason)
        return body

    def sign_all(door: str, texts: list[bytes]) -> list[str]:
        started = time.perf_counter()
        signatures = [key.sign(text) for text in texts]
        telemetry.signed(door, _caller(), texts, time.perf_counter() - started)
        return signatures

    @app.post(NONCE_PATH)
    def nonce_door() -> dict[str, Any]:
        nonces, is_batch = requested_nonces(proved_body())
        texts = [nonce_answer(nonce) for nonce in nonces]
        signatures = sign_all("nonce", texts)
        pairs = zip(texts, signatures, strict=True)
        answers = [{"body": text.decode(), "signature": signature} for text, signature in pairs]
        return {"answers": answers} if is_batch else answers[0]

    @app.post(REQUEST_PATH)
    def request_door() -> dict[str, Any]:
        body = proved_body()
        if request.mimetype == BATCH_MEDIA_TYPE:
            return {"signatures": sign_all("request", requested_bodies(body))}
        return {"signature": sign_all("request", [checked_bank_request(body)])[0]}


def _add_refusals(app: Flask, telemetry: Telemetry) -> None:
    def refuse(status: int, reason: str, sentence: str) -> Answer:
        telemetry.refused(_caller(), request.path, reason, status)
        return {"errorMessage": sentence}, status

    @app.errorhandler(UnprovedCallerError)
    def unproved(error: UnprovedCallerError) -> Answer:
        return refuse(401, error.reason, "AUTHORIZATION ERROR")

    @app.errorhandler(RefusedError)
    def refused(error: RefusedError) -> Answer:
        return refuse(400, error.reason, error.sentence)

    @app.errorhandler(RequestEntityTooLarge)
    def too_large(_: RequestEntityTooLarge) -> Answer:
        return refuse(413, "too_large", f"A call may have at most {MAX_CALL_BYTES} bytes.")

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> Answer:
        return refuse(error.code or 500, "http", f"{error.name}.")


def _caller() -> str:
    return request.remote_addr or "unknown"
