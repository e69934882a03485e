"""Where a task ends, whatever happened in it."""

from collections import Counter

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from structlog.testing import capture_logs

from services.worker.tasks.boundary import guarded


class Counted:
    """What was counted, and how often."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, ...]] = Counter()

    def __call__(self, *labels: str) -> None:
        self.counts[labels] += 1


@pytest.mark.parametrize("error", [ValueError("a defect"), ConnectionError("away"), SoftTimeLimitExceeded(100)])
def test_nothing_that_a_task_raises_gets_out_and_its_record_is_named(error: Exception) -> None:
    counted = Counted()

    @guarded("causeway.advance", counted)
    def fails(_flow_id: str) -> None:
        raise error

    with capture_logs() as lines:
        fails("disbursement:1")
    (line,) = lines
    assert (line["log_level"], line["event"], line["task"]) == ("error", "task failed", "causeway.advance")
    assert (line["record"], line["reason"], line["exc_info"]) == ("disbursement:1", type(error).__name__, True)
    assert counted.counts == {("tasks", "causeway.advance", "failed"): 1}


def test_a_task_that_is_done_is_counted_and_says_nothing() -> None:
    counted = Counted()
    worked_on: list[str] = []
    with capture_logs() as lines:
        guarded("causeway.advance", counted)(worked_on.append)("disbursement:1")
    assert worked_on == ["disbursement:1"]
    assert lines == []
    assert counted.counts == {("tasks", "causeway.advance", "done"): 1}


def test_a_task_without_an_id_is_guarded_too() -> None:
    counted = Counted()
    guarded("causeway.sweep", counted)(lambda: None)()
    assert counted.counts == {("tasks", "causeway.sweep", "done"): 1}


def test_a_worker_that_is_told_to_end_does() -> None:
    def ends() -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        guarded("causeway.sweep", Counted())(ends)()
