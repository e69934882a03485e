"""The lender's names for channels and custom fields, from the setup document."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class MambuNames:
    """Ids are Mambu's own and never made from a name: Mambu cuts them at 32 characters.

    `repayment_channels`, `disbursement_channels`: the bank's scheme -> id of the channel for money that moved at the
    bank. `zone` is the tenant's: every date must carry the offset that the tenant has on that very day.
    `loan_assigned_user` is "" for a lender without that field.
    """

    zone: ZoneInfo
    repayment_channels: Mapping[str, str]
    disbursement_channels: Mapping[str, str]
    transaction_set: str
    creditor_iban: str
    creditor_name: str
    debtor_iban: str
    debtor_name: str
    payment_reference: str
    end_to_end_id: str
    status: str
    loan_set: str
    loan_iban: str
    loan_virtual_account_id: str
    loan_assigned_user: str = ""
