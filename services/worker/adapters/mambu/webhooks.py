"""What Mambu's webhooks mean. Our own postings fire them too: they are told apart by their channel."""

import json
from collections.abc import Sequence

from shared.domain.disbursement import DisbursementOrder
from shared.domain.meanings import Ignored, Meaning
from shared.messages.schemas import LoanDisbursementSchema


def interpret_loan_disbursement(raw: bytes, posted_by_us: frozenset[str]) -> Sequence[Meaning]:
    """The order in the body. `posted_by_us` are the channels of disbursements that began at the bank."""
    order: DisbursementOrder = LoanDisbursementSchema().load(json.loads(raw))
    if order.channel in posted_by_us:
        return [Ignored("a disbursement that the connector posted itself")]
    return [order]
