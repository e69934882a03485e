"""What the signer remembers of calls: their proofs, and how many there were."""

from services.signer.rate_limit import RateLimit
from services.signer.replays import ReplayMemory

PROOFS = [f"{number:064x}"[::-1] for number in range(1, 1001)]
NOW = 1_795_000_000


def test_a_proof_is_new_once() -> None:
    memory = ReplayMemory()
    assert [memory.is_new(PROOFS[0], NOW, NOW) for _ in range(3)] == [True, False, False]
    assert memory.is_new(PROOFS[1], NOW, NOW)


def test_a_proof_is_known_for_as_long_as_its_time_is_good() -> None:
    for made_at in (NOW - 300, NOW, NOW + 300):
        memory = ReplayMemory()
        memory.is_new(PROOFS[0], made_at, NOW)
        assert not memory.is_new(PROOFS[0], made_at, made_at + 300)


def test_proofs_whose_time_has_passed_are_forgotten_by_the_minute() -> None:
    memory = ReplayMemory()
    for seconds, proof in enumerate(PROOFS):
        memory.is_new(proof, NOW + seconds, NOW + seconds)
    assert len(memory) <= 300 + 60
    memory.is_new(PROOFS[0], NOW + 5000, NOW + 5000)
    assert len(memory) == 1


def test_a_caller_may_spend_one_seconds_worth_at_once_and_then_what_comes_in() -> None:
    now = 0.0
    limit = RateLimit(10, lambda: now)
    assert [limit.allows("worker") for _ in range(11)] == [True] * 10 + [False]
    now = 0.25
    assert [limit.allows("worker") for _ in range(3)] == [True, True, False]
    now = 1000.0
    assert sum(limit.allows("worker") for _ in range(100)) == 10


def test_callers_do_not_spend_each_others_calls() -> None:
    limit = RateLimit(1, lambda: 0.0)
    assert [limit.allows(caller) for caller in ("worker", "listener", "worker")] == [True, True, False]
