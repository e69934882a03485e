"""Request bodies of Faster Payments v3; misspellings are the contract's own. Unknown fields are refused."""
# ruff: noqa: N815 (the fields are named as on the wire)

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length

from sandbox.clearbank.fields import Flag, Pence, Uuid, choice, text

MOST_INSTRUCTIONS = MOST_TRANSFERS = 10
ADDRESS = r"[a-zA-Z0-9\/\-?:().,'+ ]*"
RETURN_REASONS = """
    BeneficiarySortCodeOrAccountUnknown BeneficiaryAccountClosed BeneficiaryAccountStopped BeneficiaryDeceased
    AccountCannotBeIdentified BeneficiaryAccountNameDoesNotMatchBeneficiaryAccountNumber
    ReturnRequestedBySenderOfOriginalPayment AccountIsNotInCurrencyQuoted
    BeneficiaryNotExpectingFundsOrInstructedReturn TermsAndConditionsOfAccountDoNotPermitCreditingOfFunds
    SendingFpsInstitutionActionRequired AccountTransferred PaymentCannotBeAppliedBecauseOfBeneficiarySensitivities Other
"""


class SchemeName(Schema):
    code = choice("BBAN CUID UPIC", required=False)
    proprietary = text(0, 35, required=False, allow_none=True)

    @validates_schema
    def _one_is_given(self, data: dict[str, Any], **_: Any) -> None:
        if bool(data.get("code")) == bool(data.get("proprietary")):
            raise ValidationError("Either code or proprietary must be given.")


class OtherIdentification(Schema):
    identification = text(1, 34)
    schemeName = fields.Nested(SchemeName, required=True)
    issuer = text(0, 35, required=False, allow_none=True)


class Identification(Schema):
    iban = text(1, 34, required=False, allow_none=True)
    other = fields.Nested(OtherIdentification, allow_none=True)

    @validates_schema
    def _one_is_given(self, data: dict[str, Any], **_: Any) -> None:
        if bool(data.get("iban")) == bool(data.get("other")):
            raise ValidationError("Either iban or other must be given.")


class Account(Schema):
    identification = fields.Nested(Identification, required=True)


class Debtor(Schema):
    address = text(1, 140, ADDRESS)
    legalEntityIdentifier = text(0, 35, required=False, allow_none=True)


class Creditor(Schema):
    name = text(1, 140)  # its characters are checked after the 202
    legalEntityIndentifier = text(0, 35, required=False, allow_none=True)


class Amount(Schema):
    instructedAmount = Pence(required=True)
    currency = text(3, 3, "[A-Z]{3}", required=False)  # one that is not GBP is answered InvalidCurrency


class PaymentIdentification(Schema):
    instructionIdentification = text(1, 35)
    endToEndIdentification = text(1, 35)


class CreditorReference(Schema):
    reference = text(0, 35, required=False, allow_none=True)


class AdditionalReference(Schema):
    reference = text(0, 140, required=False, allow_none=True)


class Structured(Schema):
    creditorReferenceInformation = fields.Nested(CreditorReference, allow_none=True)


class Unstructured(Schema):
    additionalReferenceInformation = fields.Nested(AdditionalReference, allow_none=True)


class Remittance(Schema):
    structured = fields.Nested(Structured, allow_none=True)
    unstructured = fields.Nested(Unstructured, allow_none=True)


class CreditTransfer(Schema):
    paymentIdentification = fields.Nested(PaymentIdentification, required=True)
    amount = fields.Nested(Amount, required=True)
    creditor = fields.Nested(Creditor, required=True)
    creditorAccount = fields.Nested(Account, required=True)
    remittanceInformation = fields.Nested(Remittance, required=True)
    enforceSendToScheme = Flag()


class PaymentInstruction(Schema):
    paymentInstructionIdentification = text(1, 35)
    paymentTypeCode = choice("SIP SOP FDP", required=False)
    debtor = fields.Nested(Debtor, required=True)
    debtorAccount = fields.Nested(Account, required=True)
    creditTransfers = fields.List(
        fields.Nested(CreditTransfer), required=True, validate=Length(min=1, max=MOST_TRANSFERS)
    )


class FpsPayments(Schema):
    paymentInstructions = fields.List(
        fields.Nested(PaymentInstruction), required=True, validate=Length(min=1, max=MOST_INSTRUCTIONS)
    )


class ReturnInstruction(Schema):
    TransactionId = Uuid(required=True)
    ReasonForReturn = choice(RETURN_REASONS)


class FpsReturn(Schema):
    paymentReturnInstruction = fields.Nested(ReturnInstruction, required=True)
