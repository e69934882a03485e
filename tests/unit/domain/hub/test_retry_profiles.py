"""When a delivery goes again: the plans as tables, and what holds for every plan."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.hub.retry_profiles import BACKOFF, HOURLY, RetryProfile, profile_of

START = datetime(2026, 1, 31, 12, tzinfo=UTC)


def plan(profile: RetryProfile, call_lasts: timedelta = timedelta()) -> list[timedelta]:
    """When each attempt begins, from the first on, when all fail after so long and chance adds nothing."""
    begun = [START]
    while (next_at := profile.next_attempt_at(len(begun), begun[-1], begun[-1] + call_lasts, 0.0)) is not None:
        begun.append(next_at)
    return [at - START for at in begun]


def test_backoff_makes_five_attempts_in_growing_intervals() -> None:
    begun = plan(BACKOFF)
    waits = [later - earlier for earlier, later in pairwise(begun)]
    assert len(begun) == 5
    assert waits == sorted(waits)
    assert len(set(waits)) == len(waits)


def test_hourly_posts_at_each_hour_up_to_three_days_after_the_first() -> None:
    assert plan(HOURLY) == [timedelta(hours=hour) for hour in range(73)]


def test_slow_failures_do_not_stretch_the_hourly_plan() -> None:
    assert plan(HOURLY, timedelta(seconds=30)) == plan(HOURLY)


def test_slow_failures_do_not_let_backoff_call_again_at_once() -> None:
    assert plan(BACKOFF, timedelta(seconds=15))[1] == BACKOFF.waits[0] + timedelta(seconds=15)


def test_a_plan_of_ones_own_makes_one_attempt_more_than_it_has_waits() -> None:
    assert plan(profile_of("", (1, 10))) == [timedelta(), timedelta(seconds=1), timedelta(seconds=11)]
    assert plan(profile_of("", ())) == [timedelta()]


def test_a_profile_that_does_not_exist_is_no_plan_of_ones_own() -> None:
    with pytest.raises(KeyError):
        profile_of("daily", (1,))


@given(st.integers(1, 4), st.floats(0, 10**9), st.floats(0, 0.999))
def test_what_the_receiver_asks_for_is_kept_but_not_for_ever(tries: int, asked: float, chance: float) -> None:
    without = BACKOFF.next_attempt_at(tries, START, START, chance)
    due = BACKOFF.next_attempt_at(tries, START, START, chance, asked)
    assert without is not None
    assert due is not None
    whole_plan = sum(BACKOFF.waits, timedelta())
    assert due >= without
    assert due >= START + min(timedelta(seconds=asked), whole_plan)
    assert due <= max(without, START + whole_plan)


@given(st.integers(1, 80), st.floats(0, 0.999), st.integers(0, 7200))
def test_no_attempt_lies_in_the_past(tries: int, chance: float, seconds: int) -> None:
    now = START + timedelta(seconds=seconds)
    for profile in (BACKOFF, HOURLY):
        due = profile.next_attempt_at(tries, START, now, chance)
        assert due is None or due >= now
