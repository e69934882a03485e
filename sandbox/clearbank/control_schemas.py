"""What the control door understands. It speaks to people writing tests, so it refuses what it does not know."""
# ruff: noqa: N815 (the fields are named as on the wire)

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import OneOf, Range

from sandbox.clearbank.accounts import is_uk_iban
from sandbox.clearbank.bacs import SERVICE_USER_NUMBER
from sandbox.clearbank.faults import AFTER, AREAS, BEFORE
from sandbox.clearbank.fields import Flag, Uuid, text
from sandbox.clearbank.matching import KEYS
from sandbox.clearbank.payloads import FPS_REFERENCE_LENGTH
from sandbox.clearbank.rules import OUTCOMES
from sandbox.clearbank.webhooks import SIGNATURES

AMOUNT = r"[0-9]{1,12}(\.[0-9]{1,2})?"
AT_LEAST_ONE = Range(min=1)


def _uk_iban(value: str) -> None:
    if not is_uk_iban(value):
        raise ValidationError("Must be a UK IBAN with good check digits.")


def seconds() -> fields.Float:
    return fields.Float(validate=Range(min=0))


def match() -> fields.Dict:
    return fields.Dict(keys=fields.String(validate=OneOf(sorted(KEYS))), values=fields.String(), load_default=dict)


def times() -> fields.Integer:
    return fields.Integer(strict=True, validate=AT_LEAST_ONE, load_default=None)


class NewRule(Schema):
    match = match()
    outcome = fields.String(required=True, validate=OneOf(sorted(OUTCOMES)))
    code = fields.String()
    reason = fields.String()
    delaySeconds = seconds()
    times = times()


class NewFault(Schema):
    on = fields.String(required=True, validate=OneOf(AREAS))
    kind = fields.String(required=True, validate=OneOf(sorted(BEFORE | AFTER)))
    match = match()
    times = fields.Integer(strict=True, validate=AT_LEAST_ONE, load_default=1)
    retryAfterSeconds = fields.Integer(strict=True, validate=Range(min=0))
    hangSeconds = seconds()


class NewDeliveryRule(Schema):
    match = match()
    duplicate = fields.Integer(strict=True, validate=Range(min=0, max=100), load_default=0)
    reorder = Flag(load_default=False)
    reorderWithinSeconds = fields.Float(validate=Range(min=0), load_default=0.5)
    loseFirst = fields.Integer(strict=True, validate=Range(min=0), load_default=0)
    times = times()


class Inbound(Schema):
    amount = text(1, 15, AMOUNT)
    creditorIban = fields.String(required=True, validate=_uk_iban)
    debtorName = text(1, 140)
    debtorIban = fields.String(required=True, validate=_uk_iban)
    reference = text(0, 140, required=False, load_default="")
    endToEndId = text(1, 35, required=False, load_default="")
    transactionId = Uuid(load_default="")
    hold = Flag(load_default=False)
    delaySeconds = fields.Float(validate=Range(min=0), load_default=None)


class KnownVirtualAccount(Schema):
    ownerName = text(1, 140)


class InboundFps(Inbound):
    reference = text(0, FPS_REFERENCE_LENGTH, required=False, load_default="")  # the scheme carries no more


class InboundBacs(Inbound):
    reference = text(0, 18, required=False, load_default="")
    days = fields.Integer(strict=True, validate=Range(min=0, max=5), load_default=1)
    serviceUserNumber = text(6, 6, "[0-9]{6}", required=False, load_default=SERVICE_USER_NUMBER)


class Outbound(Schema):
    amount = text(1, 15, AMOUNT)
    debtorIban = fields.String(required=True, validate=_uk_iban)
    creditorIban = fields.String(required=True, validate=_uk_iban)
    creditorName = text(1, 140)
    reference = text(0, 35, required=False, load_default="")
    endToEndId = text(1, 35, required=False, load_default="")


class GiveBack(Schema):
    code = text(1, 64, required=False, load_default="AC03")


class Decision(Schema):
    code = fields.String()
    reason = fields.String()
    webhook = Flag(load_default=False)  # inbound: whether a decline is told is unverified


class NewWebhook(Schema):
    type = fields.String(load_default="FITestEvent")
    version = fields.Integer(strict=True, load_default=1)
    payload = fields.Raw(load_default="test me", allow_none=True)
    signature = fields.String(validate=OneOf(SIGNATURES), load_default="good")
    nonce = fields.Integer(strict=True, load_default=None)
    rawBody = fields.String(load_default=None)
    queue = Flag(load_default=False)


class Resend(Schema):
    times = fields.Integer(strict=True, validate=Range(min=1, max=100), load_default=1)


class Reset(Schema):
    seed = fields.Integer(strict=True, load_default=1)
