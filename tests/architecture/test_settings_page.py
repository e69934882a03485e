"""Every setting that a process reads has its row in docs/settings.md, and every row is read by one."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_READ = re.compile(
    r'\b(?:reader|self)\.(?:text|optional_text|integer|switch|choice|texts|url|file|optional_file)\(\s*"([A-Z_]+)"'
)
_BOUND = re.compile(r'read_bind_address\(reader, "([A-Z]+)"')


def settings_in_code() -> set[str]:
    found = {"LOG_LEVEL"}
    for path in [*ROOT.glob("services/**/*.py"), *ROOT.glob("shared/**/*.py")]:
        text = path.read_text()
        found |= set(_READ.findall(text))
        found |= {f"{service}_{what}" for service in _BOUND.findall(text) for what in ("HOST", "PORT")}
    return found


def settings_on_the_page() -> set[str]:
    rows = [line for line in (ROOT / "docs/settings.md").read_text().splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z_]{4,})`", row.split("|")[1])}


def test_the_page_and_the_code_name_the_same_settings() -> None:
    assert settings_in_code() == settings_on_the_page()
