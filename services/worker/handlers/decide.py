"""The steps that change nothing outside: they read, apply a rule, and answer with an event, a wait, or a flag."""

import re
from collections.abc import Callable, Mapping
from typing import cast

from services.worker.handlers.office import Office
from shared.domain.accounts import normal_iban
from shared.domain.confirmation import ConfirmationRefused, confirm
from shared.domain.core_records import CoreLoan
from shared.domain.disbursement import Disbursement
from shared.domain.events import Event, LoanLocated, LoanNotLocated, Routed
from shared.domain.outcomes import Refused, TryLater
from shared.domain.payments import Parked, Payment, Step
from shared.domain.repayment import Repayment
from shared.domain.routing import route

Decision = Event | TryLater | Parked

OPEN_LOAN_STATES = frozenset({"ACTIVE", "ACTIVE_IN_ARREARS"})
_LOAN_ID = re.compile(r"[A-Za-z0-9_-]*\d[A-Za-z0-9_-]*", re.ASCII)
_MOST_CANDIDATES = 5
_SCHEMES = frozenset({"", "Transfer", "FasterPayments", "Bacs", "Chaps"})  # ClearBank: TransactionSettled v6, Scheme


def route_order(payment: Payment, office: Office) -> Decision:
    """Scheme, amount, account and texts; no call outside."""
    return route(cast("Disbursement", payment).order, office.rules.scheme_of_channel)


def confirm_with_core(payment: Payment, office: Office) -> Decision:
    """Read the transaction, its loan and its holder back before money moves."""
    disbursement = cast("Disbursement", payment)
    order, routed = disbursement.order, disbursement.route
    if routed is None:
        return Parked("not_routed", f"the payment is {payment.state} without a route")
    transaction = office.core.read_transaction(order.transaction_key)
    if isinstance(transaction, Refused | TryLater):
        return _or_parked(transaction)
    loan = office.core.read_loan(order.loan_id)
    if isinstance(loan, Refused | TryLater):
        return _or_parked(loan)
    holder = office.core.read_holder(loan)
    if isinstance(holder, Refused | TryLater):
        return _or_parked(holder)
    answer = confirm(order, routed, transaction, loan, holder, office.rules.debtor_address)
    return Parked(answer.code, answer.reason) if isinstance(answer, ConfirmationRefused) else answer


def locate_loan(payment: Payment, office: Office) -> Decision:
    """The loan that the money belongs to, by the virtual account it arrived on or by a loan id in its reference."""
    money = cast("Repayment", payment).money
    if money.currency != "GBP":
        return LoanNotLocated("currency_not_gbp", f"the currency is {money.currency}")
    if money.scheme not in _SCHEMES:
        return LoanNotLocated("scheme_unknown", f"no repayment channel belongs to the scheme {money.scheme!r}")
    if money.scheme == "Bacs" and not office.rules.takes_bacs:
        return LoanNotLocated("bacs_not_configured", "clearBankRepaymentChannelBacs is not set")
    on_own_account = normal_iban(money.account_iban) == office.rules.operating_iban
    by_iban = office.rules.find_loans_by_iban and not on_own_account
    loans = office.core.find_loans_by_iban(money.account_iban) if by_iban else _by_reference(money.reference, office)
    if isinstance(loans, Refused | TryLater):
        return _or_parked(loans)
    if len(loans) != 1:
        code = "loan_ambiguous" if loans else "loan_not_found"
        where = "the account it arrived on" if by_iban else "its reference"
        return LoanNotLocated(code, f"{len(loans)} loans are named by {where}")
    loan = loans[0]
    if loan.currency != money.currency:
        return LoanNotLocated("loan_currency", f"the loan {loan.id} is kept in {loan.currency}")
    if loan.state not in OPEN_LOAN_STATES:
        return LoanNotLocated("loan_not_open", f"the loan {loan.id} is {loan.state} and takes no repayment")
    return LoanLocated(loan.id)


def _by_reference(reference: str, office: Office) -> list[CoreLoan] | Refused | TryLater:
    candidates = dict.fromkeys(word for word in re.split(r"[^A-Za-z0-9_-]+", reference) if _LOAN_ID.fullmatch(word))
    found: dict[str, CoreLoan] = {}
    for candidate in list(candidates)[:_MOST_CANDIDATES]:
        loan = office.core.read_loan(candidate)
        if isinstance(loan, TryLater) or (isinstance(loan, Refused) and not loan.verdict):
            return loan
        if isinstance(loan, CoreLoan):
            found[loan.key] = loan
    return list(found.values())


def _or_parked(answer: Refused | TryLater) -> TryLater | Parked:
    return Parked(answer.code, answer.reason) if isinstance(answer, Refused) else answer


def told(event: Event) -> str:
    """What an event has to say to the history beside its name."""
    if isinstance(event, Routed):
        return event.changed
    return str(getattr(event, "reason", "") or getattr(event, "loan_id", ""))


DECISIONS: Mapping[Step, Callable[[Payment, Office], Decision]] = {
    Step.ROUTE: route_order,
    Step.CONFIRM: confirm_with_core,
    Step.LOCATE_LOAN: locate_loan,
}
