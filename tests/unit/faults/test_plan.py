"""A round is made of its seed and size alone, and holds what it promises."""

from collections import Counter

import pytest

from deploy.local.faults.plan import Size, Strike, plan_round
from deploy.local.faults.stories import KINDS, Order

SIZES = [Size(), Size(seconds=20, load=0.05), Size(seconds=10, load=0.01)]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_same_seed_gives_the_same_round(size: Size) -> None:
    assert plan_round(7, size) == plan_round(7, size)
    assert plan_round(7, size) != plan_round(8, size)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_story_and_every_strike_has_its_turn_while_the_load_runs(size: Size) -> None:
    plan = plan_round(7, size)
    assert {story.kind for story in plan.stories} == set(KINDS)
    assert {strike.kind for strike in plan.strikes} == set(Strike)
    for timed in (plan.stories, plan.strikes, plan.door_faults):
        moments = [each.at_seconds for each in timed]
        assert moments == sorted(moments)
        assert moments[0] >= 0
        assert moments[-1] <= size.seconds


def test_a_whole_round_pays_at_least_five_hundred_orders() -> None:
    kinds = Counter(KINDS[story.kind] for story in plan_round(7, Size()).stories)
    payable = {kind: count for kind, count in kinds.items() if isinstance(kind, Order) and kind.is_payable}
    assert sum(payable.values()) >= 500


def test_the_store_stays_paused_for_twenty_seconds_in_a_whole_round_and_for_two_in_a_short_one() -> None:
    assert Size().pause_seconds == 20
    assert Size(seconds=20).pause_seconds == 2
