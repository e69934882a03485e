"""What the control door understands. Amounts are texts like "1500.00"; an unknown or misspelt key is refused."""

# ruff: noqa: N815 (the names are the keys of the JSON)

from decimal import Decimal
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from sandbox.mambu import faults
from sandbox.mambu.errors import invalid
from sandbox.mambu.loans import STATES

_MONEY = validate.Regexp(r"\d{1,12}(\.\d{1,2})?\Z", error='must be like "1500.00"')


class _Amount(fields.String):
    """Pounds as a text or a JSON number, loaded as a text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = f"{value}" if isinstance(value, int | Decimal) and not isinstance(value, bool) else value
        return super()._deserialize(text, attr, data, **kwargs)


class _Strict(Schema):
    class Meta:
        unknown = RAISE


def _optional_text() -> fields.String:
    return fields.String(load_default=None, allow_none=True)


class NewLoan(_Strict):
    id = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 32))
    loanName = _optional_text()
    holderType = fields.String(load_default="CLIENT", validate=validate.OneOf(["CLIENT", "GROUP"]))
    holder = fields.Raw(load_default=None, allow_none=True)
    amount = _Amount(load_default="1500.00", validate=_MONEY)
    balance = _Amount(load_default=None, allow_none=True, validate=_MONEY)
    currency = fields.String(load_default="GBP", validate=validate.Length(equal=3))
    state = fields.String(load_default="APPROVED", validate=validate.OneOf(STATES))
    subState = _optional_text()
    customFields = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), load_default=dict)
    revolving = fields.Boolean(load_default=False)
    partialDisbursements = fields.Boolean(load_default=False)
    tranches = fields.List(_Amount(validate=_MONEY), load_default=list)
    acceptsOverpayments = fields.Boolean(load_default=False)


class Disburse(_Strict):
    channel = _optional_text()
    amount = _Amount(load_default=None, allow_none=True, validate=_MONEY)
    creditorName = _optional_text()
    creditorIBAN = _optional_text()
    debtorName = _optional_text()
    debtorIBAN = _optional_text()
    paymentReference = _optional_text()
    transactionEndToEndId = _optional_text()
    transactionStatus = _optional_text()
    externalId = _optional_text()
    notes = _optional_text()
    webhook = fields.Boolean(load_default=True)


class Adjust(_Strict):
    notes = fields.String(load_default="taken back by hand")


class Close(_Strict):
    comment = fields.String(load_default="")


class NewFault(_Strict):
    on = fields.String(required=True, validate=validate.OneOf([*sorted(set(faults.AREAS.values())), faults.ANY]))
    kind = fields.String(required=True, validate=validate.OneOf(faults.KINDS))
    times = fields.Integer(load_default=1, allow_none=True, validate=validate.Range(min=1))
    match = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    hangSeconds = fields.Float(validate=validate.Range(min=0))
    retryAfterSeconds = fields.Integer(validate=validate.Range(min=0))


class Delivery(_Strict):
    """Only what is given is changed."""

    duplicate = fields.Integer(validate=validate.Range(min=0))
    fireForEveryChannel = fields.Boolean()
    method = fields.String(validate=validate.OneOf(["POST", "PUT", "PATCH"]))
    sendBrokenJson = fields.Boolean()
    thousandSeparators = fields.Boolean()
    runningStatus = fields.Integer(validate=validate.OneOf([102, 409]))


class RawWebhook(_Strict):
    path = fields.String(load_default="/loan-disbursement")
    body = fields.Raw(load_default="")
    username = _optional_text()
    password = _optional_text()
    headers = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    method = fields.String(load_default="POST")


class Resend(_Strict):
    times = fields.Integer(load_default=1, validate=validate.Range(1, 100))
    newKey = fields.Boolean(load_default=True)


class Clock(_Strict):
    offsetSeconds = fields.Float(required=True)


class Reset(_Strict):
    seed = fields.Integer(load_default=0)


def load(schema: Schema, body: Any) -> dict[str, Any]:
    """Raises Refusal 4 naming every fault."""
    try:
        loaded: dict[str, Any] = schema.load(body)
    except ValidationError as error:
        messages = error.messages if isinstance(error.messages, dict) else {"body": error.messages}
        raise invalid("; ".join(f"{name}: {said}" for name, said in sorted(messages.items(), key=str))) from error
    return loaded
