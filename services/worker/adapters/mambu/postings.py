"""Money that moved at the bank as a transaction on its loan (Mambu API v2, loan transactions)."""

from typing import Any
from urllib.parse import quote

from services.worker.adapters.mambu.fields import MambuNames
from services.worker.adapters.mambu.values import CUSTOM_FIELD_LENGTH, as_json, taken_text, tenant_time
from shared.domain.core_records import CoreTransaction, TransactionStatus
from shared.domain.flows import Request
from shared.domain.money import pounds
from shared.domain.outcomes import Accepted, LookUp, NotDone, Refused
from shared.domain.posting import BankDisbursement, Posting
from shared.domain.references import debit_external_id, external_id, request_key
from shared.domain.settlement import Direction, Settlement

TRANSACTIONS = "-transactions"
_DEFAULT_SCHEME = "FasterPayments"  # of money whose scheme the bank leaves open


def posting_request(posting: Posting, names: MambuNames) -> Request:
    """A repayment or a disbursement, on the day it settled, with the bank's own ids beside it.

    Raises ValueError when no loan is found yet, or no channel belongs to the scheme.
    """
    if not posting.loan_id:
        raise ValueError(f"{posting.id} has no loan to be posted on")
    money, is_disbursement = posting.settlement, isinstance(posting, BankDisbursement)
    body: dict[str, Any] = {
        "externalId": external_id_of(posting),
        "transactionDetails": {"transactionChannelId": _channel(posting, names)},
        names.transaction_set: _custom_fields(money, names),
    }
    # Term loans disburse what was approved and want no amount (Mambu API v2, disbursement).
    if not (is_disbursement and posting.is_full_disbursement):
        body["amount"] = pounds(money.amount_pence)
    if money.settled_at:
        body["valueDate"] = tenant_time(money.settled_at, names.zone)
    kind = "disbursement" if is_disbursement else "repayment"
    key = request_key(posting.id, posting.POST, posting.step(posting.POST).generation)
    return Request("POST", f"/loans/{quote(posting.loan_id, safe='')}/{kind}{TRANSACTIONS}", as_json(body), key)


def external_id_of(posting: Posting) -> str:
    """What the posting can be found by, for good: the Idempotency-Key protects for six hours only."""
    of_side = debit_external_id if isinstance(posting, BankDisbursement) else external_id
    return of_side(posting.settlement.transaction_id)


def booked(found: list[CoreTransaction], posting: Posting) -> LookUp:
    """Whether one of these transactions, found by the external id, is the posting.

    One that was taken back since counts too: it happened. Mambu may post a transaction anew when it corrects an
    earlier one, so one that stands comes first.
    """
    postings = [one for one in found if not one.type.endswith("_ADJUSTMENT")]
    if not postings:
        return NotDone("Mambu has no such transaction")
    ours = sorted((one for one in postings if one.loan_key == posting.loan_key), key=lambda one: one.adjusted)
    if not ours:
        reason = f"Mambu has the external id {external_id_of(posting)} on another loan than {posting.loan_id}"
        return Refused("external_id_taken", f"{reason}: transaction {postings[0].id}", verdict=False)
    return Accepted(ours[0].id or ours[0].key)


def _channel(posting: Posting, names: MambuNames) -> str:
    channels = names.disbursement_channels if isinstance(posting, BankDisbursement) else names.repayment_channels
    scheme = posting.settlement.scheme or _DEFAULT_SCHEME
    if scheme not in channels:
        raise ValueError(f"{posting.id} came by {scheme}, for which the set-up names no channel of Mambu")
    return channels[scheme]


def _custom_fields(money: Settlement, names: MambuNames) -> dict[str, str]:
    """Mambu refuses an empty custom field: what the bank does not tell is left out."""
    ours, theirs = (money.account_iban, money.account_name), (money.counterpart_iban, money.counterpart_name)
    creditor, debtor = (ours, theirs) if money.direction is Direction.CREDIT else (theirs, ours)
    fields = {
        names.creditor_iban: creditor[0],
        names.creditor_name: creditor[1],
        names.debtor_iban: debtor[0],
        names.debtor_name: debtor[1],
        names.payment_reference: money.reference,
        names.end_to_end_id: money.end_to_end_id,
        names.status: TransactionStatus.SETTLED.value,
    }
    taken = {field: taken_text(text, CUSTOM_FIELD_LENGTH) for field, text in fields.items()}
    return {field: text for field, text in taken.items() if text}
