"""What we write into custom fields of records that exist: a disbursement's status, a loan's linkage."""

from urllib.parse import quote

from services.worker.adapters.mambu.fields import MambuNames
from services.worker.adapters.mambu.values import as_json
from shared.domain.core_records import TransactionStatus
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Request, Step
from shared.domain.references import request_key

CUSTOM_INFORMATION = "/custominformation"
_STEP_OF = {
    TransactionStatus.SETTLED: Step.REPORT_SETTLED,
    TransactionStatus.HELD: Step.REPORT_HELD,
    TransactionStatus.REJECTED: Step.REPORT_REJECTED,
}


def status_request(disbursement: Disbursement, status: TransactionStatus, names: MambuNames) -> Request:
    """v2 cannot change a loan transaction's custom fields; this v1 call can (Mambu API v1, custominformation)."""
    loan = quote(disbursement.order.loan_id, safe="")
    transaction = quote(disbursement.order.transaction_key, safe="")
    body = {"customInformation": [{"customFieldID": names.status, "value": status.value}]}
    path = f"/loans/{loan}/transactions/{transaction}{CUSTOM_INFORMATION}"
    return Request("PATCH", path, as_json(body), _key(disbursement, _STEP_OF[status]))


def linkage_request(disbursement: Disbursement, names: MambuNames) -> Request:
    """Tie the loan to its virtual account. ADD sets a field whether or not it is there (Mambu API v2, custom fields).

    Raises ValueError when the disbursement has no virtual account.
    """
    account, confirmation = disbursement.account, disbursement.confirmation
    if account is None or not account.virtual_account_id or not account.iban:
        raise ValueError(f"{disbursement.id} has no virtual account to be tied to its loan")
    values = {names.loan_virtual_account_id: account.virtual_account_id, names.loan_iban: account.iban}
    body = [{"op": "ADD", "path": f"/{names.loan_set}/{field}", "value": value} for field, value in values.items()]
    # The loan that the core confirmed, by its encoded key: a readable id was seen to change nothing on transactions.
    loan = confirmation.loan_key if confirmation else ""
    path = f"/loans/{quote(loan or disbursement.order.loan_id, safe='')}"
    return Request("PATCH", path, as_json(body), _key(disbursement, Step.WRITE_LINKAGE))


def _key(disbursement: Disbursement, step: Step) -> str:
    return request_key(disbursement.id, step, disbursement.step(step).generation)
