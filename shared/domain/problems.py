"""What people should know: the difference between two versions of a flow, or a webhook, as notices."""

from collections.abc import Iterator

from shared.domain.advice import explain
from shared.domain.closure import Closure
from shared.domain.disbursement import MAY_FAIL, Disbursement
from shared.domain.flows import Flow, StepOutcome
from shared.domain.meanings import Advisory
from shared.domain.notification import Flag, Notice, Notification
from shared.domain.posting import Posting
from shared.domain.state_problems import CHANGES
from shared.domain.step_problems import STEPS, Problem

_LONGEST_CODE = 80  # a part of the notification's id, and it may hold a code in the bank's own words
# A webhook that cannot be: money may be, or have gone, where our records do not have it.
_DISAGREES = frozenset({"contradiction", "amount_differs", "moved_twice", "original_unknown", "original_ambiguous"})
_FAILED = (StepOutcome.REFUSED, StepOutcome.GAVE_UP)
_MOVES_MONEY = frozenset(
    {
        Flag.CREATE_PAYMENT,
        Flag.CREATE_PRE_PAYMENT,
        Flag.CREATE_DISBURSEMENT,
        Flag.REVERSE_DISBURSEMENT,
        Flag.ADJUST_REPAYMENT,
        Flag.SEARCH_TRANSACTION,
    }
)


def notices(before: Flow, after: Flow) -> list[Notice]:
    """What the move from one version of a flow to another gives to tell; nothing about notifications themselves.

    The same problem gives the same code however often it is met, until a person has the step done again.
    """
    if isinstance(after, Notification):
        return []
    return [*_parked(before, after), *_given_up(before, after), *_changed(before, after)]


def notice_of_advisory(advisory: Advisory, receipt_name: str) -> Notice:
    """A webhook that nothing follows from by itself."""
    on_account = f", on the account {advisory.iban}" if advisory.iban else ""
    return Notice(
        about=receipt_name,
        code=advisory.code[:_LONGEST_CODE],
        flags=(),
        what=f"{advisory.what}{on_account}",
        reason=advisory.reason,
        advice=advisory.advice,
        amount_pence=advisory.amount_pence,
    )


def notice_of_receipt(receipt_name: str, code: str, reason: str) -> Notice:
    """A webhook that was parked: it contradicts what we know, or cannot be understood."""
    if code in _DISAGREES:
        what = f"the webhook {receipt_name} contradicts our records"
        advice = "Compare the account at ClearBank with Mambu before any more of this money is moved."
    else:
        what = f"the webhook {receipt_name} could not be dealt with"
        advice = "It is kept. Read it, and see by hand to what it tells."
    return Notice(about=receipt_name, code=code[:_LONGEST_CODE], flags=(), what=what, reason=reason, advice=advice)


def puts_money_at_risk(notice: Notice) -> bool:
    """Whether money may have moved otherwise than the records say, or did not move as it was meant to."""
    return not _MOVES_MONEY.isdisjoint(notice.flags) or notice.code in _DISAGREES


def _parked(before: Flow, after: Flow) -> Iterator[Notice]:
    parked = after.parked
    if parked is None or parked == before.parked:
        return
    problem = STEPS.get(parked.step) if parked.step else None
    if problem:
        yield _notice(after, problem, parked.code, parked.reason)
    else:
        what = "the flow waits for a person"
        yield _notice(after, Problem("flow", (), what, "Look at its history."), parked.code, parked.reason)


def _given_up(before: Flow, after: Flow) -> Iterator[Notice]:
    """Steps that the flow goes on without. Not those that its state has left behind: nobody needs them any more."""
    for step in after.STEPS[after.state]:
        outcome = after.step(step).outcome
        if step in MAY_FAIL and outcome in _FAILED and before.step(step).outcome not in _FAILED and not after.parked:
            yield _notice(after, STEPS[step], outcome, after.step(step).reason)


def _changed(before: Flow, after: Flow) -> Iterator[Notice]:
    problem = CHANGES.get(type(after), {}).get((before.state, after.state))
    if problem:
        yield _notice(after, problem, *_failure(after))


def _failure(flow: Flow) -> tuple[str, str]:
    """Code and reason of what ended the flow's way, "" when nothing did; money that came back has only a code."""
    code, _, reason = flow.failure.partition(": ")
    return (reason, "") if code == "returned" else (code, reason)


def _notice(flow: Flow, problem: Problem, code: str, reason: str) -> Notice:
    advice = problem.advice
    if problem.bank_advises:
        explanation = explain(code, reason)
        words, advice = f"{code}: {explanation.meaning}", explanation.advice.sentence
        reason = f"{reason} ({words})" if reason else words
    elif code and not reason:
        reason = f"the code is {code}"
    generation = flow.step(problem.step).generation if problem.step else 1
    parts = (problem.code, code[:_LONGEST_CODE], str(generation) if generation > 1 else "")
    loan_id, amount_pence, assignee_key = _whose(flow)
    return Notice(
        about=flow.id,
        code=":".join(part for part in parts if part),
        flags=problem.flags,
        what=problem.what,
        reason=reason,
        advice=advice,
        loan_id=loan_id,
        amount_pence=amount_pence,
        assignee_key=assignee_key,
    )


def _whose(flow: Flow) -> tuple[str, int | None, str]:
    """Loan, amount in pence, and the user whom the webhook named. An amount in another currency is not in pence."""
    match flow:
        case Disbursement():
            order = flow.order
            loan_id = flow.confirmation.loan_id if flow.confirmation else order.loan_id
            return loan_id, order.amount_pence if order.currency == "GBP" else None, order.assigned_user_key
        case Posting():
            money = flow.settlement
            return flow.assigned_loan_id or flow.loan_id, money.amount_pence if money.currency == "GBP" else None, ""
        case Closure():
            return flow.closed.loan_id, None, ""
    return "", None, ""
