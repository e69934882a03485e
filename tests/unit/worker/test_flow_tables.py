"""Every rule of every flow is played by a scenario of the demo: the rule, how its end must read, and who plays it."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

SCENARIOS = Path(__file__).parents[3] / "sandbox" / "scenarios"


class Row(NamedTuple):
    """`end` is a regular expression that the expected end of each of the scenarios must match."""

    rule: str
    end: str
    scenarios: str


TAKEN_BACK = r"Rejected reversed; (.*; )?flow: reversed"
ROWS = [
    # D1, a disbursement started in Mambu
    Row("route: currency, amount, limit, IBAN", TAKEN_BACK, "d1-route-not-gbp d1-route-over-limit d1-route-refused"),
    Row("route: texts are fitted to the scheme", "flow: settled", "accents-and-emoji"),
    Row("route: checkPaymentScheme", "told: not_routed:", "d1-route-not-gbp d1-route-over-limit d1-route-refused"),
    Row(
        "confirm: the core disagrees, a person must look",
        "bank: nothing; .*parked: 1; flow: routed; told: confirm:",
        "d1-confirm-refused d1-confirm-unknown d1-confirm-reversed d1-confirm-other-loan d1-confirm-no-address",
    ),
    Row("confirm: client and group are read in full", "flow: settled", "d1-fps-settled d1-group-settled"),
    Row(
        "link: checkLoanIBANCF",
        f"bank: nothing; .*{TAKEN_BACK}; told: not_linked:",
        "d1-iban-differs d1-iban-unknown d1-linkage-conflict",
    ),
    Row("link: the account is found", "linkage: linked; flow: settled", "d1-linkage-existing"),
    Row("link: searchVirtualAccountbyIBAN", "parked: 1; .*told: link:", "d1-account-disabled"),
    Row(
        "create: asked for, told, written to the loan, pays",
        "linkage: linked; flow: settled",
        "d1-linkage-created d1-linkage-v2 d1-linkage-group d1-linkage-tranches",
    ),
    Row(
        "create: in doubt, one account all the same",
        "linkage: linked; flow: settled",
        "d1-linkage-timeout-after-effect d1-linkage-bank-503",
    ),
    Row("create: createVirtualAccount", f"{TAKEN_BACK}; told: no_account:", "d1-linkage-failed d1-linkage-v2-failed"),
    Row("create: updateCustomField", f"{TAKEN_BACK}; told: linkage_refused:", "d1-iban-of-another-loan"),
    Row("owner name differs: amend", "account: Enabled .*flow: settled", "d1-owner-amended"),
    Row("pay: FPS", "debit 1500.00 settled; .*flow: settled", "d1-fps-settled"),
    Row("pay: CHAPS", "debit 1500.00 settled; .*flow: settled", "d1-chaps-settled"),
    Row("pay: refused inside a 202", f"{TAKEN_BACK}; told: rejected:", "d1-rejected-in-202"),
    Row("pay: in doubt, paid once", "bank: debit 1500.00 settled; ", "bank-timeout-after-effect bank-503 duplicate"),
    Row("settle", "DISBURSEMENT 1500.00 Settled; flow: settled", "d1-fps-settled d1-chaps-settled"),
    Row("hold", "told: held", "d1-held-settled d1-held-rejected"),
    Row(
        "refuse: adjusted, status Rejected, told with the bank's reason",
        f"{TAKEN_BACK}; told: (held, )?rejected:",
        "d1-rejected d1-assessment-failed d1-validation-failed d1-held-rejected",
    ),
    Row(
        "refuse: reverseDisbursement, a person must look",
        "parked: 1; flow: reversing; .*reverse:",
        "d1-reverse-later-transactions d1-reverse-account-closed",
    ),
    Row(
        "come back: adjusted and told",
        "reversed; flow: returned; told: returned:",
        "d1-returned d1-returned-chaps d1-returned-first",
    ),
    # D2, a disbursement started at ClearBank
    Row(
        "D2: posted on the loan", "DISBURSEMENT .* Settled; .*flow: posted; told: nothing", "d2-fps d2-chaps d2-partial"
    ),
    Row("D2: searchLoanAndClientDetails", "flow: unmatched; told: unmatched:loan_not_found", "d2-unmatched"),
    Row("D2: createDisbursement", "flow: unmatched; told: unmatched:already_disbursed", "d2-refused"),
    Row("D2: comes back", "reversed; .*flow: returned; told: returned:", "d2-returned"),
    # R1, R2, R3
    Row("R1: by the virtual account", "REPAYMENT 250.00 Settled; flow: posted", "r1-fps r1-chaps r1-group"),
    Row("R1: Bacs", "REPAYMENT 250.00 Settled; flow: posted", "r1-bacs"),
    Row("R1: by a loan id in the reference", "REPAYMENT 250.00 Settled; flow: posted", "r1-reference"),
    Row(
        "R1: no loan takes it",
        "flow: unmatched; told: unmatched:",
        "r1-unmatched r1-closed-loan r1-not-gbp r1-two-loans r1-virtual-account-differs",
    ),
    Row("R1: createPrePayment", "flow: unmatched; told: unmatched:overpayment", "r1-overpaid"),
    Row("R1: in doubt, booked once", "core: REPAYMENT 250.00 Settled", "core-102 core-timeout-after-effect"),
    Row(
        "R2: a return adjusts the repayment",
        "REPAYMENT 250.00 Settled reversed; flow: returned",
        "r2-returned r2-returned-chaps r2-returned-first r2-recalled r2-adjusted-by-hand",
    ),
    Row("R2: adjustRepayment", "parked: 1; .*told: adjust-repayment:", "r2-account-closed r2-later-transactions"),
    Row("R2: searchTransaction", "told: (.*, )?returned:", "r2-returned r2-account-closed"),
    Row("R2: recalled before it settles", "core: nothing; .*flow: nothing", "bacs-recalled-before"),
    Row("R3: held money is told", "told: inbound_held", "inbound-held-told r3-held-settled"),
    Row(
        "R3: nothing is posted before the release",
        "core: nothing; .*flow: nothing",
        "inbound-held-told r3-held-declined",
    ),
    # L, linkage results
    Row("L: created", "linkage: linked", "d1-linkage-created d1-linkage-v2"),
    Row("L: failed", "linkage: not linked", "d1-linkage-failed d1-linkage-v2-failed"),
    # C, a loan is over
    Row("C: the account is disabled", "account: Disabled .*flow: disabled", "c-closed c-written-off c-own-repayment"),
    Row("C: an account that must stay is kept", "flow: kept", "c-still-open c-account-shared c-no-account"),
    # T, and what cannot be taken as it comes
    Row(
        "T: stored, answered, shown",
        "answers: 200",
        "test-event statement-ready bacs-mandate bacs-unapplied unknown-type",
    ),
    Row("a contradiction is shown to a person", "parked: 1", "conflict d1-settled-after-rejection"),
    Row(
        "an id that foreign senders repeat", "REPAYMENT 100.00 Settled, REPAYMENT 250.00 Settled", "same-end-to-end-id"
    ),
    Row("a webhook nobody signed", "answers: 401; .*stored: 0", "forged"),
    # Unmatched money
    Row("assigned to a loan", "Settled; .*flow: posted; told: unmatched:", "unmatched-assigned d2-assigned"),
    Row("assigned in vain, then again", "flow: posted", "unmatched-assigned-twice"),
    Row(
        "returned to the sender",
        "debit 250.00 settled return; flow: returned",
        "unmatched-returned unmatched-returned-chaps unmatched-returned-bacs",
    ),
    Row("a return that the bank refuses", "flow: unmatched; told: not_returned:", "unmatched-return-refused"),
]

# Scripts outside the project rely on these names.
PROMISED = """
    d1-fps-settled d1-chaps-settled d1-group-settled d1-held-settled d1-held-rejected d1-rejected d1-assessment-failed
    d1-validation-failed d1-rejected-in-202 d1-returned d1-route-refused d1-confirm-refused d1-linkage-created
    d1-linkage-conflict d1-linkage-failed d2-fps d2-chaps d2-unmatched r1-fps r1-chaps r1-bacs r1-reference r1-overpaid
    r1-unmatched r2-returned r3-held-settled c-closed c-written-off unmatched-assigned unmatched-returned duplicate
    conflict same-end-to-end-id forged test-event unknown-type bank-timeout-after-effect bank-503 core-102
    core-timeout-after-effect
"""


def scenario(name: str) -> dict[str, Any]:
    path = SCENARIOS / f"{name}.json"
    assert path.exists(), f"no scenario {name} in {SCENARIOS}"
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("row", ROWS, ids=[row.rule for row in ROWS])
def test_every_rule_is_played_and_ends_as_it_says(row: Row) -> None:
    assert row.scenarios.split(), f"nobody plays: {row.rule}"
    for name in row.scenarios.split():
        expected = scenario(name)["expected"]
        assert re.search(row.end, expected), f"{name} ends otherwise: {expected}"


@pytest.mark.parametrize("name", PROMISED.split())
def test_the_promised_scenarios_are_there(name: str) -> None:
    assert scenario(name)["title"]


def test_no_rule_is_listed_twice() -> None:
    assert len({row.rule for row in ROWS}) == len(ROWS)
