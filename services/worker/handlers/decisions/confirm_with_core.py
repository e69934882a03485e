"""Is this order ours to pay? First by its own words, then by the core's records."""

from services.worker.handlers.decisions.or_parked import Decision, or_parked
from services.worker.handlers.office import Office
from shared.domain.confirmation import ConfirmationRefused, confirm
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Parked
from shared.domain.outcomes import Refused, TryLater
from shared.domain.routing import route


def route_order(disbursement: Disbursement, office: Office) -> Decision:
    """Scheme, amount, account and texts; no call outside."""
    return route(disbursement.order, office.rules.scheme_of_channel)


def confirm_with_core(disbursement: Disbursement, office: Office) -> Decision:
    """Read the transaction, its loan and its holder back before money moves."""
    order, routed = disbursement.order, disbursement.route
    if routed is None:
        return Parked("not_routed", f"the payment is {disbursement.state} without a route")
    transaction = office.core.read_transaction(order.transaction_key)
    if isinstance(transaction, Refused | TryLater):
        return or_parked(transaction)
    loan = office.core.read_loan(order.loan_id)
    if isinstance(loan, Refused | TryLater):
        return or_parked(loan)
    holder = office.core.read_holder(loan)
    if isinstance(holder, Refused | TryLater):
        return or_parked(holder)
    answer = confirm(order, routed, transaction, loan, holder, office.rules.debtor_address)
    return Parked(answer.code, answer.reason) if isinstance(answer, ConfirmationRefused) else answer
