"""Every setting that a process reads has its row in docs/settings.md, and every row is read by one; so do the keys of
the lender's documents."""

import re
from pathlib import Path

from shared.runtime.document_fields import DocumentSchema
from shared.runtime.notification_document import NotificationSchema
from shared.runtime.setup_document import SetupSchema

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/settings.md"
_READ = re.compile(
    r'\b(?:reader|self)\.(?:text|optional_text|integer|switch|choice|texts|url|file|optional_file)\(\s*"([A-Z0-9_]+)"'
)
_BOUND = re.compile(r'read_bind_address\(reader, "([A-Z]+)"')


def settings_in_code() -> set[str]:
    found = {"LOG_LEVEL"}
    for path in [*ROOT.glob("services/**/*.py"), *ROOT.glob("shared/**/*.py")]:
        text = path.read_text()
        found |= set(_READ.findall(text))
        found |= {f"{service}_{what}" for service in _BOUND.findall(text) for what in ("HOST", "PORT")}
    return found


def section(title: str) -> str:
    """What stands under a heading, up to the next."""
    parts = re.split(r"^#+ (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return parts[parts.index(title) + 1]


def keys_in_code(schema: DocumentSchema) -> set[str]:
    return {field.data_key or name for name, field in schema.fields.items()}


def settings_on_the_page() -> set[str]:
    rows = [line for line in section("Settings").splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z0-9_]{4,})`", row.split("|")[1])}


def test_the_page_and_the_code_name_the_same_settings() -> None:
    assert settings_in_code() == settings_on_the_page()


def test_every_key_of_the_setup_document_stands_on_the_page() -> None:
    named = set(re.findall(r"`([A-Za-z]+)`", section("The setup document")))

    assert keys_in_code(SetupSchema()) <= named
    assert {key for key in named if key.startswith(("mambu", "clearBank", "has"))} <= keys_in_code(SetupSchema())


def test_the_page_and_the_code_name_the_same_keys_of_the_notification_document() -> None:
    rows = re.findall(r"^\| `([A-Za-z]+)` \|", section("The notification document"), flags=re.MULTILINE)

    assert len(rows) == len(set(rows))
    assert set(rows) == keys_in_code(NotificationSchema())
