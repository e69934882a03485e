"""Which account pays a disbursement: the operating account, or the virtual account that is tied to the loan."""

from services.worker.handlers.decisions.or_parked import Decision, or_parked
from services.worker.handlers.office import Office
from shared.domain.accounts import normal_iban
from shared.domain.bank_records import VirtualAccount
from shared.domain.core_records import CoreLoan
from shared.domain.disbursement import Disbursement
from shared.domain.events import AccountChosen, AccountCreated, AccountWanted, LinkRefused
from shared.domain.flows import Parked, Step
from shared.domain.linkage import account_wanted, iban_to_link, linked
from shared.domain.outcomes import Refused, TryLater
from shared.domain.transitions import DisbursementState

# Where a disbursement without an account ends: the bank did not make the one it asked for.
_REFUSED = (DisbursementState.REVERSING, DisbursementState.REVERSED)


def link_account(disbursement: Disbursement, office: Office) -> Decision:
    """The loan's own account where the set-up wants one; a loan that has none yet gets one."""
    rules = office.rules
    if not rules.links_disbursements:
        return AccountChosen(rules.operating_iban)
    if disbursement.confirmation is None:
        return Parked("not_confirmed", f"the payment is {disbursement.state} without a confirmation")
    loan = office.core.read_loan(disbursement.order.loan_id)
    if isinstance(loan, Refused | TryLater):
        return or_parked(loan)
    iban = iban_to_link(disbursement.order, loan, by_external_id=rules.bank_picks_the_number)
    if isinstance(iban, LinkRefused):
        return iban
    holder_name = disbursement.confirmation.holder_name
    if iban:
        account = _account_of(loan, iban, office)
        if isinstance(account, VirtualAccount):
            return linked(account, loan, holder_name)
        if account is not None:
            return account
        if rules.bank_picks_the_number:
            reason = f"the loan {loan.id} holds {iban}, which the bank does not list"
            return LinkRefused("virtual_account_missing", reason)
    return _new_account(loan, holder_name, iban, office)


def await_account(disbursement: Disbursement, office: Office) -> Decision:
    """Its creation comes by webhook; what else can tell of it is asked now and then, should the webhook be lost."""
    wanted = disbursement.wanted
    if wanted is None:
        return Parked("nothing_wanted", f"the payment is {disbursement.state} without an account asked for")
    if sibling := _asked_for_already(wanted, office):
        return AccountCreated(sibling.virtual_account_id, sibling.iban)
    # The bank's list does not show external ids, so only a number that we chose can be looked for.
    if wanted.iban and disbursement.step(Step.AWAIT_ACCOUNT).attempts:
        found = office.bank.find_account(wanted.iban)
        if isinstance(found, Refused | TryLater):
            return or_parked(found)
        if found:
            return AccountCreated(found.id, found.iban)
    return TryLater("the bank has not told of the virtual account yet")


def _account_of(loan: CoreLoan, iban: str, office: Office) -> VirtualAccount | LinkRefused | Parked | TryLater | None:
    """The enabled account that the loan names, None when there is none yet."""
    if not loan.iban:
        others = office.core.find_loans_by_iban(iban)
        if isinstance(others, Refused | TryLater):
            return or_parked(others)
        if any(other.key != loan.key for other in others):
            return LinkRefused("iban_of_another_loan", f"debtorIBAN {iban} is tied to another loan than {loan.id}")
    bank, known_id = office.bank, loan.virtual_account_id
    found = bank.read_account(known_id) if known_id else bank.find_account(iban)
    if isinstance(found, Refused | TryLater):
        return or_parked(found)
    if found and normal_iban(found.iban) != iban:
        reason = f"the loan {loan.id} holds {iban}, and its virtual account {found.id} has {found.iban}"
        return Parked("virtual_account_differs", reason)
    if found and not found.is_enabled:
        return Parked("virtual_account_disabled", f"the virtual account {found.id} of the loan {loan.id} is disabled")
    return found


def _new_account(
    loan: CoreLoan, holder_name: str, iban: str, office: Office
) -> AccountChosen | AccountWanted | LinkRefused:
    """Another disbursement of the loan may have got the account already, or may have been refused it."""
    refusals = 0
    while isinstance(wanted := account_wanted(loan, holder_name, iban, refusals), AccountWanted):
        if made := _asked_for_already(wanted, office):
            return AccountChosen(made.iban, made.virtual_account_id, write_linkage=True)
        if not any(sibling.state in _REFUSED for sibling in _asking(wanted, office)):
            break
        refusals += 1
    return wanted


def _asked_for_already(wanted: AccountWanted, office: Office) -> AccountChosen | None:
    """The account that another disbursement of the same loan asked for and got."""
    return next((sibling.account for sibling in _asking(wanted, office) if sibling.account), None)


def _asking(wanted: AccountWanted, office: Office) -> list[Disbursement]:
    found = office.journal.find(wanted.request_key)
    return [flow for flow in found if isinstance(flow, Disbursement) and flow.wanted == wanted]
