"""What may be signed: two shapes only, a webhook's answer and a bank request, and no text is both."""

import base64
import json
from typing import Any

from shared.signing.doors import MAX_BODIES_PER_CALL, MAX_NONCES_PER_CALL

SMALLEST_NONCE, LARGEST_NONCE = -(2**63), 2**63 - 1
NONCE_KEY = "nonce"


class RefusedError(Exception):
    """The call asks for something that may not be signed: a reason code, and a sentence for the caller."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


def requested_nonces(call: bytes) -> tuple[list[int], bool]:
    """The nonces of a call to the nonce door, and whether it was a batch. Raises RefusedError."""
    document = _parse(call)
    if not isinstance(document, dict) or set(document) not in ({"nonce"}, {"nonces"}):
        raise RefusedError("nonce_shape", 'The body must be {"nonce": integer} or {"nonces": [integers]}.')
    if "nonce" in document:
        return [_checked_nonce(document["nonce"])], False
    return [_checked_nonce(nonce) for nonce in _batch(document["nonces"], MAX_NONCES_PER_CALL)], True


def nonce_answer(nonce: int) -> bytes:
    """The one body that answers a webhook. The key is `Nonce`, though one sentence of ClearBank's docs has `nonce`."""
    return b'{"Nonce":%d}' % nonce


def requested_bodies(call: bytes) -> list[bytes]:
    """The bank requests of a batch call, each of them checked. Raises RefusedError."""
    document = _parse(call)
    if not isinstance(document, dict) or set(document) != {"bodies"}:
        raise RefusedError("batch_shape", 'A batch must be {"bodies": [texts in Base64]}.')
    return [checked_bank_request(_decoded(body)) for body in _batch(document["bodies"], MAX_BODIES_PER_CALL)]


def checked_bank_request(body: bytes) -> bytes:
    """The body itself when it is a JSON object and cannot pass for a webhook's answer. Raises RefusedError."""
    document = _parse(body)
    if not isinstance(document, dict):
        raise RefusedError("request_shape", "A bank request must be a JSON object.")
    if document and all(key.casefold() == NONCE_KEY for key in document):
        raise RefusedError("request_is_nonce", "A webhook's answer is signed at the nonce door only.")
    return body


def _parse(raw: bytes) -> Any:
    """JSON as the standard has it: UTF-8, no repeated keys (readers disagree about them), no NaN."""
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise RefusedError("not_json", "The body must be JSON in UTF-8, without repeated keys.") from error


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("repeated key")
    return document


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _checked_nonce(nonce: Any) -> int:
    if type(nonce) is not int or not SMALLEST_NONCE <= nonce <= LARGEST_NONCE:
        raise RefusedError("nonce_value", "A nonce must be an integer of at most 64 bits.")
    return nonce


def _batch(items: Any, most: int) -> list[Any]:
    if not isinstance(items, list) or not 1 <= len(items) <= most:
        raise RefusedError("batch_size", f"A batch must be a list of 1 to {most} items.")
    return items


def _decoded(body: Any) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except (TypeError, ValueError) as error:
        raise RefusedError("batch_base64", "Every body of a batch must be text in standard Base64.") from error
