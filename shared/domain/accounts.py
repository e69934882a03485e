"""Account numbers: IBAN, sort code, account number. Leading zeros matter, so they stay text."""

import re
from dataclasses import dataclass

_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
_UK_IBAN = re.compile(r"GB\d{2}[A-Z]{4}(?P<sort_code>\d{6})(?P<account_number>\d{8})", re.ASCII)


class IbanError(ValueError):
    """The text is not an IBAN whose check digits agree."""


@dataclass(frozen=True, slots=True)
class UkAccount:
    """Sort code (6 digits) and account number (8 digits)."""

    sort_code: str
    account_number: str


def normal_iban(text: str) -> str:
    """The IBAN without blanks, in capitals: the form in which two IBANs are compared."""
    return "".join(text.split()).upper()


def checked_iban(text: str) -> str:
    """The normal form of an IBAN that money may be sent to. Raises IbanError.

    ISO 7064 mod 97-10. For what we send only: most published ClearBank examples carry check digits 00, so a webhook
    is never refused for it.
    """
    iban = normal_iban(text)
    if not _IBAN.fullmatch(iban):
        raise IbanError("the IBAN is not two letters, two digits and 11 to 30 letters or digits")
    digits = "".join(str(int(character, 36)) for character in iban[4:] + iban[:4])
    if int(digits) % 97 != 1:
        raise IbanError("the IBAN's check digits do not agree (mod 97)")
    return iban


def uk_account(iban: str) -> UkAccount | None:
    """Sort code and account number of a UK IBAN, None for any other."""
    match = _UK_IBAN.fullmatch(normal_iban(iban))
    return UkAccount(match["sort_code"], match["account_number"]) if match else None
