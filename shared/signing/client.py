"""Asks the signer. On urllib3, because `requests` costs more time per call than the signature itself."""

import base64
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout, connection_from_url
from urllib3.exceptions import HTTPError, ProtocolError

from shared.signing.caller_proof import CallerSecret, prove
from shared.signing.doors import BATCH_MEDIA_TYPE, NONCE_PATH, REQUEST_PATH
from shared.signing.unix_connection import unix_connections

FIRST_CLIENT_ERROR, FIRST_SERVER_ERROR, OK = 400, 500, 200


class SignerRefusedError(Exception):
    """The signer refused the call (4xx). The same call will be refused again."""


class SignerUnavailableError(Exception):
    """The signer did not answer in time, or not with a signature. The same call may be made again at any time."""


@dataclass(frozen=True)
class SignedAnswer:
    """The bytes to answer a webhook with, and the DigitalSignature header over them."""

    body: bytes
    signature: str


_Signed = TypeVar("_Signed", SignedAnswer, str)


class SignerClient:
    """Keep-alive connections to one signer; safe to share between threads, not across a fork.

    `url` is http://host:port or unix:/path/of/socket. Raises SignerRefusedError and SignerUnavailableError.
    """

    def __init__(
        self,
        url: str,
        token: str,
        secret_key: str,
        *,
        timeout_seconds: float = 2.0,
        connections: int = 8,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._secret = CallerSecret(token, secret_key)
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._pool = _connections_to(url, connections)

    def sign_nonces(self, nonces: Sequence[int], timeout_seconds: float | None = None) -> list[SignedAnswer]:
        """One signed answer per nonce, in their order; at most doors.MAX_NONCES_PER_CALL of them."""
        answer = self._call(NONCE_PATH, _json({"nonces": list(nonces)}), "application/json", timeout_seconds)
        return _read(
            lambda: [SignedAnswer(item["body"].encode(), item["signature"]) for item in answer["answers"]], len(nonces)
        )

    def sign_request(self, body: bytes, timeout_seconds: float | None = None) -> str:
        """The DigitalSignature header for a bank request with exactly this body."""
        answer = self._call(REQUEST_PATH, body, "application/json", timeout_seconds)
        return _read(lambda: [str(answer["signature"])], 1)[0]

    def sign_requests(self, bodies: Sequence[bytes], timeout_seconds: float | None = None) -> list[str]:
        """One DigitalSignature header per body, in their order; at most doors.MAX_BODIES_PER_CALL of them."""
        batch = _json({"bodies": [base64.b64encode(body).decode() for body in bodies]})
        answer = self._call(REQUEST_PATH, batch, BATCH_MEDIA_TYPE, timeout_seconds)
        return _read(lambda: [str(signature) for signature in answer["signatures"]], len(bodies))

    def close(self) -> None:
        self._pool.close()

    def _call(self, path: str, body: bytes, media_type: str, timeout_seconds: float | None) -> Any:
        response = self._send(path, body, media_type, timeout_seconds or self._timeout_seconds)
        if FIRST_CLIENT_ERROR <= response.status < FIRST_SERVER_ERROR:
            raise SignerRefusedError(f"The signer refused {path} with {response.status}: {_error_message(response)}")
        if response.status != OK:
            raise SignerUnavailableError(f"The signer answered {path} with {response.status}: try again later.")
        try:
            return response.json()
        except ValueError as error:
            raise SignerUnavailableError(f"The signer answered {path} with something that is not JSON.") from error

    def _send(self, path: str, body: bytes, media_type: str, timeout_seconds: float) -> BaseHTTPResponse:
        deadline = time.monotonic() + timeout_seconds
        try:
            return self._post(path, body, media_type, timeout_seconds)
        except ProtocolError as error:
            # A kept connection that the signer closed meanwhile; signing twice gives the same text.
            left_seconds = deadline - time.monotonic()
            if left_seconds <= 0:
                raise _unavailable(path, error) from error
        except HTTPError as error:
            raise _unavailable(path, error) from error
        try:
            return self._post(path, body, media_type, left_seconds)
        except HTTPError as error:
            raise _unavailable(path, error) from error

    def _post(self, path: str, body: bytes, media_type: str, timeout_seconds: float) -> BaseHTTPResponse:
        proof = prove(self._secret, "POST", path, body, now_seconds=self._clock())
        headers = {"Content-Type": media_type, **proof}
        timeout = Timeout(total=timeout_seconds)
        return self._pool.urlopen("POST", path, body, headers, retries=False, redirect=False, timeout=timeout)


def _connections_to(url: str, most: int) -> HTTPConnectionPool:
    if url.startswith("unix:"):
        return unix_connections("/" + url.removeprefix("unix:").lstrip("/"), most)
    return connection_from_url(url, maxsize=most)


def _unavailable(path: str, error: HTTPError) -> SignerUnavailableError:
    return SignerUnavailableError(f"The signer did not answer {path} ({type(error).__name__}): is it running?")


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _error_message(response: BaseHTTPResponse) -> str:
    try:
        return str(response.json()["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return "no reason given"


def _read(read: Callable[[], list[_Signed]], expected: int) -> list[_Signed]:
    try:
        found = read()
    except (KeyError, TypeError, AttributeError) as error:
        raise SignerUnavailableError(
            "The signer's answer has an unknown shape: are both sides of one version?"
        ) from error
    if len(found) != expected:
        raise SignerUnavailableError(f"The signer answered {len(found)} signatures for {expected} asked.")
    return found
