"""What the bank says before, or instead of, moving money."""

from services.worker.handlers.begin import report
from services.worker.handlers.office import Office
from services.worker.handlers.results import Result
from shared.domain.accounts import normal_iban
from shared.domain.disbursement import Disbursement, disbursement_id, owner_reference
from shared.domain.events import AccountRefused, PaymentRejected
from shared.domain.meanings import AccountReport, PaymentReport, Unrecognised
from shared.domain.transitions import DisbursementState

# ClearBank docs: payment-message-assessment-failed. It judges the copy, and the first may well be paid.
_SEEN_BEFORE = "duplicate transaction"

# ClearBank docs: virtual-account-creation-failed-v3. After a repeat it says that the account is there already.
_EXISTS_ALREADY = "ExternalVirtualAccountIdNotUnique"


def take_payment_report(said: PaymentReport, cause: str, office: Office) -> Result:
    """Held, rejected, or failed after it was taken."""
    flow_id = disbursement_id(said.end_to_end_id)
    if office.journal.load(flow_id) is None:
        return "ignored: no payment of ours has this end-to-end id"
    if isinstance(said.event, PaymentRejected) and _SEEN_BEFORE in said.event.reason.casefold():
        reason = f"the bank refused a copy of {flow_id}: {said.event.reason}; the first may have been paid"
        return Unrecognised("duplicate_at_bank", reason)
    return report(flow_id, said.event, cause, office)


def take_account_report(said: AccountReport, cause: str, office: Office) -> Result:
    """A virtual account was created, or not, for every disbursement that asked for it."""
    if isinstance(said.event, AccountRefused) and said.event.code == _EXISTS_ALREADY:
        return "ignored: the account is there already, its creation tells its number"
    asking = _asking(said, office) or _asking_by_owner(said, office)
    if not asking:
        return "ignored: no disbursement asked for this account"
    # One that was refused, or that has its account already, asks no longer, and takes no harm from being told.
    if len({disbursement.wanted for disbursement in asking if disbursement.state is DisbursementState.LINKING}) > 1:
        reason = f"several loans wait for an account of {said.owner_name}, and the webhook does not say whose this is"
        return Unrecognised("account_ambiguous", reason)
    for disbursement in asking:
        report(disbursement.id, said.event, cause, office)
    return "; ".join(disbursement.id for disbursement in asking)


def _asking(said: AccountReport, office: Office) -> list[Disbursement]:
    """Who asked for an account of this external id or number."""
    named = {normal_iban(reference) for reference in said.references}
    found = {flow.id: flow for reference in said.references for flow in office.journal.find(reference)}
    return [
        flow
        for flow in found.values()
        if isinstance(flow, Disbursement)
        and (wanted := flow.wanted)
        and (wanted.external_id in said.references or normal_iban(wanted.iban) in named)
    ]


def _asking_by_owner(said: AccountReport, office: Office) -> list[Disbursement]:
    """Who waits for an account whose number the bank chooses, in this owner's name."""
    if not said.owner_name:
        return []
    return [
        flow
        for flow in office.journal.find(owner_reference(said.owner_name))
        if isinstance(flow, Disbursement)
        and flow.state is DisbursementState.LINKING
        and flow.wanted
        and flow.wanted.external_id
    ]
