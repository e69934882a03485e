"""UK account numbers: how they are written, checked and made."""

import re
from dataclasses import dataclass
from typing import Any

UK_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Za-z]{4}[0-9]{14}")
UK_BBAN = re.compile(r"[A-Za-z]{4}[0-9]{14}")


@dataclass(frozen=True)
class AccountNumber:
    """An account as a client may name it; what the client did not say is empty."""

    iban: str = ""
    bban: str = ""
    sort_code_and_number: str = ""  # 14 digits


def check_digits(country: str, bban: str) -> str:
    """ISO 7064 mod 97-10 check digits of an IBAN."""
    digits = "".join(str(int(character, 36)) for character in bban + country + "00")
    return f"{98 - int(digits) % 97:02d}"


def iban_of(bban: str) -> str:
    return "GB" + check_digits("GB", bban) + bban


def is_uk_iban(text: str) -> bool:
    return bool(UK_IBAN.fullmatch(text)) and text[2:4] == check_digits(text[:2], text[4:])


def from_iban(iban: str) -> AccountNumber:
    return AccountNumber(iban, iban[4:], iban[8:22])


def from_bban(bban: str) -> AccountNumber:
    return AccountNumber(iban_of(bban) if UK_BBAN.fullmatch(bban) else "", bban, bban[4:18])


def from_fps(identification: dict[str, Any]) -> AccountNumber:
    """The FPS v3 shape: `iban`, or `other` as BBAN or as GBR + sort code + account number."""
    if identification.get("iban"):
        return from_iban(identification["iban"])
    other = identification["other"]
    if other["schemeName"].get("code") == "BBAN":
        return from_bban(other["identification"])
    return AccountNumber(sort_code_and_number=other["identification"].removeprefix("GBR"))


def from_chaps(account: dict[str, Any]) -> AccountNumber:
    """The CHAPS v6 shape: `iban`, or `BBan`, or `SortcodeAccountNumber` with a hyphen."""
    if "iban" in account:
        return from_iban(account["iban"])
    if account["schemeName"] == "BBan":
        return from_bban(account["identification"])
    return AccountNumber(sort_code_and_number=account["identification"].replace("-", ""))
