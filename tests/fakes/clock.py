"""Time that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class FakeClock:
    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def pass_time(self, **amount: float) -> None:
        """`pass_time(hours=24)`: the words of timedelta."""
        self._now += timedelta(**amount)

    def move_to(self, moment: datetime) -> None:
        """To a moment that is not in the past; one in the past changes nothing."""
        self._now = max(self._now, moment)
