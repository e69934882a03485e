"""What each payment scheme takes: amounts, characters, lengths (ClearBank docs: faster-payments, chaps)."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Scheme(StrEnum):
    """The rail a payment asks for. ClearBank may still settle it as an internal transfer."""

    FPS = "FPS"
    CHAPS = "CHAPS"


@dataclass(frozen=True, slots=True)
class SchemeRules:
    """Amounts in pence, lengths in characters; `allowed` matches one character of a name or reference."""

    maximum_pence: int | None
    name_length: int
    reference_length: int
    allowed: re.Pattern[str]


_RULES = {
    # Which apostrophe FPS takes is unverified, so both are left out.
    Scheme.FPS: SchemeRules(100_000_000, 140, 35, re.compile(r"[a-zA-Z0-9/\-?:().,+\s#=!\"%&*<>;{@]", re.ASCII)),
    # ISO 20022 charset Y of the CHAPS v6 contract.
    Scheme.CHAPS: SchemeRules(
        None, 140, 35, re.compile(r"[0-9a-zA-Z/\-?:().,'+ !#$%&*=^_`{|}~\";<>@\[\]\\]", re.ASCII)
    ),
}

# Letters that Unicode does not decompose into a plain letter and an accent.
_PLAIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d"}
    | {"Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "’": "'", "‘": "'", "“": '"', "”": '"'}
    | {"–": "-", "—": "-", "€": "EUR", "£": "GBP", "\u00a0": " "}
)


def rules_of(scheme: Scheme) -> SchemeRules:
    """The rules of one scheme."""
    return _RULES[scheme]


def fit_text(text: str, scheme: Scheme, maximum_length: int) -> str:
    """The text as the scheme can carry it: accents dropped, other foreign characters left out, cut to length.

    The result may be empty; whether that may go out is the caller's rule. The caller keeps the original beside it.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    kept = "".join(character for character in plain if rules_of(scheme).allowed.match(character))
    return " ".join(kept.split())[:maximum_length].strip()
