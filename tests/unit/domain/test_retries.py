"""Waits grow, have chance in them, and end."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.retries import EFFECTS

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALMOST_ONE = 0.999999


def wait_seconds(attempts: int, jitter: float, after_seconds: float | None = None) -> float:
    due_at = EFFECTS.next_attempt_at(attempts, NOW, NOW, jitter, after_seconds)
    assert due_at is not None
    return (due_at - NOW).total_seconds()


@pytest.mark.parametrize(
    ("attempts", "longest_seconds"),
    [(1, 1), (2, 2), (3, 4), (4, 8), (9, 256), (10, 300), (11, 300), (1000, 300), (10**9, 300)],
)
def test_the_longest_wait_doubles_up_to_five_minutes(attempts: int, longest_seconds: int) -> None:
    assert wait_seconds(attempts, ALMOST_ONE) == pytest.approx(longest_seconds, rel=1e-3)


def test_chance_spreads_the_waits_and_none_is_shorter_than_half_a_second() -> None:
    assert wait_seconds(10, 0.0) == 0.5
    assert wait_seconds(10, 0.5) == 150


@pytest.mark.parametrize(("named", "waited"), [(0.0, 150.0), (10.0, 150.0), (600.0, 600.0)])
def test_the_other_sides_time_is_never_undercut(named: float, waited: float) -> None:
    assert wait_seconds(10, 0.5, named) == waited


def test_it_gives_up_when_the_next_attempt_would_be_later_than_a_day() -> None:
    now = NOW + timedelta(hours=24) - timedelta(seconds=150)

    assert EFFECTS.next_attempt_at(10, NOW, now, 0.5) == NOW + timedelta(hours=24)
    assert EFFECTS.next_attempt_at(10, NOW, now + timedelta(seconds=1), 0.5) is None
    assert EFFECTS.next_attempt_at(1, NOW, NOW, 0.5, 86_401) is None


@given(st.integers(1, 10**6), st.floats(0, ALMOST_ONE), st.none() | st.floats(0, 80_000))
def test_the_next_attempt_is_always_in_the_future(attempts: int, jitter: float, after_seconds: float | None) -> None:
    assert wait_seconds(attempts, jitter, after_seconds) >= max(0.5, (after_seconds or 0) - 1e-6)
