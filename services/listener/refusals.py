"""What the listener says when it does not take a webhook: a status, a sentence, a reason code."""

from typing import NoReturn

from flask import Response, jsonify, request


class Refusal(Exception):
    """`sentence` goes to the sender, so it tells what was wrong and nothing else; `reason` is for us."""

    def __init__(self, status: int, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.reason, self.sentence = status, reason, sentence

    def response(self) -> Response:
        answer = jsonify(errorMessage=self.sentence)
        answer.status_code = self.status
        if self.status == 401 and request.path.startswith("/webhooks/mambu"):
            answer.headers["WWW-Authenticate"] = 'Basic realm="causeway"'
        return answer


def refuse_origin(reason: str) -> NoReturn:
    """One answer for every doubt about the origin: a forger learns nothing from it."""
    raise Refusal(401, reason, "AUTHORIZATION ERROR")


def require_json() -> None:
    """A sender that names another content type is misconfigured; one that names none is forgiven."""
    if request.mimetype and not request.is_json:
        raise Refusal(415, "content_type", "the Content-Type is not application/json")
