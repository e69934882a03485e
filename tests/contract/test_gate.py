"""One gate per destination, whoever asks: in memory, on fakeredis, on a real server."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import fakeredis
import pytest
from redis import Redis
from redis.exceptions import ResponseError

from shared.store import keys
from shared.store.connection import StoreClock, connect, lua
from shared.store.gate import Gate, GateTerms, Report
from tests.contract.conftest import REAL
from tests.fakes.clock import FakeClock
from tests.fakes.stores import FakeGate
from tests.processes import free_port

# Far longer than a test takes, so the time that the tests themselves take decides nothing.
TERMS = GateTerms(
    failures_in_a_row=3,
    first_pause_seconds=100.0,
    longest_pause_seconds=400.0,
    slow_down_seconds=50.0,
    longest_slow_down_seconds=900.0,
    probe_seconds=600.0,
    forgotten_after_seconds=36_000.0,
)
MOMENTS = ("closed_until", "slow_until", "probe_until")
TO_THE_SECOND = 30.0  # what a slow machine may take between two lines of a test


@dataclass(frozen=True)
class Gates:
    """`gate()` is what one more worker has of the same destination."""

    gate: Callable[[], Any]
    pass_time: Callable[[float], None]


@pytest.fixture(params=["memory", "fakeredis", REAL])
def gates(request: pytest.FixtureRequest) -> Iterator[Gates]:
    if request.param == "memory":
        clock = FakeClock()
        gate = FakeGate(clock, TERMS)
        yield Gates(lambda: gate, lambda seconds: clock.pass_time(seconds=seconds))
    elif request.param == "fakeredis":
        with fakeredis.FakeRedis(server=fakeredis.FakeServer()) as redis:
            yield on(redis)
    else:
        yield on(request.getfixturevalue("redis"))


def on(redis: Redis) -> Gates:
    """Nobody can move a server's clock, so all that the gate remembers moves back."""

    def pass_time(seconds: float) -> None:
        for field in MOMENTS:
            if redis.hexists(keys.gate("bank"), field):
                redis.hincrby(keys.gate("bank"), field, -int(seconds * 1000))

    return Gates(lambda: Gate(redis, "bank", TERMS), pass_time)


def about(seconds: float) -> Any:
    return pytest.approx(seconds, abs=TO_THE_SECOND)


def fail(gate: Any, times: int = TERMS.failures_in_a_row) -> float:
    """So many calls in a row fail; the pause that the last one led to."""
    pauses: list[float] = [gate.report(Report.BAD) for _ in range(times)]
    return pauses[-1]


def close(gates: Gates) -> Any:
    """A gate that failures have closed."""
    gate = gates.gate()
    fail(gate)
    return gate


def probe_is_out(gates: Gates) -> Any:
    """The pause is over and one worker's call is on its way."""
    close(gates)
    gates.pass_time(TERMS.first_pause_seconds + 1)
    probing = gates.gate()
    assert probing.seconds_to_wait() == 0
    return probing


def test_a_destination_that_nothing_is_known_of_is_open(gates: Gates) -> None:
    assert gates.gate().seconds_to_wait() == 0


def test_a_good_answer_leaves_it_open(gates: Gates) -> None:
    gate = gates.gate()
    gate.seconds_to_wait()
    assert gate.report(Report.GOOD) == 0
    assert gates.gate().seconds_to_wait() == 0


def test_who_is_told_to_slow_down_slows_all_down(gates: Gates) -> None:
    assert gates.gate().report(Report.SLOW_DOWN, 300) == about(300)
    assert gates.gate().seconds_to_wait() == about(300)
    gates.pass_time(301)
    assert gates.gate().seconds_to_wait() == 0


def test_slowing_down_without_a_time_lasts_a_little(gates: Gates) -> None:
    gates.gate().report(Report.SLOW_DOWN)
    assert 0 < gates.gate().seconds_to_wait() <= TERMS.slow_down_seconds


def test_a_shorter_wish_does_not_shorten_a_longer_one(gates: Gates) -> None:
    gates.gate().report(Report.SLOW_DOWN, 500)
    assert gates.gate().report(Report.SLOW_DOWN, 1) == about(500)


def test_a_call_that_was_out_already_does_not_end_the_pause_by_its_good_answer(gates: Gates) -> None:
    earlier = gates.gate()
    earlier.seconds_to_wait()
    gates.gate().report(Report.SLOW_DOWN, 300)
    gates.gate().seconds_to_wait()
    gates.gate().report(Report.GOOD)
    assert gates.gate().seconds_to_wait() == about(300)


def test_its_good_answer_forgives_the_failures_all_the_same(gates: Gates) -> None:
    close(gates)
    gates.gate().report(Report.SLOW_DOWN, 50)
    gates.gate().report(Report.GOOD)
    gates.pass_time(51)
    assert [gates.gate().seconds_to_wait() for _ in range(2)] == [0, 0]


def test_nobody_is_asked_to_wait_for_less_than_nothing_or_for_ever(gates: Gates) -> None:
    assert gates.gate().report(Report.SLOW_DOWN, -5) == 0
    assert gates.gate().seconds_to_wait() == 0
    assert gates.gate().report(Report.SLOW_DOWN, 1e12) == about(TERMS.longest_slow_down_seconds)
    assert gates.gate().seconds_to_wait() <= TERMS.longest_slow_down_seconds


def test_it_stays_open_until_enough_have_failed_in_a_row(gates: Gates) -> None:
    assert fail(gates.gate(), TERMS.failures_in_a_row - 1) == 0
    assert gates.gate().seconds_to_wait() == 0
    assert gates.gate().report(Report.BAD) == about(TERMS.first_pause_seconds)
    assert gates.gate().seconds_to_wait() == about(TERMS.first_pause_seconds)


def test_failures_of_several_workers_count_together(gates: Gates) -> None:
    for _ in range(TERMS.failures_in_a_row):
        gates.gate().report(Report.BAD)
    assert gates.gate().seconds_to_wait() > 0


def test_a_good_answer_between_begins_the_row_anew(gates: Gates) -> None:
    gate = gates.gate()
    fail(gate, TERMS.failures_in_a_row - 1)
    gate.seconds_to_wait()
    gate.report(Report.GOOD)
    assert fail(gate, TERMS.failures_in_a_row - 1) == 0


def test_calls_that_were_out_when_it_closed_do_not_close_it_for_longer(gates: Gates) -> None:
    close(gates)
    assert fail(gates.gate(), 5) == about(TERMS.first_pause_seconds)


def test_after_the_pause_one_call_goes_ahead_and_the_others_wait(gates: Gates) -> None:
    probe_is_out(gates)
    for _ in range(3):
        assert gates.gate().seconds_to_wait() == about(TERMS.first_pause_seconds)


def test_whoever_only_looks_learns_the_same_and_keeps_the_probe_from_nobody(gates: Gates) -> None:
    assert gates.gate().seconds_closed() == 0
    close(gates)
    assert gates.gate().seconds_closed() == about(TERMS.first_pause_seconds)
    gates.pass_time(TERMS.first_pause_seconds + 1)
    assert [gates.gate().seconds_closed() for _ in range(2)] == [0, 0]
    assert gates.gate().seconds_to_wait() == 0
    assert gates.gate().seconds_closed() == about(TERMS.first_pause_seconds)


def test_a_probe_that_succeeds_opens_it_for_all(gates: Gates) -> None:
    probe_is_out(gates).report(Report.GOOD)
    assert [gates.gate().seconds_to_wait() for _ in range(3)] == [0, 0, 0]
    assert fail(gates.gate(), TERMS.failures_in_a_row - 1) == 0


def test_a_probe_that_fails_closes_it_for_longer_each_time(gates: Gates) -> None:
    close(gates)
    for pause, next_pause in ((100, 200), (200, 400), (400, 400)):
        gates.pass_time(pause + 1)
        probing = gates.gate()
        assert probing.seconds_to_wait() == 0
        assert probing.report(Report.BAD) == about(next_pause)
        assert gates.gate().seconds_to_wait() == about(next_pause)


def test_a_probe_that_is_told_to_slow_down_leaves_the_next_one_to_another(gates: Gates) -> None:
    probe_is_out(gates).report(Report.SLOW_DOWN, 200)
    assert gates.gate().seconds_to_wait() == about(200)
    gates.pass_time(201)
    assert gates.gate().seconds_to_wait() == 0
    assert gates.gate().seconds_to_wait() > 0


def test_the_lease_of_a_probe_whose_worker_died_runs_out(gates: Gates) -> None:
    probe_is_out(gates)
    assert gates.gate().seconds_to_wait() > 0
    gates.pass_time(TERMS.probe_seconds + 1)
    assert gates.gate().seconds_to_wait() == 0
    assert gates.gate().seconds_to_wait() > 0


def test_destinations_do_not_know_each_other(server: Redis) -> None:
    fail(Gate(server, "bank", TERMS))
    assert Gate(server, "bank", TERMS).seconds_to_wait() > 0
    assert Gate(server, "core", TERMS).seconds_to_wait() == 0


def test_a_good_answer_of_a_clean_gate_costs_no_round_trip(server: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(server, "bank", TERMS)
    gate.seconds_to_wait()
    monkeypatch.setattr(server, "execute_command", lambda *_, **__: pytest.fail("asked the server"))
    assert gate.report(Report.GOOD) == 0


def test_an_open_gate_leaves_no_record(server: Redis) -> None:
    gate = Gate(server, "bank", TERMS)
    gate.report(Report.BAD)
    gate.seconds_to_wait()
    gate.report(Report.GOOD)
    assert not server.exists(keys.gate("bank"))


def test_a_gate_that_nobody_asks_is_forgotten(server: Redis) -> None:
    fail(Gate(server, "bank", TERMS))
    Gate(server, "core", TERMS).report(Report.SLOW_DOWN, 300)
    for destination in ("bank", "core"):
        assert 0 < server.pttl(keys.gate(destination)) <= TERMS.forgotten_after_seconds * 1000


def test_a_clock_that_was_put_back_keeps_no_gate_closed(server: Redis) -> None:
    gate = Gate(server, "bank", TERMS)
    fail(gate)
    in_a_year_ms = int((StoreClock(server).now().timestamp() + 365 * 86_400) * 1000)
    server.hset(keys.gate("bank"), mapping=dict.fromkeys(MOMENTS, in_a_year_ms))
    assert gate.seconds_to_wait() == 0
    assert gate.report(Report.BAD) == about(2 * TERMS.first_pause_seconds)


@pytest.mark.enable_socket
def test_a_gate_that_cannot_be_asked_is_open_and_loses_no_answer() -> None:
    with connect(f"redis://127.0.0.1:{free_port()}") as nobody:
        gate = Gate(nobody, "bank", TERMS)
        assert gate.seconds_to_wait() == 0
        for report in Report:
            assert gate.report(report, 30) == 0


@pytest.mark.parametrize("script", ["gate_enter", "gate_report"])
def test_the_scripts_check_every_argument_before_their_first_write(server: Redis, script: str) -> None:
    good = {"gate_enter": ["3", "1", "1", "1"], "gate_report": ["bad", "1", "3", "1", "1", "1", "1"]}[script]
    for place in range(len(good)):
        with pytest.raises(ResponseError, match=f"{script}:"):
            server.eval(lua(script), 1, keys.gate("bank"), *good[:place], "no number", *good[place + 1 :])
    assert server.dbsize() == 0
