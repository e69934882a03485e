"""Dates in requests: the offset must be the tenant's own on that very date (Mambu API v2, timezone offsets)."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.mambu.errors import invalid

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def tenant_date_time(value: Any, field: str, zone: ZoneInfo) -> datetime:
    """Raises Refusal 4 naming the right offset when another one, or none, was sent."""
    if not isinstance(value, str) or not _DATE_TIME.fullmatch(value):
        raise invalid(f"{field} must be like 2024-03-01T10:00:00+00:00")
    try:
        sent = datetime.fromisoformat(value)
    except ValueError as error:
        raise invalid(f"{field} is not a date that exists") from error
    wall = sent.replace(tzinfo=None)
    # Where the clock goes back an hour comes twice, with either offset.
    right = [wall.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1)]
    if sent.utcoffset() not in right:
        raise invalid(f"{field} must have the offset {_text(right[0])}, the organization's at {wall.isoformat()}")
    return sent


def plain_date(value: Any, field: str) -> date:
    """Raises Refusal 4."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise invalid(f"{field} must be a date like 2024-03-01")


def _text(offset: timedelta) -> str:
    sign, minutes = ("-" if offset < timedelta() else "+"), abs(offset) // timedelta(minutes=1)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"
