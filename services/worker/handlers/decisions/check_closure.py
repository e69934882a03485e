"""A loan is said to be over: is it, and is the virtual account its own?"""

from services.worker.handlers.decisions.or_parked import Decision, or_parked
from services.worker.handlers.office import Office
from shared.domain.accounts import normal_iban
from shared.domain.closure import Closure
from shared.domain.core_records import CoreLoan
from shared.domain.events import AccountKept, AccountToDisable
from shared.domain.flows import Parked
from shared.domain.outcomes import Refused, TryLater

_CLOSED = frozenset({"CLOSED", "CLOSED_WRITTEN_OFF", "CLOSED_REJECTED"})


def check_closure(closure: Closure, office: Office) -> Decision:
    """Mambu's webhooks are unsigned and may be late, so its own record decides."""
    loan = office.core.read_loan(closure.closed.loan_id)
    if isinstance(loan, Refused | TryLater):
        return or_parked(loan)
    told_id = closure.closed.virtual_account_id
    if loan.state not in _CLOSED:
        return AccountKept("loan_open", f"the loan {loan.id} is {loan.state}")
    if not loan.virtual_account_id:
        return AccountKept("no_virtual_account", f"the loan {loan.id} names no virtual account")
    if told_id and told_id != loan.virtual_account_id:
        reason = f"the webhook names the virtual account {told_id}, the loan {loan.id} {loan.virtual_account_id}"
        return Parked("virtual_account_differs", reason)
    if normal_iban(loan.iban) == office.rules.operating_iban:
        return AccountKept("operating_account", f"the loan {loan.id} holds the lender's own account")
    return _unless_shared(loan, office)


def _unless_shared(loan: CoreLoan, office: Office) -> Decision:
    sharing = office.core.find_loans_by_iban(loan.iban) if loan.iban else []
    if isinstance(sharing, Refused | TryLater):
        return or_parked(sharing)
    for other in sharing:
        if other.key != loan.key and other.state not in _CLOSED:
            return AccountKept("account_shared", f"the loan {other.id} uses the same account and is {other.state}")
    return AccountToDisable(loan.virtual_account_id, loan.key)
