"""Taking transactions back; `notes` is required (Mambu API v2, adjust)."""

from urllib.parse import quote

from services.worker.adapters.mambu.values import NOTES_LENGTH, as_json, taken_text
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Flow, Request, Step
from shared.domain.posting import Posting
from shared.domain.references import request_key

ADJUST = ":adjust"


def reversal_request(disbursement: Disbursement) -> Request:
    """Take back the disbursement that was ordered in the core."""
    notes = f"Payment not made: {disbursement.failure}"
    return _adjustment(disbursement, Step.REVERSE, disbursement.order.transaction_key, notes)


def undo_request(posting: Posting) -> Request:
    """Take back what we posted. Raises ValueError when the core's id of it is not known."""
    if not posting.core_transaction_id:
        raise ValueError(f"{posting.id} has no transaction of the core to be taken back")
    notes = f"Money went back: {posting.failure}"
    return _adjustment(posting, posting.UNDO, posting.core_transaction_id, notes)


def _adjustment(flow: Flow, step: Step, transaction: str, notes: str) -> Request:
    body = as_json({"notes": taken_text(notes, NOTES_LENGTH)})
    key = request_key(flow.id, step, flow.step(step).generation)
    return Request("POST", f"/loans/transactions/{quote(transaction, safe='')}{ADJUST}", body, key)
