"""The bodies of Mambu's webhooks, as the lender's templates render them: everything is text."""

import json
from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from shared.domain.closure import LoanClosed
from shared.domain.disbursement import DisbursementOrder
from shared.domain.money import AmountError, pence_from_text

_not_blank = validate.Length(min=1, error="is empty")
_MOST_AMOUNT_CHARACTERS = 24  # exact in a Decimal of 28 digits, and more than any loan


class _Text(fields.String):
    """Text without the spaces around it. A placeholder without a value may render as null, which is empty text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_none=True, pre_load=lambda value: "" if value is None else value, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        try:
            text.encode()
        except UnicodeEncodeError as error:  # the store could not file anything under it
            raise ValidationError("holds half a surrogate pair") from error
        return text


class _Amount(_Text):
    """Pounds as text, loaded as pence."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if len(text) > _MOST_AMOUNT_CHARACTERS:
            raise ValidationError(f"is longer than the {_MOST_AMOUNT_CHARACTERS} characters of an amount")
        try:
            return pence_from_text(text)
        except AmountError as error:
            raise ValidationError(str(error)) from error


class LoanDisbursementSchema(Schema):
    """Body of /webhooks/mambu/loan-disbursement, for clients and groups; loads as a DisbursementOrder.

    An empty placeholder renders as empty text or null, so only what names the transaction must be filled in here; the
    rest is the router's to judge, where a refusal is seen by people and undone in the core. The template's remaining
    keys (loanName, transactionId, transactionEndToEndId, groupId) are read back from the core, which knows them better.
    """

    class Meta:
        unknown = EXCLUDE

    transaction_key = _Text(data_key="transactionEncodedKey", required=True, validate=_not_blank)
    loan_id = _Text(data_key="loanAccountId", required=True, validate=_not_blank)
    amount_pence = _Amount(data_key="amount", required=True)
    channel = _Text(data_key="paymentScheme", required=True)
    currency = _Text(data_key="accountCurrency", required=True)
    creditor_iban = _Text(data_key="creditorIBAN", required=True)
    creditor_name = _Text(data_key="creditorName", required=True)
    debtor_iban = _Text(data_key="debtorIBAN")
    debtor_name = _Text(data_key="debtorName")
    payment_reference = _Text(data_key="paymentReference")
    assigned_user_key = _Text(data_key="assignedLoanUser")

    @post_load
    def _order(self, data: Mapping[str, Any], **_: Any) -> DisbursementOrder:
        return DisbursementOrder(**data)


class LoanClosureSchema(Schema):
    """Body of /webhooks/mambu/loan-closure, for loans closed and written off; loads as a LoanClosed.

    Only the loan must be named: whether it is over, and which account is its own, is read back from the core.
    """

    class Meta:
        unknown = EXCLUDE

    loan_id = _Text(data_key="loanAccountId", required=True, validate=_not_blank)
    virtual_account_id = _Text(data_key="virtualAccountId")
    iban = _Text(data_key="loanCFIBAN")
    comment = _Text()

    @post_load
    def _closed(self, data: Mapping[str, Any], **_: Any) -> LoanClosed:
        return LoanClosed(**data)


def rendered_json(raw: bytes) -> Any:
    """The body of a template. Numbers stay the text they were sent as: a template may leave out the quotes, and an
    amount must not pass through a binary float. Raises ValueError, RecursionError."""
    return json.loads(raw, parse_float=str, parse_int=str)


def faults_of(error: ValidationError) -> str:
    """All faults of a body in one sentence, by key."""
    messages = error.messages if isinstance(error.messages, dict) else {"body": error.messages}
    return "; ".join(f"{key}: {' '.join(map(str, found))}" for key, found in sorted(messages.items()))
