"""Does the core agree with what its webhook said? Webhooks are unsigned, so nothing is paid before this."""

from dataclasses import dataclass

from shared.domain.core_records import CoreHolder, CoreLoan, CoreTransaction
from shared.domain.disbursement import DisbursementOrder
from shared.domain.events import Address, Confirmed, Routed
from shared.domain.money import pounds
from shared.domain.schemes import fit_text, rules_of

# A disbursed loan is active; a loan that is closed or not yet approved cannot have been disbursed just now.
_DISBURSED_STATES = frozenset({"ACTIVE", "ACTIVE_IN_ARREARS", "APPROVED"})

# Mambu's v1 API and old webhooks leave out a letter.
DISBURSEMENT_TYPES = frozenset({"DISBURSEMENT", "DISBURSMENT"})


@dataclass(frozen=True, slots=True)
class ConfirmationRefused:
    """A person must look: the webhook and the core disagree, or the core lacks what the bank demands."""

    code: str
    reason: str


def confirm(
    order: DisbursementOrder,
    route: Routed,
    transaction: CoreTransaction,
    loan: CoreLoan,
    holder: CoreHolder,
    debtor_address: Address | None,
) -> Confirmed | ConfirmationRefused:
    """Compare the order with the core's own records; the first difference decides.

    `debtor_address` is the lender's own from the set-up; without it the holder's address stands in for both sides,
    as the payment is made in the name of the borrower.
    """
    creditor_address = holder.address or debtor_address
    differences = (
        (transaction.key != order.transaction_key, "transaction_differs", "the core answered with another transaction"),
        (transaction.type not in DISBURSEMENT_TYPES, "not_a_disbursement", f"the transaction is a {transaction.type}"),
        (transaction.adjusted, "already_reversed", "the disbursement has been taken back in the core"),
        (
            transaction.amount_pence != order.amount_pence,
            "amount_differs",
            f"the webhook says {pounds(order.amount_pence)}, the core {pounds(transaction.amount_pence)}",
        ),
        (
            transaction.channel != order.channel,
            "channel_differs",
            f"the webhook says {order.channel!r}, the core {transaction.channel!r}",
        ),
        (
            transaction.loan_key != loan.key or order.loan_id not in (loan.id, loan.key),
            "loan_differs",
            "the transaction belongs to another loan than the webhook says",
        ),
        (loan.state not in _DISBURSED_STATES, "loan_not_open", f"the loan {loan.id} is {loan.state}"),
        (loan.currency != order.currency, "currency_differs", f"the loan's currency is {loan.currency}"),
    )
    for differs, code, reason in differences:
        if differs:
            return ConfirmationRefused(code, reason)
    if creditor_address is None:
        reason = f"{holder.name} has no address with town, post code and country in the core, which the bank demands"
        return ConfirmationRefused("address_missing", reason)
    debtor_name = route.debtor_name or fit_text(holder.name, route.scheme, rules_of(route.scheme).name_length)
    if not debtor_name:
        reason = f"neither debtorName nor the holder's name has a character that {route.scheme} can carry"
        return ConfirmationRefused("debtor_name_missing", reason)
    return Confirmed(
        transaction_id=transaction.id,
        loan_id=loan.id,
        loan_key=loan.key,
        holder_name=holder.name,
        debtor_name=debtor_name,
        creditor_address=creditor_address,
        debtor_address=debtor_address or creditor_address,
    )
