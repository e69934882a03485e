"""The setup document (SETUP_FILE): the lender's own names, addresses and switches, checked whole at start."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, post_load, validates_schema

from shared.runtime.document_fields import DocumentSchema, MayBeEmpty, Switch, Text, Url, load_document
from shared.runtime.settings import SettingsError, SettingsReader


@dataclass(frozen=True)
class SetupDocument:
    """The document's keys in snake_case; URLs have no trailing slash; optional keys that are absent are None."""

    authorization_header: str = field(repr=False)
    authorization_token_aws: str = field(repr=False)
    clear_bank_config_reference: str
    clearbank_url: str
    client_money_account: str
    clear_bank_disbursement_channel_chaps: str
    clear_bank_disbursement_channel_fps: str
    clear_bank_repayment_channel_chaps: str
    clear_bank_repayment_channel_fps: str
    digital_signature_gateway_url: str
    has_virtual_account_for_pre_payment: bool
    has_virtual_account_for_disbursement: bool
    has_virtual_account_external_id: bool
    mambu_config_reference: str
    mambu_url: str
    mambu_user: str
    mambu_password: str = field(repr=False)
    mambu_disbursement_channel_chaps: str
    mambu_disbursement_channel_fps: str
    mambu_transaction_channel_cfield_set: str
    mambu_creditor_iban_cfield_id: str
    mambu_creditor_name_cfield_id: str
    mambu_debtor_iban_cfield_id: str
    mambu_debtor_name_cfield_id: str
    mambu_payment_reference_cfield_id: str
    mambu_transaction_end_to_end_id_cfield_id: str
    mambu_loan_account_cfield_set: str
    mambu_virtual_account_id_cfield_id: str
    mambu_iban_cfield_id: str
    mambu_transaction_status_cfield_id: str
    operating_account_iban: str
    secret_key: str = field(repr=False)
    mambu_assigned_loan_user_cfield_id: str | None = None
    mambu_api_key: str | None = field(default=None, repr=False)
    clear_bank_repayment_channel_bacs: str | None = None
    debtor_address: str | None = None
    category_purpose: str | None = None
    purpose: str | None = None


def load_setup_document(path: Path) -> SetupDocument:
    """Raises SettingsError with one sentence for every key that is wrong."""
    setup: SetupDocument = load_document(path, SetupSchema(), "SETUP_FILE")
    return setup


def read_setup_document(reader: SettingsReader, *, required: bool = False) -> SetupDocument | None:
    """The document that SETUP_FILE names; None when it is not given or faulty. Faults are gathered in the reader."""
    path = reader.file("SETUP_FILE") if required else reader.optional_file("SETUP_FILE")
    if path is None or path == Path():
        return None
    try:
        return load_setup_document(path)
    except SettingsError as error:
        reader.add_fault(*error.faults)
        return None


class _Iban(Text):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs).replace(" ", "").upper()
        if not _passes_mod_97(text):
            raise ValidationError("must be an IBAN whose check digits are right (ISO 7064 mod 97).")
        return text


class SetupSchema(DocumentSchema):
    document = "setup document"

    authorization_header = Text(data_key="authorizationHeader", required=True)
    authorization_token_aws = Text(data_key="authorizationTokenAWS", required=True)
    clear_bank_config_reference = Text(data_key="clearBankConfigReference", required=True)
    clearbank_url = Url(data_key="clearbankUrl", required=True)
    client_money_account = Text(data_key="clientMoneyAccount", required=True)
    clear_bank_disbursement_channel_chaps = Text(data_key="clearBankDisbursementChannelCHAPS", required=True)
    clear_bank_disbursement_channel_fps = Text(data_key="clearBankDisbursementChannelFPS", required=True)
    clear_bank_repayment_channel_chaps = Text(data_key="clearBankRepaymentChannelCHAPS", required=True)
    clear_bank_repayment_channel_fps = Text(data_key="clearBankRepaymentChannelFPS", required=True)
    digital_signature_gateway_url = Url(data_key="digitalSignatureGatewayUrl", required=True)
    has_virtual_account_for_pre_payment = Switch(data_key="hasVirtualAccountForPrePayment", required=True)
    has_virtual_account_for_disbursement = Switch(data_key="hasVirtualAccountForDisbursement", required=True)
    has_virtual_account_external_id = Switch(data_key="hasVirtualAccountExternalID", required=True)
    mambu_config_reference = Text(data_key="mambuConfigReference", required=True)
    mambu_url = Url(data_key="mambuUrl", required=True)
    mambu_user = MayBeEmpty(data_key="mambuUser", required=True)
    mambu_password = MayBeEmpty(data_key="mambuPassword", required=True)
    mambu_disbursement_channel_chaps = Text(data_key="mambuDisbursementChannelCHAPS", required=True)
    mambu_disbursement_channel_fps = Text(data_key="mambuDisbursementChannelFPS", required=True)
    mambu_transaction_channel_cfield_set = Text(data_key="mambuTransactionChannelCFieldSet", required=True)
    mambu_creditor_iban_cfield_id = Text(data_key="mambuCreditorIBANCFieldId", required=True)
    mambu_creditor_name_cfield_id = Text(data_key="mambuCreditorNameCFieldId", required=True)
    mambu_debtor_iban_cfield_id = Text(data_key="mambuDebtorIBANCFieldId", required=True)
    mambu_debtor_name_cfield_id = Text(data_key="mambuDebtorNameCFieldId", required=True)
    mambu_payment_reference_cfield_id = Text(data_key="mambuPaymentReferenceCFieldId", required=True)
    mambu_transaction_end_to_end_id_cfield_id = Text(data_key="mambuTransactionEndToEndIdCFieldId", required=True)
    mambu_loan_account_cfield_set = Text(data_key="mambuLoanAccountCFieldSet", required=True)
    mambu_virtual_account_id_cfield_id = Text(data_key="mambuVirtualAccountIdCFieldId", required=True)
    mambu_iban_cfield_id = Text(data_key="mambuIBANCFieldId", required=True)
    mambu_transaction_status_cfield_id = Text(data_key="mambuTransactionStatusCFieldId", required=True)
    operating_account_iban = _Iban(data_key="operatingAccountIban", required=True)
    secret_key = Text(data_key="secretKey", required=True)
    mambu_assigned_loan_user_cfield_id = Text(data_key="mambuAssignedLoanUserCFieldId")
    mambu_api_key = Text(data_key="mambuApiKey")
    clear_bank_repayment_channel_bacs = Text(data_key="clearBankRepaymentChannelBacs")
    debtor_address = Text(data_key="debtorAddress")
    category_purpose = Text(data_key="categoryPurpose")
    purpose = Text(data_key="purpose")

    @validates_schema(skip_on_field_errors=False)
    def _check_mambu_credentials(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("mambu_api_key"):
            return
        empty = [
            self.fields[name].data_key or name for name in ("mambu_user", "mambu_password") if data.get(name) == ""
        ]
        if empty:
            raise ValidationError({key: ["is empty, and may be only when mambuApiKey is given."] for key in empty})

    @post_load
    def _freeze(self, data: Mapping[str, Any], **_: Any) -> SetupDocument:
        return SetupDocument(**data)


def _passes_mod_97(iban: str) -> bool:
    # Not shared.domain.accounts: the signer reads this document, and nothing that knows payments may come with it.
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", iban):
        return False
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 == 1
