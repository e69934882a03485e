"""What an operator does with unmatched money: say which loan it belongs to, or send it back."""

from typing import cast

from services.worker.handlers.office import Office
from services.worker.ports import Publisher
from shared.domain.accounts import normal_iban
from shared.domain.events import LoanAssigned, ReturnOrdered
from shared.domain.outcomes import Refused, TryLater
from shared.domain.posting import Posting
from shared.domain.returns import check_return
from shared.domain.transitions import PostingState
from shared.messages import tasks


class CannotBeDoneError(Exception):
    """What the operator asked for is not possible now; the sentence says why."""


def assign(posting_id: str, loan_id: str, operator: str, office: Office, publisher: Publisher) -> Posting:
    """Post the money on this loan, as if it had been found. Raises CannotBeDoneError."""
    _unmatched(posting_id, office)
    posting = _tell(posting_id, LoanAssigned(loan_id), operator, office, publisher)
    return _as_asked(posting, posting.assigned_loan_id == loan_id)


def send_back(posting_id: str, reason: str, operator: str, office: Office, publisher: Publisher) -> Posting:
    """Return the money to its sender, for one of the scheme's reasons. Raises CannotBeDoneError."""
    posting = _unmatched(posting_id, office)
    if fault := check_return(posting.settlement, reason, office.clock.now()):
        raise CannotBeDoneError(fault)
    ordered = ReturnOrdered(reason, _virtual_account_id(posting, office))
    posting = _tell(posting_id, ordered, operator, office, publisher)
    return _as_asked(posting, posting.return_reason == reason)


def _as_asked(posting: Posting, is_as_asked: bool) -> Posting:
    if not is_as_asked:
        raise CannotBeDoneError(f"Somebody else was faster: {posting.id} is {posting.state} now.")
    return posting


def _virtual_account_id(posting: Posting, office: Office) -> str:
    """The account the money is on, for the one scheme whose returns name it."""
    money = posting.settlement
    if money.scheme != "Bacs" or normal_iban(money.account_iban) == office.rules.operating_iban:
        return ""
    account = office.bank.find_account(money.account_iban)
    if isinstance(account, Refused | TryLater):
        raise CannotBeDoneError(f"The bank does not tell now which account the money is on: {account.reason}.")
    return account.id if account else ""


def _unmatched(posting_id: str, office: Office) -> Posting:
    flow = office.journal.load(posting_id)
    if not isinstance(flow, Posting):
        raise CannotBeDoneError(f"There is no money under the id {posting_id}.")
    if flow.state is not PostingState.UNMATCHED:
        raise CannotBeDoneError(f"{posting_id} is {flow.state}, and only unmatched money can be assigned or returned.")
    return flow


def _tell(
    posting_id: str, event: LoanAssigned | ReturnOrdered, operator: str, office: Office, publisher: Publisher
) -> Posting:
    """The move is stored first; should the bell be lost, the sweeper rings it again."""
    posting = cast("Posting", office.apply(posting_id, event, f"operator {operator}"))
    publisher.enqueue(tasks.ADVANCE, posting_id)
    return posting
