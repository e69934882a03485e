"""Logs: one JSON line per event on standard output, secrets and account numbers masked."""

import json
import logging
import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

MASK = "***"
SHORTEST_SHOWN = 8  # characters; four of a shorter text would show half of it
_SECRET_KEY = re.compile(
    r"token|passw|authorization|secret|signature|credential|cookie|proof|api[_-]?key|private_?key|signing_?key"
    r"|webhook_?url",
    re.IGNORECASE,
)
# Upper case only: a lower-case match would mask digests and Mambu's encoded keys. A BBAN is an IBAN from position 5.
_ACCOUNT_NUMBER = re.compile(
    r"\b(?:[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}"
    r"|[A-Z]{2}[0-9]{2}(?: [A-Z0-9]{4}){3,7}(?: [A-Z0-9]{1,3})?"
    r"|[A-Z]{4}[0-9]{14})\b"
)
_SHORTEST_ACCOUNT_NUMBER = 15
_JSON = json.JSONEncoder(default=str)  # made once: json.dumps with a default makes one per line


def configure_logging(service: str, level: str = "INFO") -> None:
    """Send structlog's and the standard library's logs of this process to standard output as JSON lines.

    Fields of every line: timestamp (UTC), level, event, service; by convention `reason` holds a reason code.
    """

    def add_service(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {"service": service, **event}

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_service,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask_secrets,
    ]
    number = logging.getLevelNamesMapping()[level]
    structlog.configure(
        processors=[*shared, _render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(),  # a line and its end in one write
        cache_logger_on_first_use=True,  # a logger put together anew for each line costs more than the line
    )
    _send_standard_logs_the_same_way(shared, number)


def _send_standard_logs_the_same_way(shared: list[Processor], level: int) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _render,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)


def _render(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return _JSON.encode(event)


def mask_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask values under keys that look secret, and account numbers down to their last 4 characters, at any depth."""
    return {key: _masked(key, value) for key, value in event.items()}


def _masked(key: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if _is_secret(key):
        return MASK
    if isinstance(value, str):
        return _masked_text(key, value)
    if isinstance(value, Mapping):
        return {inner: _masked(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(key, item) for item in value]
    if isinstance(value, int | float):
        return value
    return _masked_text(key, f"<{len(value)} bytes>" if isinstance(value, bytes) else str(value))


@lru_cache(1024)
def _is_secret(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None


@lru_cache(1024)
def _is_iban(key: str) -> bool:
    return "iban" in key.lower()


def _masked_text(key: str, text: str) -> str:
    if _is_iban(key):
        return _last_four(text)
    return text if len(text) < _SHORTEST_ACCOUNT_NUMBER else _ACCOUNT_NUMBER.sub(_last_four_of, text)


def _last_four(text: str) -> str:
    compact = text.replace(" ", "")
    return f"{MASK}{compact[-4:]}" if len(compact) > SHORTEST_SHOWN else MASK


def _last_four_of(match: re.Match[str]) -> str:
    return _last_four(match.group())
