"""A row of the doctor's table, and the rows that several checks share."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

TIMEOUT_SECONDS = 5.0
# Enough to get a certificate or a token renewed without haste.
EXPIRES_SOON_DAYS = 21
_DAY_SECONDS = 86_400


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Row:
    """`do` is empty when nothing is to be done."""

    check: str
    verdict: Verdict
    found: str
    do: str = ""


def not_given(check: str, setting: str) -> Row:
    do = "`make up` makes one up; elsewhere set it (docs/settings.md)."
    return Row(check, Verdict.WARN, f"{setting} is not set", do)


def faults_or(check: str, faults: Sequence[str], found: str) -> Row:
    if faults:
        return Row(check, Verdict.FAIL, " ".join(faults), "Correct these keys (docs/settings.md).")
    return Row(check, Verdict.OK, found)


def expiry(check: str, what: str, until: float) -> Row:
    """`until` is in Unix seconds."""
    days = int((until - time.time()) // _DAY_SECONDS)
    found = f"{what} has expired" if days < 0 else f"{what} is good for {days} days"
    if days >= EXPIRES_SOON_DAYS:
        return Row(check, Verdict.OK, found)
    verdict = Verdict.FAIL if days < 0 else Verdict.WARN
    return Row(check, verdict, found, "Renew it: docs/runbook/certificate-expiring.md.")
