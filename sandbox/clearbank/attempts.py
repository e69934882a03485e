"""One attempt at one webhook: what is sent, and what counts as an answer."""

import json
import threading
import time
from dataclasses import dataclass

import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.clearbank.bank import Bank
from sandbox.clearbank.signatures import sign, verifies

TIMEOUT_SECONDS = 5.0  # later answers are ignored
REASONS = ("Connection", "Timeout", "HTTP", "Non-repudiation", "Payload / Response Format")


@dataclass(frozen=True)
class Attempt:
    """How it went; `reason` is empty when the answer counts."""

    at: float
    reason: str
    milliseconds: int
    status: int | None = None
    answer: str = ""
    signature_ok: bool = False
    nonce_ok: bool = False


class Courier:
    """Posts webhooks to the client and judges its answers. Safe to use from many threads."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._threads = threading.local()
        self._strange_key: rsa.RSAPrivateKey | None = None

    def carry(self, body: bytes, nonce: int, headers: dict[str, str], signature: str = "good") -> Attempt:
        """`signature` is one of good, forged, missing, of_other_body."""
        headers = {"Content-Type": "application/json", **headers, **self._signed(body, signature)}
        started, at = time.monotonic(), time.time()
        try:
            response = self._session().post(
                self._bank.settings.webhook_url,
                data=body,
                headers=headers,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.Timeout:
            return Attempt(at, "Timeout", _since(started))
        except requests.RequestException:
            return Attempt(at, "Connection", _since(started))
        return self._judged(response, nonce, at, _since(started))

    def _session(self) -> requests.Session:
        if not hasattr(self._threads, "session"):
            self._threads.session = requests.Session()
            self._threads.session.trust_env = False  # no proxy stands between the bank and its client
        session: requests.Session = self._threads.session
        return session

    def _judged(self, response: requests.Response, nonce: int, at: float, milliseconds: int) -> Attempt:
        signature_ok = verifies(response.content, response.headers.get("DigitalSignature", ""), self._bank.client_key)
        nonce_ok = _nonce_in(response.content) == nonce
        is_json = response.headers.get("Content-Type", "").split(";")[0].strip().lower() == "application/json"
        if milliseconds >= TIMEOUT_SECONDS * 1000:
            reason = "Timeout"
        elif response.status_code != requests.codes.ok:
            reason = "HTTP"
        elif not signature_ok:
            reason = "Non-repudiation"
        else:
            reason = "" if nonce_ok and is_json else "Payload / Response Format"
        return Attempt(at, reason, milliseconds, response.status_code, response.text, signature_ok, nonce_ok)

    def _signed(self, body: bytes, signature: str) -> dict[str, str]:
        if signature == "missing":
            return {}
        if signature == "forged":
            return {"DigitalSignature": sign(body, self._stranger())}
        signed = body + b" " if signature == "of_other_body" else body
        return {"DigitalSignature": sign(signed, self._bank.signing_key)}

    def _stranger(self) -> rsa.RSAPrivateKey:
        if self._strange_key is None:
            self._strange_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return self._strange_key


def _nonce_in(answer: bytes) -> int | None:
    """The exact integer of `{"Nonce": n}`, and nothing else that looks like it."""
    try:
        body = json.loads(answer)
    except ValueError:
        return None
    nonce = body.get("Nonce") if isinstance(body, dict) else None
    return nonce if isinstance(nonce, int) and not isinstance(nonce, bool) else None


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
