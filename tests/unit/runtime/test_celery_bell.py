"""Beat's scheduler, on a broker in memory and on a clock of the test's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery

from shared.messages import queues, tasks
from shared.runtime.bell import MOST_UNHEARD, Bell
from shared.runtime.celery_app import make_celery
from shared.runtime.heartbeat import Heart, seconds_since_beat


class Clock:
    """Seconds since nobody knows when."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("shared.runtime.bell.time.monotonic", clock)
    return clock


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Celery]:
    """Its broker is empty: kombu has one in memory for a whole process."""
    app = make_celery("memory://", heart=Heart(tmp_path / "heartbeat"))
    app.conf.beat_schedule = {"sweep": {"task": tasks.SWEEP, "schedule": 2.5}}
    with app.connection_for_write() as connection:
        connection.default_channel._purge(queues.SWEEPS)
    yield app
    app.close()


def unheard(bell: Bell) -> int:
    return int(bell.producer.channel._size(queues.SWEEPS))


def test_it_rings_at_once_and_then_at_its_interval(app: Celery, clock: Clock) -> None:
    bell = Bell(app)
    bell.tick()
    assert unheard(bell) == 1
    clock.now += 2.4
    bell.tick()
    assert unheard(bell) == 1
    clock.now += 0.2
    bell.tick()
    assert unheard(bell) == 2


def test_a_pause_of_the_whole_machine_is_one_ring_and_not_many(app: Celery, clock: Clock) -> None:
    bell = Bell(app)
    bell.tick()
    clock.now += 3600
    for _ in range(3):
        bell.tick()
    assert unheard(bell) == 2


def test_it_asks_to_be_woken_for_the_next_ring_and_once_a_second_anyhow(app: Celery, clock: Clock) -> None:
    bell = Bell(app)
    assert bell.tick() == 1.0
    clock.now += 2
    assert bell.tick() == pytest.approx(0.5)


def test_it_does_not_fill_the_broker_while_nobody_listens(app: Celery, clock: Clock) -> None:
    bell = Bell(app)
    for _ in range(3 * MOST_UNHEARD):
        bell.tick()
        clock.now += 2.5
    assert unheard(bell) == MOST_UNHEARD
    bell.producer.channel._purge(queues.SWEEPS)
    bell.tick()
    assert unheard(bell) == 1


def test_it_ends_though_the_clients_swallow_how_beat_says_so(app: Celery) -> None:
    bell = Bell(app)
    bell.tick()
    bell.close()
    with pytest.raises(SystemExit):
        bell.tick()


def test_every_tick_is_a_heartbeat(app: Celery, tmp_path: Path) -> None:
    Bell(app).tick()
    age_seconds = seconds_since_beat(tmp_path / "heartbeat")
    assert age_seconds is not None
    assert age_seconds < 60


def test_the_clean_up_of_celerys_own_results_is_not_rung(app: Celery) -> None:
    assert "celery.backend_cleanup" not in Bell(app).schedule


def test_it_rings_again_after_its_channel_was_lost_with_the_broker(app: Celery, clock: Clock) -> None:
    bell = Bell(app)
    bell.tick()
    bell.producer.channel._size = None  # useless, as kombu leaves one when a publisher could not connect again
    clock.now += 2.5
    bell.tick()
    clock.now += 2.5
    bell.tick()
    assert unheard(bell) == 2
