"""What the listener says when it does not take a webhook: a status, a sentence, a reason code."""

import json
from typing import NoReturn

import structlog

_log = structlog.get_logger()


class Refusal(Exception):
    """`sentence` goes to the sender, so it tells what was wrong and nothing else; `reason` is for us."""

    def __init__(self, status: int, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.reason, self.sentence = status, reason, sentence

    @property
    def body(self) -> bytes:
        """The answer's JSON."""
        return json.dumps({"errorMessage": self.sentence}).encode()


class Unavailable(Refusal):
    """Something of ours does not work, or not in time; the sender shall repeat."""

    def __init__(self, reason: str, cause: Exception) -> None:
        super().__init__(503, reason, "the webhook cannot be taken now, please repeat it later")
        self.__cause__ = cause


def refusal_of(error: Exception) -> Refusal:
    """What to say after any error on a webhook's way. One that nobody thought of is logged with its traceback."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, RecursionError | UnicodeEncodeError):
        return Refusal(400, "not_text", "the body is nested too deep or holds half a surrogate pair")
    _log.error("unexpected error", reason="unexpected", error=type(error).__name__, exc_info=error)
    return Refusal(500, "unexpected", "the webhook cannot be taken now, please repeat it later")


def refuse_origin(reason: str) -> NoReturn:
    """One answer for every doubt about the origin: a forger learns nothing from it."""
    raise Refusal(401, reason, "AUTHORIZATION ERROR")


def body_too_large(most_bytes: int) -> Refusal:
    return Refusal(413, "body_too_large", f"the body is larger than {most_bytes} bytes")


def require_json(content_type: str | None) -> None:
    """A sender that names another content type is misconfigured; one that names none is forgiven."""
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type and media_type != "application/json" and not media_type.endswith("+json"):
        raise Refusal(415, "content_type", "the Content-Type is not application/json")
