"""Request bodies of CHAPS v6. Unknown fields are refused."""
# ruff: noqa: N815 (the fields are named as on the wire)

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from sandbox.clearbank.fields import Pence, Uuid, choice, text

NARROW = r"[0-9a-zA-Z/\-?:().,'+ ]+"
WIDE = r"[0-9a-zA-Z/\-?:().,'+ !#$%&*=^_`{|}~\";<>@\[\\\]]+"
LEI = "[A-Z0-9]{18}[0-9]{2}"
BIC = "[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?"
# ISO 20022 external codes; the contract lists 127 purposes and 99 reasons, here their form is checked.
ISO_CODE = "[A-Z0-9]{4}"
CATEGORY_PURPOSES = """
    BONU CASH CBLK CCRD CORT DCRD DIVI DVPM FCOL GP2P GOVT HEDG INTC INTE LOAN MP2P OTHR PENS RRCT SALA SECU SSBE
    SUPP TAXS TRAD TREA VATX WHLD
"""
FORMS = {"SortcodeAccountNumber": "[0-9]{6}-[0-9]{8}", "BBan": "[A-Za-z]{4}[0-9]{14}"}


class Amount(Schema):
    amount = Pence(required=True)
    currency = text(3, 3, "GBP")


class Account(Schema):
    """Exactly one shape: `iban`, or `schemeName` with `identification`."""

    iban = text(1, 34, "[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}", required=False)
    schemeName = choice("BBan SortcodeAccountNumber", required=False)
    identification = text(1, 34, required=False)

    @validates_schema
    def _one_shape(self, data: dict[str, Any], **_: Any) -> None:
        if set(data) not in ({"iban"}, {"schemeName", "identification"}):
            raise ValidationError("Either iban, or schemeName and identification, must be given.")

    @validates_schema
    def _form_fits_scheme(self, data: dict[str, Any], **_: Any) -> None:
        form = FORMS.get(data.get("schemeName", ""), "")
        if form:
            text(1, 34, form).deserialize(data.get("identification"))


class Address(Schema):
    townName = text(1, 35, WIDE)
    country = text(2, 2, "[A-Z]{2}")
    postCode = text(1, 16, WIDE)
    buildingNumber = text(1, 16, WIDE, required=False)
    buildingName = text(1, 35, WIDE, required=False)
    streetName = text(1, 70, WIDE, required=False)


class OrganisationIdentifier(Schema):
    bic = text(8, 11, BIC, required=False)
    lei = text(20, 20, LEI, required=False)
    otherIdentification = text(1, 35, NARROW, required=False)


class PrivateIdentifier(Schema):
    otherIdentification = text(1, 35, NARROW, required=False)


class Party(Schema):
    name = text(1, 140, WIDE)
    postalAddress = fields.Nested(Address, required=True)
    organisationIdentifier = fields.Nested(OrganisationIdentifier)
    privateIdentifier = fields.Nested(PrivateIdentifier)

    @validates_schema
    def _at_most_one_identifier(self, data: dict[str, Any], **_: Any) -> None:
        if {"organisationIdentifier", "privateIdentifier"} <= set(data):
            raise ValidationError("Only one of organisationIdentifier and privateIdentifier may be given.")


class Remittance(Schema):
    creditorReferenceInformation = text(1, 35, WIDE, required=False)


class ChapsPayment(Schema):
    instructionIdentification = text(1, 35, WIDE)
    endToEndIdentification = text(1, 35, NARROW)
    interBankSettlementAmount = fields.Nested(Amount, required=True)
    sourceAccount = fields.Nested(Account, required=True)
    debtorAccount = fields.Nested(Account, required=True)
    debtor = fields.Nested(Party, required=True)
    creditorAccount = fields.Nested(Account, required=True)
    creditor = fields.Nested(Party, required=True)
    purpose = text(4, 4, ISO_CODE)
    categoryPurpose = choice(CATEGORY_PURPOSES)
    remittanceInformation = fields.Nested(Remittance)


class ChapsReturn(Schema):
    paymentId = Uuid(required=True)
    reason = text(4, 4, ISO_CODE)
    instructionIdentification = text(1, 35, WIDE)
    additionalInformation = text(0, 105, required=False)

    @validates_schema
    def _narrative_is_told(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("reason") == "NARR" and not data.get("additionalInformation"):
            raise ValidationError("additionalInformation is required with NARR.")
