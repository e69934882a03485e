"""Which loan does money belong to that moved at the bank?"""

import re

from services.worker.handlers.decisions.or_parked import Decision, or_parked
from services.worker.handlers.office import Office
from shared.domain.accounts import normal_iban
from shared.domain.core_records import CoreLoan
from shared.domain.events import LoanLocated, LoanNotLocated, Posted, PostingRefused
from shared.domain.flows import Parked
from shared.domain.outcomes import Accepted, NotDone, Refused, TryLater
from shared.domain.posting import BankDisbursement, Posting, Repayment

_LOAN_ID = re.compile(r"[A-Za-z0-9_-]*\d[A-Za-z0-9_-]*", re.ASCII)
_MOST_CANDIDATES = 5
_SCHEMES = frozenset({"", "Transfer", "FasterPayments", "Bacs", "Chaps"})  # ClearBank: TransactionSettled v6, Scheme


def locate_loan(posting: Posting, office: Office) -> Decision:
    """By an operator's word, by the virtual account the money moved on, or by a loan id in its reference."""
    refused = _cannot_be_posted(posting, office)
    if refused:
        return refused
    loans, where = _candidates(posting, office)
    if isinstance(loans, Refused | TryLater):
        return or_parked(loans)
    if len(loans) != 1:
        code = "loan_ambiguous" if loans else "loan_not_found"
        return LoanNotLocated(code, f"{len(loans) or 'no'} loans are named by {where}")
    loan = loans[0]
    if loan.currency != posting.settlement.currency:
        return LoanNotLocated("loan_currency", f"the loan {loan.id} is kept in {loan.currency}")
    if loan.state not in posting.OPEN_LOAN_STATES:
        return LoanNotLocated("loan_not_open", f"the loan {loan.id} is {loan.state} and takes no such posting")
    if isinstance(posting, Repayment) and _is_found_by_account(posting, office):
        differs = _linkage_differs(loan, posting, office)
        if differs:
            return differs
    return LoanLocated(loan.id, loan.key, _is_whole_amount(posting, loan))


def find_posting(posting: Posting, office: Office) -> Decision:
    """Did the core book it? Asked before it is taken back, when no answer told us."""
    answer = office.core.look_up_posting(posting)
    match answer:
        case Accepted(reference=reference) if reference:
            return Posted(reference)
        case NotDone():
            return PostingRefused("never_posted", answer.reason)
        case Refused():
            return Parked(answer.code, answer.reason)
        case Accepted():
            return Parked("transaction_without_id", "the core shows the transaction without an id")
    return TryLater(answer.reason)


def _cannot_be_posted(posting: Posting, office: Office) -> LoanNotLocated | None:
    money = posting.settlement
    if money.currency != "GBP":
        return LoanNotLocated("currency_not_gbp", f"the currency is {money.currency}")
    if money.scheme not in _SCHEMES:
        return LoanNotLocated("scheme_unknown", f"no channel belongs to the scheme {money.scheme!r}")
    if money.scheme == "Bacs" and isinstance(posting, BankDisbursement):
        return LoanNotLocated("bacs_debit", "a Direct Debit on our account disburses no loan")
    if money.scheme == "Bacs" and not office.rules.takes_bacs:
        return LoanNotLocated("bacs_not_configured", "clearBankRepaymentChannelBacs is not set")
    return None


def _candidates(posting: Posting, office: Office) -> tuple[list[CoreLoan] | Refused | TryLater, str]:
    """The loans that may be meant, and what named them."""
    if posting.assigned_loan_id:
        return _loans_with_ids([posting.assigned_loan_id], office), "the operator"
    if _is_found_by_account(posting, office):
        return office.core.find_loans_by_iban(posting.settlement.account_iban), "the account the money moved on"
    if isinstance(posting, BankDisbursement):
        return [], "the lender's own account"
    words = re.split(r"[^A-Za-z0-9_-]+", posting.settlement.reference)
    ids = dict.fromkeys(word for word in words if _LOAN_ID.fullmatch(word))
    return _loans_with_ids(list(ids)[:_MOST_CANDIDATES], office), "the payment's reference"


def _is_found_by_account(posting: Posting, office: Office) -> bool:
    if posting.assigned_loan_id or normal_iban(posting.settlement.account_iban) == office.rules.operating_iban:
        return False
    return isinstance(posting, BankDisbursement) or office.rules.finds_loans_by_account


def _loans_with_ids(ids: list[str], office: Office) -> list[CoreLoan] | Refused | TryLater:
    found: dict[str, CoreLoan] = {}
    for loan_id in ids:
        loan = office.core.read_loan(loan_id)
        if isinstance(loan, TryLater) or (isinstance(loan, Refused) and not loan.verdict):
            return loan
        if isinstance(loan, CoreLoan):
            found[loan.key] = loan
    return list(found.values())


def _linkage_differs(loan: CoreLoan, posting: Posting, office: Office) -> LoanNotLocated | Parked | TryLater | None:
    """The virtual account that the loan names must be the one the money arrived on."""
    if not loan.virtual_account_id:
        return LoanNotLocated("virtual_account_missing", f"the loan {loan.id} names no virtual account")
    account = office.bank.read_account(loan.virtual_account_id)
    if isinstance(account, Refused) and account.verdict:
        reason = f"the bank does not know the virtual account {loan.virtual_account_id} of the loan {loan.id}"
        return LoanNotLocated("virtual_account_unknown", reason)
    if isinstance(account, Refused | TryLater):
        return or_parked(account)
    if normal_iban(account.iban) != normal_iban(posting.settlement.account_iban):
        reason = f"the virtual account of the loan {loan.id} has {account.iban}, the money is on another"
        return LoanNotLocated("virtual_account_differs", reason)
    return None


def _is_whole_amount(posting: Posting, loan: CoreLoan) -> bool:
    """Mambu wants a full disbursement posted without its amount (Mambu API v2, disbursement)."""
    is_first = isinstance(posting, BankDisbursement) and loan.state == "APPROVED"
    return is_first and posting.settlement.amount_pence == loan.amount_pence
