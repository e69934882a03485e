"""The set-up that tests agree on: accounts, channels, keys, and what the lender has decided."""

from dataclasses import replace
from typing import Any

from services.worker.handlers.office import Rules
from shared.domain.notification import Flag
from shared.domain.schemes import Scheme

OPERATING_IBAN = "GB29NWBK60161331926819"
CREDITOR_IBAN = "GB82WEST12345698765432"
LOAN_IBAN = "GB33BUKB20201555555555"
VIRTUAL_ACCOUNT_ID = "virtual-1"
BANK_ID = "causeway"
FPS_CHANNEL, CHAPS_CHANNEL = "MBU_Loan_Disbursement_FPS", "MBU_Loan_Disbursement_CHAPS"
CHANNELS = {FPS_CHANNEL: Scheme.FPS, CHAPS_CHANNEL: Scheme.CHAPS}
TRANSACTION_KEY = "8a8187366a01d4a1016a023792a50001"
LOAN_KEY = "8a8187366a01d4a1016a023792a5f00d"


def the_rules(**changed: Any) -> Rules:
    """The set-up's decisions: repayments go by virtual account, disbursements leave the lender's own account, and
    people are told of everything.

    `links_disbursements=True` for a lender whose loans pay from accounts of their own, `bank_picks_the_number=True`
    when the bank numbers them; `finds_loans_by_account=False` for a lender without virtual accounts.
    """
    rules = Rules(
        scheme_of_channel=CHANNELS,
        finds_loans_by_account=True,
        links_disbursements=False,
        bank_picks_the_number=False,
        takes_bacs=False,
        operating_iban=OPERATING_IBAN,
        bank_id=BANK_ID,
        told=frozenset(Flag),
    )
    return replace(rules, **changed)
