"""Which virtual account belongs to a loan, and what it should be called: the pure part of linking."""

import re

from shared.domain.accounts import normal_iban
from shared.domain.bank_records import VirtualAccount
from shared.domain.core_records import CoreLoan
from shared.domain.disbursement import DisbursementOrder
from shared.domain.events import AccountChosen, AccountWanted, LinkRefused
from shared.domain.flows import Step
from shared.domain.references import request_key

_OWNER_NAME_LENGTH = 140
# ClearBank docs: sterling-v2, ownerName. Emoji and control characters go too: nobody states that they pass.
_NOT_IN_OWNER_NAMES = re.compile(r"[|_\[\]<>^`~\\$\x00-\x1f\x7f\ud800-\udfff]|[^\u0000-\uffff]")


def owner_name(holder_name: str) -> str:
    """The holder's name as a virtual account can carry it; "" when nothing of it can."""
    return " ".join(_NOT_IN_OWNER_NAMES.sub(" ", holder_name).split())[:_OWNER_NAME_LENGTH].strip()


def iban_to_link(order: DisbursementOrder, loan: CoreLoan, *, by_external_id: bool) -> str | LinkRefused:
    """The IBAN of the account that must pay; "" when the bank is to pick one."""
    given, known = normal_iban(order.debtor_iban), normal_iban(loan.iban)
    if known and given and known != given:
        return LinkRefused("loan_iban_differs", f"debtorIBAN is {given}, and the loan {loan.id} holds {known}")
    if given and not known and by_external_id:
        reason = "debtorIBAN is given although hasVirtualAccountExternalID lets the bank pick the number"
        return LinkRefused("linkage_conflict", reason)
    if not given and not known and not by_external_id:
        reason = f"neither debtorIBAN nor the loan {loan.id} names an IBAN, and hasVirtualAccountExternalID is off"
        return LinkRefused("iban_missing", reason)
    return known or given


def linked(account: VirtualAccount, loan: CoreLoan, holder_name: str) -> AccountChosen:
    """The account as it stands at the bank, with what must still be written or amended."""
    iban, name = normal_iban(account.iban), owner_name(holder_name)
    is_written = loan.virtual_account_id == account.id and normal_iban(loan.iban) == iban
    return AccountChosen(
        iban,
        account.id,
        write_linkage=not is_written,
        owner_name=name if name and name != account.owner_name else "",
    )


def account_wanted(loan: CoreLoan, holder_name: str, iban: str, refusals: int = 0) -> AccountWanted | LinkRefused:
    """What to ask the bank for. ClearBank's own external id is the X-Request-Id, as Mambu's connector has it.

    `refusals`: how often the bank has refused this account. Under the old id it would only say that it knows the id.
    """
    name = owner_name(holder_name)
    if not name:
        return LinkRefused("owner_name_invalid", "the holder's name has no character that an owner name can carry")
    key = request_key(f"linkage:{loan.key}:{iban}:{name}", Step.CREATE_ACCOUNT, refusals + 1)
    return AccountWanted(name, key, iban=iban, external_id="" if iban else key)
