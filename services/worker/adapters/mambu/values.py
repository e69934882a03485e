"""Texts, times and JSON as Mambu takes them."""

import unicodedata
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import simplejson

NOTES_LENGTH = 255
CUSTOM_FIELD_LENGTH = 2048

# Controls, invisible marks, surrogates, pictures and the frames around them. Mambu supports no emoji and some other
# characters (Mambu: webhooks overview, "Character recognition"); which ones is not in the text we have.
_NOT_TAKEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "So", "Me"})


def taken_text(text: str, maximum_length: int) -> str:
    """The text on one line without what Mambu does not take, cut to length; "" when nothing is left."""
    kept = "".join(character for character in text if character.isspace() or _is_taken(character))
    return " ".join(kept.split())[:maximum_length].strip()


def tenant_time(moment: datetime, zone: ZoneInfo) -> str:
    """The moment with the tenant's own offset of that day; Mambu refuses any other, and `Z` too."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def as_json(body: Any) -> str:
    """Compact; a Decimal is written digit by digit."""
    return str(simplejson.dumps(body, use_decimal=True, separators=(",", ":")))


def _is_taken(character: str) -> bool:
    """Nothing beyond the basic plane: emoji and what colours them lie there, and next to no name needs it."""
    is_variation_selector = "\ufe00" <= character <= "\ufe0f"
    return character <= "\uffff" and not is_variation_selector and unicodedata.category(character) not in _NOT_TAKEN
