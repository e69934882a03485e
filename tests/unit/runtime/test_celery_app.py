import ssl

import pytest
from kombu.exceptions import OperationalError

from shared.messages import queues, tasks
from shared.runtime.celery_app import HARD_TIME_LIMIT_SECONDS, make_celery
from shared.runtime.publisher import Publisher, PublishError

APP = make_celery("memory://")


def queue_for(task: str, argument: str) -> str:
    """Where Celery would send it."""
    return str(APP.amqp.router.route({}, task, args=(argument,))["queue"].name)


def test_a_message_is_hidden_for_longer_than_a_task_may_run_wherever_celery_looks() -> None:
    options = APP.conf.broker_transport_options
    assert options["visibility_timeout"] == APP.conf.visibility_timeout > 2 * HARD_TIME_LIMIT_SECONDS
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


def test_a_notification_waits_in_a_queue_of_its_own() -> None:
    assert queue_for(tasks.ADVANCE, "notification:repayment:1:parked") == queues.MESSAGES
    assert queue_for(tasks.ADVANCE, "repayment:1") == queues.PAYMENTS
    assert queue_for(tasks.RECEIVE_WEBHOOK, "notification:1") == queues.INBOUND


def test_the_broker_we_are_given_is_the_one_we_use_whatever_the_command_line_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://127.0.0.1:1")
    app = make_celery("memory://")
    assert app.connection_for_write().transport_cls == app.connection_for_read().transport_cls == "memory"


def test_an_encrypted_broker_must_prove_who_it_is() -> None:
    with make_celery("rediss://broker:6379/0").connection_for_write() as connection:
        assert connection.ssl == {"ssl_cert_reqs": ssl.CERT_REQUIRED}


def test_each_kind_of_broker_gets_options_that_it_knows() -> None:
    amqp = make_celery("amqp://broker").conf.broker_transport_options
    assert amqp["confirm_publish"]
    assert not set(amqp) & set(APP.conf.broker_transport_options)


def test_a_worker_has_given_back_its_work_before_kubernetes_kills_it() -> None:
    assert 0 < APP.conf.worker_soft_shutdown_timeout < 30 - 10


def test_a_connection_that_is_lost_cuts_no_payment_short() -> None:
    assert not APP.conf.worker_cancel_long_running_tasks_on_connection_loss


def test_no_message_expires_by_somebodys_clock() -> None:
    assert all("options" not in entry for entry in APP.conf.beat_schedule.values())


def test_sweeps_come_as_often_as_they_are_asked_for() -> None:
    assert make_celery("memory://", sweep_every_seconds=2.5).conf.beat_schedule["sweep"]["schedule"] == 2.5


class _NoBroker:
    def send_task(self, *_: object, **__: object) -> None:
        raise OperationalError("connection refused")


def test_a_broker_that_is_away_is_told_to_the_caller() -> None:
    with pytest.raises(PublishError, match=r"causeway\.sweep: connection refused"):
        Publisher(_NoBroker()).enqueue(tasks.SWEEP, "id")
