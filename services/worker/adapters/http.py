"""What our HTTP clients have in common: a pooled session, a timeout, no redirects, a gate, and what a failure means."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from shared.domain.outcomes import TryLater
from shared.runtime.tracing import note, span
from shared.store.gate import Report

CONNECTIONS = 16
_SECONDS_IN_TEXT = re.compile(r"(\d{1,6}) seconds?\b", re.ASCII)


class NotSentError(Exception):
    """The call did not reach the other side: nothing can have happened."""

    def try_later(self, who: str) -> TryLater:
        """As an outcome; `who` cannot be reached."""
        return TryLater(f"{who} cannot be reached ({self})")


class PausedError(NotSentError):
    """The call was not begun: nobody calls the other side for so long."""

    def __init__(self, after_seconds: float) -> None:
        super().__init__(f"nobody calls it for {after_seconds:.0f} s")
        self.after_seconds = after_seconds

    def try_later(self, who: str) -> TryLater:
        return TryLater(f"{who} is left alone ({self})", self.after_seconds, tried=False)


class NoAnswerError(Exception):
    """The call went out and no answer came back: it may have happened."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as far as we read it. `body` is the parsed JSON, None when it is not JSON, as from a proxy."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, key: str) -> Any:
        """The value under a key of a JSON object, None when there is none."""
        return self.body.get(key) if isinstance(self.body, dict) else None

    @property
    def retry_after_seconds(self) -> float | None:
        """What the other side asked us to wait, by header or in words; None when it named no whole seconds.

        ClearBank's 429 comes without the header: "Rate limit is exceeded. Try again in 30 seconds."
        """
        header = self.headers.get("Retry-After", "")
        named = header if header.isdecimal() else _SECONDS_IN_TEXT.search(str(self.get("message") or ""))
        if not named:
            return None
        return float(named) if isinstance(named, str) else float(named[1])


class Gate(Protocol):
    """Says, for all workers together, when the other side may be called; see shared.store.gate."""

    def seconds_to_wait(self) -> float: ...

    def report(self, report: Report, after_seconds: float | None = None) -> float: ...


class HttpClient:
    """Calls one base URL. Tokens are never sent to another host: redirects are not followed."""

    def __init__(self, base_url: str, timeout_seconds: float, gate: Gate | None = None) -> None:
        self._gate = gate
        self._base_url = base_url.rstrip("/")
        self._host = urlsplit(base_url).hostname or ""
        self._timeout_seconds = timeout_seconds
        self._session = requests.Session()
        self._session.trust_env = False
        adapter = HTTPAdapter(pool_maxsize=CONNECTIONS, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer, whatever its status. Raises NotSentError or NoAnswerError."""
        if self._gate is None:
            return self._call(method, path, headers, body, parameters)
        if wait_seconds := self._gate.seconds_to_wait():
            raise PausedError(wait_seconds)
        try:
            answer = self._call(method, path, headers, body, parameters)
        except (NotSentError, NoAnswerError):
            self._gate.report(Report.BAD)
            raise
        self._gate.report(_report_on(answer), answer.retry_after_seconds)
        return answer

    def _call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        parameters: Mapping[str, str] | None,
    ) -> Answer:
        """The other side is told nothing of our trace: a header that it does not know is one more thing to refuse."""
        attributes = {"http.request.method": method, "url.path": path}
        with span(f"call {self._host}", **attributes):
            answer = self._exchange(method, path, headers, body, parameters)
            note(**{"http.response.status_code": answer.status})
        return answer

    def _exchange(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        parameters: Mapping[str, str] | None,
    ) -> Answer:
        try:
            response = self._session.request(
                method,
                self._base_url + path,
                params=parameters,
                data=body,
                headers=dict(headers),
                timeout=self._timeout_seconds,
                allow_redirects=False,
            )
        except (requests.ConnectTimeout, requests.exceptions.InvalidURL) as error:
            raise NotSentError(type(error).__name__) from error
        except requests.ConnectionError as error:
            # A refused connection and an unknown host never carried the call; a reset one may have.
            if "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error):
                raise NotSentError(type(error).__name__) from error
            raise NoAnswerError(type(error).__name__) from error
        except requests.RequestException as error:
            raise NoAnswerError(type(error).__name__) from error
        return Answer(response.status_code, _parsed(response.content), response.headers)


def _report_on(answer: Answer) -> Report:
    """429 and 503 ask for time; any other answer below 500, a refusal too, is one of a side that is well."""
    if answer.status in (429, 503):
        return Report.SLOW_DOWN
    return Report.BAD if answer.status >= 500 else Report.GOOD


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw, parse_float=Decimal) if raw else None
    except ValueError:
        return None
