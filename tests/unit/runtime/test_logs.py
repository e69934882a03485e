import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from shared.runtime.logs import configure_logging


@pytest.fixture(autouse=True)
def restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def logged(capsys: pytest.CaptureFixture[str], **values: object) -> dict[str, Any]:
    configure_logging("signer")
    structlog.get_logger().info("happened", **values)
    line: dict[str, Any] = json.loads(capsys.readouterr().out)
    return line


def test_a_line_is_json_with_time_level_service_and_event(capsys: pytest.CaptureFixture[str]) -> None:
    line = logged(capsys, reason="proof")
    assert (line["service"], line["level"], line["event"], line["reason"]) == ("signer", "info", "happened", "proof")
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "key",
    [
        "token",
        "SIGNER_TOKEN",
        "mambuPassword",
        "Authorization",
        "secretKey",
        "DigitalSignature",
        "mambuApiKey",
        "webhookAPIKey",
        "zenDeskAPIKey",
        "zendesk_api_key",
        "x-api-key",
        "webhookUrl",  # its query may hold a secret
        "cookie",
    ],
)
def test_values_under_secret_looking_keys_are_masked_at_any_depth(capsys: pytest.CaptureFixture[str], key: str) -> None:
    line = logged(capsys, **{key: "hidden-1"}, headers={key: "hidden-2"}, calls=[{"inner": {key: 12345}}])
    assert line[key] == line["headers"][key] == line["calls"][0]["inner"][key] == "***"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("GB95CLRB04190000001114", "***1114"),
        ("to GB95 CLRB 0419 0000 0011 14 today", "to ***1114 today"),
        ("account CLRB04190000001114, held", "account ***1114, held"),
        ("8a8086c57f1e00018a8086c57f1e0001", "8a8086c57f1e00018a8086c57f1e0001"),
        ("GB123", "GB123"),
    ],
)
def test_account_numbers_keep_their_last_four_characters(
    capsys: pytest.CaptureFixture[str], value: str, shown: str
) -> None:
    line = logged(capsys, text=value, inside={"list": [value]})
    assert line["text"] == line["inside"]["list"][0] == shown


def test_a_key_that_says_iban_is_masked_whatever_its_value_looks_like(capsys: pytest.CaptureFixture[str]) -> None:
    assert logged(capsys, debtorIban="gb95clrb04190000001114")["debtorIban"] == "***1114"


def test_the_standard_library_logs_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("signer")
    logging.getLogger("some.library").warning("paid to %s", "GB95CLRB04190000001114")
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["level"], line["service"]) == ("paid to ***1114", "warning", "signer")


def test_a_traceback_is_part_of_the_line_and_masked(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("signer")
    try:
        int("GB95CLRB04190000001114")
    except ValueError:
        structlog.get_logger().exception("failed")
    line = json.loads(capsys.readouterr().out)
    assert "ValueError: invalid literal for int() with base 10: '***1114'" in line["exception"]


def test_levels_below_the_wanted_one_are_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("signer", "WARNING")
    structlog.get_logger().info("quiet")
    logging.getLogger("library").info("quiet")
    assert capsys.readouterr().out == ""
