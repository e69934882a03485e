"""Dates as searches name them: each stands for a stretch of time, a day for all of it, a moment for its millisecond.

Days and weeks are those of UTC, in which the dates of messages are told.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

_MILLISECOND, _DAY = timedelta(milliseconds=1), timedelta(days=1)
_TICK = timedelta(microseconds=1)
_MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Stretch:
    """Both ends count in; None is open."""

    begins: datetime | None = None
    ends: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        return (self.begins is None or self.begins <= moment) and (self.ends is None or moment <= self.ends)

    def within(self, other: "Stretch") -> "Stretch":
        """What both hold; it may end before it begins, and then holds nothing."""
        begins = max((each for each in (self.begins, other.begins) if each), default=None)
        ends = min((each for each in (self.ends, other.ends) if each), default=None)
        return Stretch(begins, ends)

    @property
    def is_empty(self) -> bool:
        return self.begins is not None and self.ends is not None and self.ends < self.begins


def stretch_of(text: str) -> Stretch:
    """YYYY-MM-DD, or a moment in ISO 8601, of UTC when it has no offset. Raises ValueError."""
    if len(text) == len("2026-01-31"):
        return _days(date.fromisoformat(text), 1)
    moment = datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    begins = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return Stretch(begins, begins + _MILLISECOND - _TICK)


def between(first: str, last: str) -> Stretch:
    """From the beginning of the one to the end of the other. Raises ValueError."""
    return Stretch(stretch_of(first).begins, stretch_of(last).ends)


def named_stretch(operator: str, text: str, today: date) -> Stretch | None:
    """What an operator makes of a date, None when it is none for dates. Raises ValueError when it is no date."""
    match operator:
        case "TODAY":
            return _days(today, 1)
        case "THIS_WEEK":
            return _days(today - timedelta(days=today.weekday()), 7)
        case "THIS_MONTH":
            first = today.replace(day=1)
            return Stretch(_midnight(first), _midnight((first + 31 * _DAY).replace(day=1)) - _TICK)
        case "THIS_YEAR":
            return Stretch(_midnight(date(today.year, 1, 1)), _midnight(date(today.year + 1, 1, 1)) - _TICK)
        case "LAST_DAYS":
            days = int(text)
            if not 0 < days <= _MOST_DAYS:
                raise ValueError("out of bounds")
            return Stretch(_midnight(today - (days - 1) * _DAY), _midnight(today + _DAY) - _TICK)
        case "ON" | "EQUALS" | "EQUALS_CASE_SENSITIVE":
            return stretch_of(text)
        case "AFTER" | "MORE_THAN":
            ends = stretch_of(text).ends
            return Stretch(begins=ends + _TICK if ends else None)
        case "AFTER_INCLUSIVE":
            return Stretch(begins=stretch_of(text).begins)
        case "BEFORE" | "LESS_THAN":
            begins = stretch_of(text).begins
            return Stretch(ends=begins - _TICK if begins else None)
        case "BEFORE_INCLUSIVE":
            return Stretch(ends=stretch_of(text).ends)
    return None


def _days(first: date, days: int) -> Stretch:
    return Stretch(_midnight(first), _midnight(first) + days * _DAY - _TICK)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
