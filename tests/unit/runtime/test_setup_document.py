from pathlib import Path

import pytest

from shared.runtime.settings import SettingsError
from shared.runtime.setup_document import load_setup_document
from tests.unit.runtime.setup_documents import SETUP, write_setup


def faults_of(path: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_setup_document(path)
    return caught.value.faults


def test_a_right_document_is_read_with_switches_and_urls_in_their_own_types(tmp_path: Path) -> None:
    setup = load_setup_document(write_setup(tmp_path))
    assert setup.clearbank_url == "https://institution-api-sim.clearbank.co.uk"
    assert setup.has_virtual_account_for_pre_payment is True
    assert setup.has_virtual_account_external_id is False
    assert setup.mambu_iban_cfield_id == "ibanLoan"
    assert setup.authorization_token_aws == "caller-token"
    assert setup.clear_bank_repayment_channel_bacs is None


def test_a_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    path = write_setup(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_setup_document(path).secret_key == "caller-secret-key"


def test_its_repr_hides_every_secret(tmp_path: Path) -> None:
    shown = repr(load_setup_document(write_setup(tmp_path, mambuApiKey="mambu-api-key")))
    for secret in ("bank-token", "caller-token", "caller-secret-key", "mambu-password", "mambu-api-key"):
        assert secret not in shown
    assert "clearbank-uk" in shown


@pytest.mark.parametrize("key", [key for key in SETUP if key != "mambuAssignedLoanUserCFieldId"])
def test_every_key_but_the_optional_ones_must_be_there(tmp_path: Path, key: str) -> None:
    (fault,) = faults_of(write_setup(tmp_path, key))
    assert fault.startswith(f"SETUP_FILE: {key} is missing")


@pytest.mark.parametrize(
    "key",
    [
        "mambuAssignedLoanUserCFieldId",
        "mambuApiKey",
        "clearBankRepaymentChannelBacs",
        "debtorAddress",
        "categoryPurpose",
        "purpose",
    ],
)
def test_an_optional_key_may_be_absent_or_empty(tmp_path: Path, key: str) -> None:
    assert load_setup_document(write_setup(tmp_path, key)) == load_setup_document(write_setup(tmp_path, **{key: ""}))


def test_all_faults_are_told_at_once_by_key(tmp_path: Path) -> None:
    path = write_setup(
        tmp_path,
        "secretKey",
        clearbankUrl="ftp://bank",
        clientMoneyAccount="",
        hasVirtualAccountExternalID="yes",
        hasVirtualAccountForDisbursement=True,
        mambuUser="",
        operatingAccountIban="GB96CLRB04190000001114",
        operatingAcountIban="GB95CLRB04190000001114",
        purpose=None,
    )
    assert faults_of(path) == [
        "SETUP_FILE: clearbankUrl must be an http or https URL without query.",
        "SETUP_FILE: clientMoneyAccount is empty: give it a value.",
        'SETUP_FILE: hasVirtualAccountExternalID must be the text "true" or "false".',
        "SETUP_FILE: hasVirtualAccountForDisbursement must be text (all values of the document are texts).",
        "SETUP_FILE: mambuUser is empty, and may be only when mambuApiKey is given.",
        "SETUP_FILE: operatingAccountIban must be an IBAN whose check digits are right (ISO 7064 mod 97).",
        "SETUP_FILE: operatingAcountIban is not a key of the setup document: remove or correct it.",
        "SETUP_FILE: purpose is null, and must be text.",
        "SETUP_FILE: secretKey is missing: add it, see the setup document's reference page.",
    ]


def test_mambu_user_and_password_may_be_empty_beside_an_api_key(tmp_path: Path) -> None:
    setup = load_setup_document(write_setup(tmp_path, mambuUser="", mambuPassword="", mambuApiKey="key"))
    assert (setup.mambu_user, setup.mambu_password, setup.mambu_api_key) == ("", "", "key")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "is not a JSON document"),
        ('{"purpose": "a", "purpose": "b"}', "it gives purpose more than once"),
        ("[]", "must be one JSON object"),
    ],
)
def test_what_is_not_one_json_object_is_refused(tmp_path: Path, content: str, fault: str) -> None:
    path = tmp_path / "setup.json"
    path.write_text(content)
    assert fault in faults_of(path)[0]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "no-such.json" in faults_of(tmp_path / "no-such.json")[0]
