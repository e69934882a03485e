"""Our instructions as the exact bytes of Mambu requests."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

import simplejson

from services.worker.adapters.mambu.fields import MambuNames
from shared.domain.core_records import TransactionStatus
from shared.domain.disbursement import Disbursement
from shared.domain.money import pounds
from shared.domain.payments import Request, Step
from shared.domain.references import external_id, request_key
from shared.domain.repayment import Repayment

_STEP_OF = {
    TransactionStatus.SETTLED: Step.REPORT_SETTLED,
    TransactionStatus.HELD: Step.REPORT_HELD,
    TransactionStatus.REJECTED: Step.REPORT_REJECTED,
}
CUSTOM_INFORMATION = "/custominformation"


def status_request(disbursement: Disbursement, status: TransactionStatus, names: MambuNames) -> Request:
    """v2 cannot change a loan transaction's custom fields; this v1 call can (Mambu API v1, custominformation)."""
    loan = quote(disbursement.order.loan_id, safe="")
    transaction = quote(disbursement.order.transaction_key, safe="")
    body = {"customInformation": [{"customFieldID": names.status, "value": status.value}]}
    return Request(
        "PATCH",
        f"/loans/{loan}/transactions/{transaction}{CUSTOM_INFORMATION}",
        _json(body),
        request_key(disbursement.id, _STEP_OF[status]),
    )


def reversal_request(disbursement: Disbursement) -> Request:
    """Take the disbursement back; `notes` is required and holds at most 255 characters."""
    key = quote(disbursement.order.transaction_key, safe="")
    notes = f"Payment not made: {disbursement.failure}"[:255]
    return Request(
        "POST", f"/loans/transactions/{key}:adjust", _json({"notes": notes}), request_key(disbursement.id, Step.REVERSE)
    )


def repayment_request(repayment: Repayment, names: MambuNames) -> Request:
    """Post the money to its loan, on the day it settled, with the bank's own ids beside it."""
    money = repayment.money
    fields = {
        names.creditor_iban: money.account_iban,
        names.creditor_name: money.account_name,
        names.debtor_iban: money.payer_iban,
        names.debtor_name: money.payer_name,
        names.payment_reference: money.reference,
        names.end_to_end_id: money.end_to_end_id,
        names.status: TransactionStatus.SETTLED.value,
    }
    body: dict[str, Any] = {
        "amount": pounds(money.amount_pence),
        "externalId": external_id(money.transaction_id),
        "transactionDetails": {"transactionChannelId": names.repayment_channels[money.scheme or "FasterPayments"]},
        # Mambu refuses an empty custom field.
        names.transaction_set: {field: text for field, text in fields.items() if text},
    }
    if money.settled_at:
        body["valueDate"] = tenant_time(money.settled_at, names)
    loan = quote(repayment.loan_id, safe="")
    return Request(
        "POST",
        f"/loans/{loan}/repayment-transactions",
        _json(body),
        request_key(repayment.id, Step.POST_REPAYMENT),
    )


def tenant_time(moment: datetime, names: MambuNames) -> str:
    """The moment with the tenant's own offset of that day; Mambu refuses any other, and `Z` too."""
    return moment.astimezone(names.zone).isoformat(timespec="seconds")


def _json(body: Any) -> str:
    return str(simplejson.dumps(body, use_decimal=True, separators=(",", ":")))
