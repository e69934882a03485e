"""Answers of the bank: problem details for errors, JSON with two-decimal amounts for the rest."""

from typing import Any

from flask import Response

from sandbox.clearbank.wire import to_json


class Problem(Exception):
    """An error answer. `body` replaces the problem details where the bank answers in another shape."""

    def __init__(
        self,
        status: int,
        title: str = "",
        detail: str = "",
        errors: dict[str, list[str]] | None = None,
        body: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {title}")
        self.status = status
        self.body = _details(status, title, detail, errors) if body is None else body


def _details(status: int, title: str, detail: str, errors: dict[str, list[str]] | None) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    return body


def status_only(status: int) -> Problem:
    return Problem(status, body={"status": status})


def answer(body: Any, status: int = 200) -> Response:
    return Response(to_json(body), status, content_type="application/json")


def problem_answer(problem: Problem, *, status_as_text: bool) -> Response:
    """The CHAPS v6 contract writes `status` as text, the others as an integer."""
    body = dict(problem.body)
    if status_as_text and "title" in body:
        body["status"] = str(body["status"])
    is_details = "title" in body
    media_type = "application/problem+json" if is_details else "application/json"
    return Response(to_json(body), problem.status, content_type=media_type)
