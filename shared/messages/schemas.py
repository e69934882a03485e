"""The bodies of Mambu's webhooks, as the lender's templates render them: everything is text."""

import json
from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from shared.domain.closure import LoanClosed
from shared.domain.disbursement import DisbursementOrder
from shared.domain.money import AmountError, pence_from_text

_not_blank = validate.Regexp(r"\s*\S", error="is empty")


class _Amount(fields.String):
    """Pounds as text, loaded as pence."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return pence_from_text(text)
        except AmountError as error:
            raise ValidationError(str(error)) from error


class LoanDisbursementSchema(Schema):
    """Body of /webhooks/mambu/loan-disbursement, for clients and groups; loads as a DisbursementOrder.

    An empty placeholder renders as empty text, so only what names the transaction must be filled in here; the rest is
    the router's to judge, where a refusal is seen by people and undone in the core. The template's remaining keys
    (loanName, transactionId, transactionEndToEndId, groupId) are read back from the core, which knows them better.
    """

    class Meta:
        unknown = EXCLUDE

    transaction_key = fields.String(data_key="transactionEncodedKey", required=True, validate=_not_blank)
    loan_id = fields.String(data_key="loanAccountId", required=True, validate=_not_blank)
    amount_pence = _Amount(data_key="amount", required=True)
    channel = fields.String(data_key="paymentScheme", required=True)
    currency = fields.String(data_key="accountCurrency", required=True)
    creditor_iban = fields.String(data_key="creditorIBAN", required=True)
    creditor_name = fields.String(data_key="creditorName", required=True)
    debtor_iban = fields.String(data_key="debtorIBAN")
    debtor_name = fields.String(data_key="debtorName")
    payment_reference = fields.String(data_key="paymentReference")
    assigned_user_key = fields.String(data_key="assignedLoanUser")

    @post_load
    def _order(self, data: Mapping[str, Any], **_: Any) -> DisbursementOrder:
        return DisbursementOrder(**_stripped(data))


class LoanClosureSchema(Schema):
    """Body of /webhooks/mambu/loan-closure, for loans closed and written off; loads as a LoanClosed.

    Only the loan must be named: whether it is over, and which account is its own, is read back from the core.
    """

    class Meta:
        unknown = EXCLUDE

    loan_id = fields.String(data_key="loanAccountId", required=True, validate=_not_blank)
    virtual_account_id = fields.String(data_key="virtualAccountId", allow_none=True)
    iban = fields.String(data_key="loanCFIBAN", allow_none=True)
    comment = fields.String(allow_none=True)

    @post_load
    def _closed(self, data: Mapping[str, Any], **_: Any) -> LoanClosed:
        return LoanClosed(**_stripped({key: value or "" for key, value in data.items()}))


def rendered_json(raw: bytes) -> Any:
    """The body of a template. Numbers stay the text they were sent as: a template may leave out the quotes, and an
    amount must not pass through a binary float. Raises ValueError, RecursionError."""
    return json.loads(raw, parse_float=str, parse_int=str)


def _stripped(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.strip() if isinstance(value, str) else value for key, value in data.items()}


def faults_of(error: ValidationError) -> str:
    """All faults of a body in one sentence, by key."""
    messages = error.messages if isinstance(error.messages, dict) else {"body": error.messages}
    return "; ".join(f"{key}: {' '.join(map(str, found))}" for key, found in sorted(messages.items()))
