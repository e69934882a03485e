"""Asks the signer. On urllib3, because `requests` costs more time per call than the signature itself."""

import base64
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, TypeVar

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout, connection_from_url
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from shared.signing.caller_proof import CallerSecret, prove
from shared.signing.doors import BATCH_MEDIA_TYPE, NONCE_PATH, REQUEST_PATH
from shared.signing.unix_connection import unix_connections

FIRST_CLIENT_ERROR, FIRST_SERVER_ERROR, OK, TOO_MANY_CALLS = 400, 500, 200, 429


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

    `url` is http://host:port or unix:/path/of/socket. `key_id` asks for one of the signer's keys, else the active one
    signs. Raises SignerRefusedError and SignerUnavailableError.
    """

    def __init__(
        self,
        url: str,
        token: str,
        secret_key: str,
        *,
        key_id: str = "",
        timeout_seconds: float = 2.0,
        connections: int = 8,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._secret = CallerSecret(token, secret_key)
        self._key_id = key_id
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._pool = _connections_to(url, connections)
        self._begun = self._pool._new_conn()  # as the pool makes them: urllib3 has no public way for TLS and Unix alike

    def sign_nonces(self, nonces: Sequence[int], timeout_seconds: float | None = None) -> list[SignedAnswer]:
        """One signed answer per nonce, in their order; at most doors.MAX_NONCES_PER_CALL of them."""
        answer = self._call(NONCE_PATH, _nonce_call(nonces), "application/json", timeout_seconds)
        return _signed_answers(answer, len(nonces))

    def begin_nonces(self, nonces: Sequence[int]) -> Callable[[], list[SignedAnswer]]:
        """The same in two steps, with other work between them: the call leaves now, the answers come when asked for.

        For one thread at a time, on a connection of its own. What goes wrong with that connection is cured by an
        ordinary call: signing twice gives the same text.
        """
        body = _nonce_call(nonces)
        try:
            self._begun.timeout = self._timeout_seconds
            self._begun.request("POST", NONCE_PATH, body, self._headers(NONCE_PATH, body, "application/json"))
        except (OSError, HTTPError, HTTPException):
            self._begun.close()
            return lambda: self.sign_nonces(nonces)
        return lambda: self._finish(nonces)

    def _finish(self, nonces: Sequence[int]) -> list[SignedAnswer]:
        try:
            response = self._begun.getresponse()
            status, text = response.status, response.data
        except (TimeoutError, ReadTimeoutError) as error:
            self._begun.close()
            raise _unavailable(NONCE_PATH, error) from error
        except (OSError, HTTPException, HTTPError):
            self._begun.close()
            return self.sign_nonces(nonces)
        return _signed_answers(_read_answer(NONCE_PATH, status, text), len(nonces))

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
        self._begun.close()

    def _call(self, path: str, body: bytes, media_type: str, timeout_seconds: float | None) -> Any:
        response = self._send(path, body, media_type, timeout_seconds or self._timeout_seconds)
        return _read_answer(path, response.status, response.data)

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
        headers = self._headers(path, body, media_type)
        timeout = Timeout(total=timeout_seconds)
        return self._pool.urlopen("POST", path, body, headers, retries=False, redirect=False, timeout=timeout)

    def _headers(self, path: str, body: bytes, media_type: str) -> dict[str, str]:
        proof = prove(self._secret, "POST", path, body, now_seconds=self._clock(), key_id=self._key_id)
        return {"Content-Type": media_type, **proof}


def _connections_to(url: str, most: int) -> HTTPConnectionPool:
    if url.startswith("unix:"):
        return unix_connections("/" + url.removeprefix("unix:").lstrip("/"), most)
    return connection_from_url(url, maxsize=most)


def _unavailable(path: str, error: Exception) -> SignerUnavailableError:
    return SignerUnavailableError(f"The signer did not answer {path} ({type(error).__name__}): is it running?")


def _nonce_call(nonces: Sequence[int]) -> bytes:
    """The body of a call to the nonce door."""
    return _json({"nonces": list(nonces)})


def _read_answer(path: str, status: int, text: bytes) -> Any:
    """The JSON of a good answer. Raises SignerRefusedError, SignerUnavailableError."""
    if FIRST_CLIENT_ERROR <= status < FIRST_SERVER_ERROR and status != TOO_MANY_CALLS:
        raise SignerRefusedError(f"The signer refused {path} with {status}: {_error_message(text)}")
    if status != OK:
        raise SignerUnavailableError(f"The signer answered {path} with {status}: try again later.")
    try:
        return json.loads(text)
    except ValueError as error:
        raise SignerUnavailableError(f"The signer answered {path} with something that is not JSON.") from error


def _signed_answers(answer: Any, expected: int) -> list[SignedAnswer]:
    """What the nonce door answered. Raises SignerUnavailableError when it is not so many signatures."""
    return _read(
        lambda: [SignedAnswer(item["body"].encode(), item["signature"]) for item in answer["answers"]], expected
    )


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _error_message(text: bytes) -> str:
    try:
        return str(json.loads(text)["errorMessage"])
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
