"""The callers' credential in AWS Secrets Manager, read and read again."""

from pathlib import Path
from typing import Any

import pytest

from services.signer.callers import BOTH_DOORS, Caller
from services.signer.settings import read_callers_again
from shared.runtime.settings import SettingsError
from tests.contract.signer.aws import Aws
from tests.processes import free_port
from tests.unit.runtime.setup_documents import write_setup

pytestmark = pytest.mark.enable_socket


@pytest.fixture(autouse=True)
def no_other_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SIGNER_TOKEN", "SIGNER_SECRET_KEY", "SETUP_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def both(tokens: tuple[str, ...], secret_keys: tuple[str, ...]) -> tuple[Caller, ...]:
    return (Caller("both", BOTH_DOORS, tokens, secret_keys),)


@pytest.mark.parametrize("key", ["secretKey", "signatureSecretKey"])
def test_the_secret_of_the_hosted_connector_is_read_as_it_stands(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("SECRET_ID", aws.secret({"authorizationTokenAWS": "token", key: "secret", "more": 1}))
    assert read_callers_again() == both(("token",), ("secret",))


def test_the_secret_wins_over_the_document_and_a_setting_over_the_secret(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SETUP_FILE", str(write_setup(tmp_path)))
    monkeypatch.setenv("SECRET_ID", aws.secret({"authorizationTokenAWS": "token", "secretKey": "secret"}))
    assert read_callers_again() == both(("token",), ("secret",))
    monkeypatch.setenv("SIGNER_TOKEN", "set")
    assert read_callers_again() == both(("set",), ("secret",))


def test_a_change_is_seen_the_next_time_and_both_values_are_good_meanwhile(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = aws.secret({"authorizationTokenAWS": "old", "secretKey": "secret"})
    monkeypatch.setenv("SECRET_ID", secret)
    assert read_callers_again() == both(("old",), ("secret",))
    aws.change_secret(secret, {"authorizationTokenAWS": ["old", "new"], "secretKey": "secret"})
    assert read_callers_again() == both(("old", "new"), ("secret",))
    aws.change_secret(secret, {"authorizationTokenAWS": "new", "secretKey": ["secret"]})
    assert read_callers_again() == both(("new",), ("secret",))


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        ("hello", "is not a JSON object"),
        ("[]", "is not a JSON object"),
        ({"secretKey": "secret-value"}, "authorizationTokenAWS must be a text, or a list of two"),
        ({"authorizationTokenAWS": "secret-value"}, "secretKey must be a text, or a list of two"),
        ({"authorizationTokenAWS": "", "secretKey": "secret-value"}, "authorizationTokenAWS must be a text"),
        ({"authorizationTokenAWS": ["secret-value", 1], "secretKey": "s"}, "authorizationTokenAWS must be a text"),
        ({"authorizationTokenAWS": [], "secretKey": "secret-value"}, "authorizationTokenAWS must be a text"),
        ({"authorizationTokenAWS": ["a", "b", "c"], "secretKey": "secret-value"}, "more than two values"),
    ],
)
def test_a_secret_that_is_not_right_is_refused_in_one_sentence_without_its_value(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, secret: Any, sentence: str
) -> None:
    monkeypatch.setenv("SECRET_ID", aws.secret(secret))
    with pytest.raises(SettingsError) as caught:
        read_callers_again()
    (fault,) = caught.value.faults
    assert sentence in fault
    assert "secret-value" not in fault


@pytest.mark.parametrize("is_away", [False, True], ids=["not there", "not reached"])
def test_a_secret_that_cannot_be_read_is_refused_in_one_sentence(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, is_away: bool
) -> None:
    monkeypatch.setenv("SECRET_ID", "causeway/none")
    if is_away:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(SettingsError) as caught:
        read_callers_again()
    reason = "EndpointConnectionError" if is_away else "ResourceNotFoundException"
    assert caught.value.faults == [f"SECRET_ID causeway/none cannot be read ({reason}): check name, role and network."]
