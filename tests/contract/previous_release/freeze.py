"""Keep what this release has, for the next one: `python -m tests.contract.previous_release.freeze`.

Copies the scripts, and plays a story of each kind of flow to keep the calls of move.lua with the documents in them.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import fakeredis

import shared.store.connection
from shared.domain import events as e
from shared.domain.flows import Flow, Parked, Request, Step, StepOutcome, StepRecord
from shared.domain.history import HistoryEntry
from shared.domain.notification import Notification
from shared.store.journal import Journal
from tests import builders
from tests.contract.previous_release import FOLDER, MOVES

F = TypeVar("F", bound=Flow)

NOON = datetime.fromisoformat("2026-11-20T12:00:00+00:00")
REQUEST = Request("POST", "/v3/payments/fps", '{"amount": "1500.00"}', "request-key")
TRIED = StepRecord(
    request=REQUEST,
    attempts=2,
    first_at=NOON,
    leased_until=NOON + timedelta(minutes=1),
    next_at=NOON + timedelta(minutes=5),
    ask_first=True,
    in_doubt=True,
    reason="the bank did not answer",
)
DONE = replace(TRIED, outcome=StepOutcome.DONE, leased_until=None, next_at=None, reference="a-reference", generation=2)


def main() -> None:
    scripts = shared.store.connection._LUA
    shutil.rmtree(FOLDER / "lua", ignore_errors=True)
    shutil.copytree(scripts, FOLDER / "lua")
    with fakeredis.FakeRedis() as redis:
        story = _Recording(Journal(redis))
        _disbursement(story)
        _postings(story)
        _closure(story)
    MOVES.write_text(json.dumps(story.calls, indent=1) + "\n")


class _Recording:
    def __init__(self, journal: Journal) -> None:
        self.calls: list[list[str]] = []
        self._journal, self._script = journal, journal._move
        journal._move = self._record  # type: ignore[assignment]

    def move(self, flow: F, what: str, due_at: datetime | None = None, notifications: Sequence[Notification] = ()) -> F:
        entry = HistoryEntry(NOON, what, "webhook X", flow.state.value, "fine", "request-key", "correlation-id")
        moved = self._journal.move(flow, [entry], due_at, notifications)
        assert moved is not None
        return moved

    def load(self, flow: F) -> F:
        found = self._journal.load(flow.id)
        assert type(found) is type(flow)
        return found

    def _record(self, keys: Sequence[str], args: Sequence[Any]) -> Any:
        self.calls.append([str(argument) for argument in args])
        return self._script(keys=keys, args=args)


def _disbursement(story: _Recording) -> None:
    flow = story.move(builders.a_disbursement(), "received", NOON)
    route = builders.a_route(changed="creditor name: é became e")
    flow = story.move(flow.apply(route).apply(builders.a_confirmation()), "confirmed", NOON)
    wanted = e.AccountWanted("Ada Lovelace", "link-LOAN1", builders.LOAN_IBAN, "external-1")
    flow = story.move(flow.apply(wanted).with_step(Step.CREATE_ACCOUNT, DONE), "wanted", NOON)
    flow = flow.apply(e.AccountCreated(builders.VIRTUAL_ACCOUNT_ID, builders.LOAN_IBAN))
    flow = flow.with_step(Step.WRITE_LINKAGE, DONE).apply(e.PaymentPrepared()).with_step(Step.PAY, TRIED)
    flow = story.move(flow, "pay attempt 2", NOON + timedelta(minutes=5))
    parked = flow.park(Parked("gave_up", "the bank was busy for a day", Step.PAY))
    notice = builders.a_notice(assignee_key="user-key")
    flow = story.move(parked, "parked", None, [builders.a_notification(notice)])
    told = story.load(builders.a_notification(notice))
    told = story.move(told.apply(e.Addressed("loan-key", "user-key")).with_step(Step.SEND, TRIED), "addressed", NOON)
    story.move(told.with_step(Step.SEND, DONE).apply(e.NotificationSent()), "sent")
    flow = story.move(flow.apply(e.PaymentSettled("bank-1", NOON)), "PaymentSettled", NOON)
    story.move(flow.apply(e.PaymentReturned("bank-2", "AC04")), "PaymentReturned", NOON)


def _postings(story: _Recording) -> None:
    credit = builders.a_settled_credit(scheme_id="scheme-1", settled_at=NOON)
    unmatched = e.LoanNotLocated("loan_not_found", "no loan has this IBAN")
    repayment = story.move(builders.a_repayment(credit), "received", NOON)
    repayment = story.move(repayment.apply(unmatched), "LoanNotLocated")
    repayment = story.move(repayment.apply(e.LoanAssigned("LOAN1")), "LoanAssigned", NOON)
    repayment = story.move(repayment.apply(e.LoanLocated("LOAN1", "loan-key", True)), "LoanLocated", NOON)
    repayment = repayment.apply(e.PostingPrepared()).with_step(Step.POST_REPAYMENT, DONE).apply(e.Posted("77"))
    repayment = story.move(repayment, "Posted")
    story.move(repayment.apply(e.MoneyWentBack("AC04", "bank-4")), "MoneyWentBack", NOON)
    debit = story.move(builders.a_bank_disbursement(), "received", NOON)
    debit = story.move(debit.apply(unmatched), "LoanNotLocated")
    story.move(debit.apply(e.ReturnOrdered("AC04", builders.VIRTUAL_ACCOUNT_ID)), "ReturnOrdered", NOON)


def _closure(story: _Recording) -> None:
    closure = story.move(builders.a_closure(), "received", NOON)
    closure = story.move(closure.apply(e.AccountToDisable(builders.VIRTUAL_ACCOUNT_ID, "loan-key")), "to disable", NOON)
    story.move(closure.with_step(Step.DISABLE_ACCOUNT, DONE).apply(e.AccountDisabled()), "AccountDisabled")


if __name__ == "__main__":
    main()
