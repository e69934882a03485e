"""The environment of the simulated Mambu, and the tenant it plays."""

import json
from pathlib import Path

import pytest

from sandbox.mambu.settings import SettingsError, settings_from

GOOD = {
    "SANDBOX_MAMBU_DATA": "/data",
    "SANDBOX_MAMBU_USER": "u",
    "SANDBOX_MAMBU_PASSWORD": "p",
    "SANDBOX_MAMBU_WEBHOOK_URL": "http://127.0.0.1:8080/webhooks/mambu/",
    "MAMBU_WEBHOOK_USERNAME": "m",
    "MAMBU_WEBHOOK_PASSWORD": "w",
}


def test_defaults_are_those_of_a_british_tenant() -> None:
    settings = settings_from(GOOD)
    assert (settings.zone.key, settings.retry_seconds, settings.api_key) == ("Europe/London", 60.0, "")
    assert settings.webhook_url == "http://127.0.0.1:8080/webhooks/mambu"
    assert settings.names.from_core_channels == ("MBU_Loan_Disbursement_FPS", "MBU_Loan_Disbursement_CHAPS")


def test_all_faults_are_named_at_once() -> None:
    wrong = {"TENANT_TIMEZONE": "London", "SANDBOX_MAMBU_RETRY_SECONDS": "soon", "SANDBOX_MAMBU_SETUP_FILE": "/none"}
    with pytest.raises(SettingsError) as refusal:
        settings_from(wrong)
    for name in (*GOOD, *wrong):
        assert name in str(refusal.value)


def test_names_come_from_the_setup_document(tmp_path: Path) -> None:
    setup = {
        "mambuDisbursementChannelFPS": "Own_FPS",
        "mambuLoanAccountCFieldSet": "_Own",
        "mambuIBANCFieldId": "iban",
        "clearBankRepaymentChannelBacs": "",
    }
    (tmp_path / "setup.json").write_text(json.dumps(setup))
    names = settings_from(GOOD | {"SANDBOX_MAMBU_SETUP_FILE": str(tmp_path / "setup.json")}).names
    assert names.from_core_channels == ("Own_FPS", "MBU_Loan_Disbursement_CHAPS")
    assert (names.loan_set, names.loan_fields["ibanLoan"]) == ("_Own", "iban")
    assert "CB_Loan_Repayment_BACS" in names.channels
