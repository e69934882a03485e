import pytest
from kombu.exceptions import OperationalError

from shared.messages import tasks
from shared.runtime.celery_app import HARD_TIME_LIMIT_SECONDS, make_celery
from shared.runtime.publisher import Publisher, PublishError

APP = make_celery("memory://")


def test_a_message_is_hidden_for_longer_than_a_task_may_run_wherever_celery_looks() -> None:
    options = APP.conf.broker_transport_options
    assert options["visibility_timeout"] == APP.conf.visibility_timeout > HARD_TIME_LIMIT_SECONDS
    assert APP.conf.task_time_limit == HARD_TIME_LIMIT_SECONDS > APP.conf.task_soft_time_limit


def test_a_message_stays_until_its_work_is_done_even_when_the_worker_dies() -> None:
    assert APP.conf.task_acks_late
    assert APP.conf.task_reject_on_worker_lost
    assert APP.conf.worker_prefetch_multiplier == 1


def test_recovery_looks_as_often_as_we_say() -> None:
    options = APP.conf.broker_transport_options
    assert (options["unacked_restore_interval"], options["unacked_restore_throttle"]) == (60, 1)


def test_the_broker_is_never_waited_for_without_end() -> None:
    options = APP.conf.broker_transport_options
    assert 0 < options["socket_connect_timeout"] <= options["socket_timeout"] <= 60


def test_only_json_travels_and_no_result_is_kept() -> None:
    assert APP.conf.accept_content == ["json"]
    assert APP.conf.task_serializer == "json"
    assert APP.conf.task_ignore_result


def test_a_queue_that_is_not_on_the_page_is_refused() -> None:
    with pytest.raises(KeyError):
        APP.send_task(tasks.SWEEP, queue="mistyped")


def test_a_sweep_that_waited_too_long_is_dropped() -> None:
    app = make_celery("memory://", sweep_every_seconds=2.5)
    (entry,) = app.conf.beat_schedule.values()
    assert (entry["task"], entry["schedule"]) == (tasks.SWEEP, 2.5)
    assert entry["options"]["expires"] > entry["schedule"]


class _NoBroker:
    def send_task(self, *_: object, **__: object) -> None:
        raise OperationalError("connection refused")


def test_a_broker_that_is_away_is_told_to_the_caller() -> None:
    with pytest.raises(PublishError, match=r"causeway\.sweep: connection refused"):
        Publisher(_NoBroker()).enqueue(tasks.SWEEP, "id")
