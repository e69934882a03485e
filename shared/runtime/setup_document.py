"""The setup document (SETUP_FILE): the lender's own names, addresses and switches, checked whole at start."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validates_schema

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
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_refuse_repeated_keys)
    except OSError as error:
        raise SettingsError([f"SETUP_FILE {path} cannot be read ({error.strerror}): give a readable file."]) from error
    except ValueError as error:
        raise SettingsError([f"SETUP_FILE {path} is not a JSON document: {error}."]) from error
    try:
        setup: SetupDocument = SetupSchema().load(document)
    except ValidationError as error:
        raise SettingsError([f"SETUP_FILE: {sentence}" for sentence in _sentences(error)]) from error
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


class _Text(fields.String):
    """Non-empty text on one line, without spaces around it."""

    default_error_messages = {
        "required": "is missing: add it, see the setup document's reference page.",
        "null": "is null, and must be text.",
        "invalid": "must be text (all values of the document are texts).",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not text and self.required:
            raise ValidationError("is empty: give it a value.")
        if text != text.strip() or "\n" in text:
            raise ValidationError("begins or ends with a space or holds a line break: remove it.")
        return text or None


class _MayBeEmpty(_Text):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return "" if value == "" else super()._deserialize(value, attr, data, **kwargs)


class _Switch(_Text):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text not in ("true", "false"):
            raise ValidationError('must be the text "true" or "false".')
        return text == "true"


class _Url(_Text):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", text, re.IGNORECASE):
            raise ValidationError("must be an http or https URL without query.")
        return text.rstrip("/")


class _Iban(_Text):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs).replace(" ", "").upper()
        if not _passes_mod_97(text):
            raise ValidationError("must be an IBAN whose check digits are right (ISO 7064 mod 97).")
        return text


class SetupSchema(Schema):
    class Meta:
        unknown = RAISE

    error_messages = {"unknown": "is not a key of the setup document: remove or correct it."}

    authorization_header = _Text(data_key="authorizationHeader", required=True)
    authorization_token_aws = _Text(data_key="authorizationTokenAWS", required=True)
    clear_bank_config_reference = _Text(data_key="clearBankConfigReference", required=True)
    clearbank_url = _Url(data_key="clearbankUrl", required=True)
    client_money_account = _Text(data_key="clientMoneyAccount", required=True)
    clear_bank_disbursement_channel_chaps = _Text(data_key="clearBankDisbursementChannelCHAPS", required=True)
    clear_bank_disbursement_channel_fps = _Text(data_key="clearBankDisbursementChannelFPS", required=True)
    clear_bank_repayment_channel_chaps = _Text(data_key="clearBankRepaymentChannelCHAPS", required=True)
    clear_bank_repayment_channel_fps = _Text(data_key="clearBankRepaymentChannelFPS", required=True)
    digital_signature_gateway_url = _Url(data_key="digitalSignatureGatewayUrl", required=True)
    has_virtual_account_for_pre_payment = _Switch(data_key="hasVirtualAccountForPrePayment", required=True)
    has_virtual_account_for_disbursement = _Switch(data_key="hasVirtualAccountForDisbursement", required=True)
    has_virtual_account_external_id = _Switch(data_key="hasVirtualAccountExternalID", required=True)
    mambu_config_reference = _Text(data_key="mambuConfigReference", required=True)
    mambu_url = _Url(data_key="mambuUrl", required=True)
    mambu_user = _MayBeEmpty(data_key="mambuUser", required=True)
    mambu_password = _MayBeEmpty(data_key="mambuPassword", required=True)
    mambu_disbursement_channel_chaps = _Text(data_key="mambuDisbursementChannelCHAPS", required=True)
    mambu_disbursement_channel_fps = _Text(data_key="mambuDisbursementChannelFPS", required=True)
    mambu_transaction_channel_cfield_set = _Text(data_key="mambuTransactionChannelCFieldSet", required=True)
    mambu_creditor_iban_cfield_id = _Text(data_key="mambuCreditorIBANCFieldId", required=True)
    mambu_creditor_name_cfield_id = _Text(data_key="mambuCreditorNameCFieldId", required=True)
    mambu_debtor_iban_cfield_id = _Text(data_key="mambuDebtorIBANCFieldId", required=True)
    mambu_debtor_name_cfield_id = _Text(data_key="mambuDebtorNameCFieldId", required=True)
    mambu_payment_reference_cfield_id = _Text(data_key="mambuPaymentReferenceCFieldId", required=True)
    mambu_transaction_end_to_end_id_cfield_id = _Text(data_key="mambuTransactionEndToEndIdCFieldId", required=True)
    mambu_loan_account_cfield_set = _Text(data_key="mambuLoanAccountCFieldSet", required=True)
    mambu_virtual_account_id_cfield_id = _Text(data_key="mambuVirtualAccountIdCFieldId", required=True)
    mambu_iban_cfield_id = _Text(data_key="mambuIBANCFieldId", required=True)
    mambu_transaction_status_cfield_id = _Text(data_key="mambuTransactionStatusCFieldId", required=True)
    operating_account_iban = _Iban(data_key="operatingAccountIban", required=True)
    secret_key = _Text(data_key="secretKey", required=True)
    mambu_assigned_loan_user_cfield_id = _Text(data_key="mambuAssignedLoanUserCFieldId")
    mambu_api_key = _Text(data_key="mambuApiKey")
    clear_bank_repayment_channel_bacs = _Text(data_key="clearBankRepaymentChannelBacs")
    debtor_address = _Text(data_key="debtorAddress")
    category_purpose = _Text(data_key="categoryPurpose")
    purpose = _Text(data_key="purpose")

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


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if repeated := sorted({key for key in keys if keys.count(key) > 1}):
        raise ValueError(f"it gives {', '.join(repeated)} more than once")
    return dict(pairs)


def _sentences(error: ValidationError) -> list[str]:
    messages = error.messages
    if not isinstance(messages, dict) or "_schema" in messages:
        return ["must be one JSON object."]
    return [f"{key} {messages[key][0]}" for key in sorted(messages)]
