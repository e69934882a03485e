"""The receivers of a round: each fault is one that its receiver gets over, and nobody is left alone for too long."""

from deploy.local.faults.receivers import RECEIVERS, SHORT_WAITS, TROUBLES
from deploy.local.faults.stories import KINDS, Credit
from shared.domain.hub.subscription import Level

FAILURES_THAT_CLOSE_A_GATE = 5


def test_only_who_takes_all_in_the_end_is_troubled() -> None:
    assert {trouble.sink for trouble in TROUBLES} <= {each.sink for each in RECEIVERS if each.takes}


def test_each_receiver_has_a_sink_of_its_own() -> None:
    assert len({each.sink for each in RECEIVERS}) == len(RECEIVERS)


def test_who_always_fails_has_too_few_events_to_be_left_alone() -> None:
    credits = sum(kind.count for kind in KINDS.values() if isinstance(kind, Credit) and kind.watched)
    (broken,) = (each for each in RECEIVERS if each.answer.get("status", 200) >= 500)
    assert broken.level is Level.ACCOUNT
    assert 0 < credits * (len(SHORT_WAITS) + 1) < FAILURES_THAT_CLOSE_A_GATE
