"""What Mambu's webhooks mean. Our own postings fire them too: they are told apart by their channel."""

from collections.abc import Sequence

from marshmallow import ValidationError

from shared.domain.closure import LoanClosed
from shared.domain.disbursement import DisbursementOrder
from shared.domain.meanings import Ignored, Meaning, Unrecognised
from shared.messages.schemas import LoanClosureSchema, LoanDisbursementSchema, faults_of, rendered_json


def interpret_loan_disbursement(raw: bytes, posted_by_us: frozenset[str]) -> Sequence[Meaning]:
    """The order in the body. `posted_by_us` are the channels of disbursements that began at the bank."""
    order = _loaded(LoanDisbursementSchema(), raw)
    if isinstance(order, DisbursementOrder) and order.channel in posted_by_us:
        return [Ignored("a disbursement that the connector posted itself")]
    return [order]


def interpret_loan_closure(raw: bytes) -> Sequence[Meaning]:
    """The loan that is over."""
    return [_loaded(LoanClosureSchema(), raw)]


def _loaded(
    schema: LoanDisbursementSchema | LoanClosureSchema, raw: bytes
) -> DisbursementOrder | LoanClosed | Unrecognised:
    """The body was good when it was stored; a later schema may be of another mind."""
    try:
        loaded: DisbursementOrder | LoanClosed = schema.load(rendered_json(raw))
    except (ValidationError, ValueError, RecursionError) as error:
        why = faults_of(error) if isinstance(error, ValidationError) else str(error)
        return Unrecognised("body_unreadable", f"the stored body cannot be read: {why}")
    return loaded
