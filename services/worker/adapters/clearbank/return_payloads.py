"""Money sent back to its sender, as the exact bytes of a ClearBank request (ClearBank docs: FPS v3, CHAPS v6, bacs)."""

from typing import Any

import simplejson

from shared.domain.flows import Request, Step
from shared.domain.posting import Posting
from shared.domain.references import instruction_id, request_key

FPS_RETURN_PATH = "/v3/payments/fps/return"
CHAPS_RETURN_PATH = "/payments/chaps/v6/return-payments"
BACS_RETURNS = "/Transactions/Returns"


def return_request(posting: Posting, pooled_account_id: str) -> Request:
    """By the scheme the money came by. Raises ValueError where that scheme knows no return, or no reason is given."""
    transaction_id, reason = posting.settlement.transaction_id, posting.return_reason
    if not reason:
        raise ValueError(f"{posting.id} is {posting.state} and names no reason for its return")
    key = request_key(posting.id, Step.RETURN_MONEY, posting.step(Step.RETURN_MONEY).generation)
    body: dict[str, Any]
    match posting.settlement.scheme:
        case "FasterPayments":
            path = FPS_RETURN_PATH
            # The two capitals are the contract's own.
            body = {"paymentReturnInstruction": {"TransactionId": transaction_id, "ReasonForReturn": reason}}
        case "Chaps":
            path = CHAPS_RETURN_PATH
            # That paymentId is the TransactionId of the settlement is inferred: nothing else names the payment to us.
            instruction = instruction_id(key.replace("-", ""), "R")
            body = {"paymentId": transaction_id, "reason": reason, "instructionIdentification": instruction}
        case "Bacs":
            # Money on another real account than the pooled one is not found here.
            virtual = f"/Virtual/{posting.virtual_account_id}" if posting.virtual_account_id else ""
            path = f"/v1/Accounts/{pooled_account_id}{virtual}{BACS_RETURNS}"
            body = {"returns": [{"transactionId": transaction_id, "reasonCode": reason}]}
        case scheme:
            raise ValueError(f"{posting.id} came by {scheme or 'an unnamed scheme'}, which knows no return")
    return Request("POST", path, simplejson.dumps(body, separators=(",", ":")), key)
