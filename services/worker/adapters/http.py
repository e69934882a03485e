"""What our HTTP clients have in common: a pooled session, a timeout, no redirects, and what a failure means."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import requests
from requests.adapters import HTTPAdapter

CONNECTIONS = 16


class NotSentError(Exception):
    """The call did not reach the other side: nothing can have happened."""


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
        """What the other side asked us to wait; None when it named no whole seconds."""
        header = self.headers.get("Retry-After", "")
        return float(header) if header.isdecimal() else None


class HttpClient:
    """Calls one base URL. Tokens are never sent to another host: redirects are not followed."""

    def __init__(self, base_url: str, timeout_seconds: float) -> None:
        self._base_url = base_url.rstrip("/")
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


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw, parse_float=Decimal) if raw else None
    except ValueError:
        return None
