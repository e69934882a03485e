import json
import re
from dataclasses import replace

import pytest

from services.worker.adapters.mambu.reversals import reversal_request, undo_request
from shared.domain.flows import Step, StepRecord
from shared.domain.posting import Posting
from shared.domain.references import request_key
from tests.builders import TRANSACTION_KEY, a_bank_disbursement, a_disbursement, a_repayment


def test_a_reversal_says_why_the_payment_was_not_made() -> None:
    request = reversal_request(a_disbursement(failure="AC04: closed"))
    assert (request.method, request.path) == ("POST", f"/loans/transactions/{TRANSACTION_KEY}:adjust")
    assert json.loads(request.body) == {"notes": "Payment not made: AC04: closed"}


@pytest.mark.parametrize("posting", [a_repayment(), a_bank_disbursement()])
def test_an_undo_says_why_the_money_went_back(posting: Posting) -> None:
    request = undo_request(replace(posting, core_transaction_id="77 1/2", failure="returned: AC03"))
    assert (request.method, request.path) == ("POST", "/loans/transactions/77%201%2F2:adjust")
    assert json.loads(request.body) == {"notes": "Money went back: returned: AC03"}


@pytest.mark.parametrize("posting", [a_repayment(), a_bank_disbursement()])
def test_what_the_core_never_told_us_of_cannot_be_taken_back(posting: Posting) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{posting.id} has no transaction of the core")):
        undo_request(posting)


def test_notes_are_never_empty_and_as_mambu_takes_them() -> None:
    def notes(failure: str) -> str:
        text: str = json.loads(reversal_request(a_disbursement(failure=failure)).body)["notes"]
        return text

    assert notes("") == "Payment not made:"
    assert notes("closed\n\U0001f614 sorry") == "Payment not made: closed sorry"
    assert len(notes("x" * 999)) == 255


def test_each_attempt_that_a_person_orders_has_a_key_of_its_own() -> None:
    disbursement = a_disbursement()
    assert reversal_request(disbursement).key == request_key(disbursement.id, Step.REVERSE)
    again = disbursement.with_step(Step.REVERSE, StepRecord(generation=2))
    assert reversal_request(again).key == request_key(disbursement.id, Step.REVERSE, 2)


@pytest.mark.parametrize(
    ("posting", "step"), [(a_repayment(), Step.ADJUST_REPAYMENT), (a_bank_disbursement(), Step.ADJUST_DISBURSEMENT)]
)
def test_an_undo_has_the_key_of_its_step(posting: Posting, step: Step) -> None:
    posted = replace(posting, core_transaction_id="77")
    assert undo_request(posted).key == request_key(posting.id, step)
    assert undo_request(posted.with_step(step, StepRecord(generation=3))).key == request_key(posting.id, step, 3)
