"""The secret ends of the URLs that are registered at the Open Bank Project. Without any there is no door."""

import re

from shared.runtime.settings import SettingsReader
from shared.runtime.signer_access import lines_of

_UNGUESSABLE = re.compile(r"[A-Za-z0-9_-]{32,200}")


def read_obp_tokens(reader: SettingsReader) -> tuple[str, ...]:
    """Each is taken, so that one can change. Faults are gathered in the reader."""
    tokens = tuple(lines_of(reader.text("OBP_WEBHOOK_TOKEN", default="")))
    if not all(_UNGUESSABLE.fullmatch(token) for token in tokens):
        reader.add_fault(
            "OBP_WEBHOOK_TOKEN is not one token per line of 32 to 200 letters, digits, hyphens and underscores."
        )
    return tokens
