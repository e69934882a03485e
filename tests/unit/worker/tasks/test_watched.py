"""What the effects came to is counted as the handlers write it down; played with the real handlers."""

from collections import Counter
from dataclasses import replace

import pytest

from services.worker.tasks.watched import WatchedJournal
from shared.domain.history import HistoryEntry
from shared.domain.transitions import DisbursementState
from tests.builders import a_disbursement, a_disbursement_order, the_bank_settles
from tests.fakes.lender import FakeLender, a_lender_with
from tests.fakes.replies import is_unknown_before_the_effect, refuses, says_try_later

ORDER = a_disbursement_order()


@pytest.fixture
def counts() -> Counter[tuple[str, ...]]:
    return Counter()


@pytest.fixture
def lender(counts: Counter[tuple[str, ...]]) -> FakeLender:
    def count(*labels: str) -> None:
        counts[labels] += 1

    lender = a_lender_with(ORDER)
    lender.office = replace(lender.office, journal=WatchedJournal(lender.office.journal, count))
    return lender


def test_every_attempt_is_counted_by_step_and_outcome(lender: FakeLender, counts: Counter[tuple[str, ...]]) -> None:
    lender.bank.sends.then(says_try_later(), is_unknown_before_the_effect(), is_unknown_before_the_effect())
    lender.hears(ORDER)
    lender.comes_to_rest()
    lender.hears(the_bank_settles(ORDER))
    lender.comes_to_rest()
    assert lender.disbursement(ORDER).state is DisbursementState.SETTLED
    assert counts == {
        ("effects", "pay", "trylater"): 1,
        ("effects", "pay", "unknown"): 2,
        ("effects", "pay", "accepted"): 1,
        ("effects", "report-settled", "accepted"): 1,
    }


def test_a_refusal_is_counted_and_so_is_what_undoes_the_order(
    lender: FakeLender, counts: Counter[tuple[str, ...]]
) -> None:
    lender.bank.sends.then(refuses())
    lender.hears(ORDER)
    lender.comes_to_rest()
    assert counts["effects", "pay", "refused"] == 1
    assert counts["effects", "reverse", "accepted"] == 1


def test_a_move_that_came_too_late_is_not_counted(lender: FakeLender, counts: Counter[tuple[str, ...]]) -> None:
    entry = HistoryEntry(lender.clock.now(), "pay accepted", "step pay", "submitted")
    assert lender.office.journal.move(a_disbursement(ORDER), [entry], due_at=None) is not None
    assert lender.office.journal.move(a_disbursement(ORDER), [entry], due_at=None) is None
    assert counts == {("effects", "pay", "accepted"): 1}
