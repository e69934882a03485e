"""A payment order the bank has taken: what is wrong with it, what a rule says, what happens when."""

import re
import sqlite3
from dataclasses import dataclass, replace

from sandbox.clearbank import ledger, rules, source, steps
from sandbox.clearbank.accounts import UK_IBAN, AccountNumber, is_uk_iban
from sandbox.clearbank.ledger import Movement
from sandbox.clearbank.matching import Subject
from sandbox.clearbank.payloads import failed_message, subject_of_payment
from sandbox.clearbank.rules import PAYMENT_OUTCOMES, Rule

FPS_LIMIT_PENCE = 1_000_000_00
HELD_CREDITOR_NAME = "6a41a29eafcf455493"  # ClearBank's own trigger in simulation
# Which apostrophe the API takes is unverified, so both are good here.
FPS_TEXT = re.compile(r"""[a-zA-Z0-9/\-?:().,'’+\s#=!"%&*<>;{@\r\n]*""")
DUPLICATE = "Duplicate transaction has been detected"

ASSESSMENT = ("PaymentMessageAssesmentFailed", "AssesmentFailure")  # one s, as on the wire
VALIDATION = ("PaymentMessageValidationFailed", "ValidationFailure")
Refusal = tuple[tuple[str, str], list[str]]  # which webhook and its list field, the reasons


@dataclass(frozen=True)
class Order:
    scheme: str  # FasterPayments or Chaps, as asked for
    account: sqlite3.Row  # who pays
    creditor: AccountNumber
    creditor_name: str
    amount_pence: int
    end_to_end_id: str
    reference: str
    instruction_id: str
    to_scheme_only: bool = False  # enforceSendToScheme
    by_api: bool = True

    def subject(self) -> Subject:
        return {
            "endToEndId": [self.end_to_end_id],
            "reference": [self.reference],
            "creditorName": [self.creditor_name],
            "iban": [self.account["iban"], self.creditor.iban],
        }


def take(db: sqlite3.Connection, order: Order, now: float, settle_seconds: float) -> str:
    """Write the order down and plan what follows; returns its transaction id."""
    if order.by_api and ledger.has_been_ordered(db, order.end_to_end_id):
        detail = _failure(db, order, order.scheme, ASSESSMENT, [DUPLICATE])
        steps.plan(db, "send", now + settle_seconds, detail=detail | {"version": 1, "subject": order.subject()})
        return source.next_uuid(db)
    rule = rules.take(db, order.subject(), PAYMENT_OUTCOMES) or _default(order)
    refusal = _refusal(db, order) if rule.outcome == "settle" else None
    payment = ledger.record(db, _movement(db, order), now)
    list_late(db, payment)
    if refusal is not None:
        detail = _failure(db, order, payment["scheme"], *refusal)
        steps.plan(db, "fail", now + settle_seconds, payment, detail)
    else:
        pause = settle_seconds if rule.delay_seconds is None else rule.delay_seconds
        _plan(db, order, payment, rule, pause)
    return str(payment["id"])


def take_rejected(db: sqlite3.Connection, order: Order, now: float) -> None:
    """`Rejected` inside a 202: written down, and no webhook follows."""
    ledger.reject(db, ledger.record(db, _movement(db, order), now), now)


def list_late(db: sqlite3.Connection, payment: sqlite3.Row) -> None:
    """The listing is eventually consistent when a rule says so."""
    rule = rules.take(db, subject_of_payment(payment), frozenset({rules.LIST_LATE}))
    if rule is not None:
        listed_at = payment["created_at"] + (rule.delay_seconds or 0)
        db.execute("UPDATE transactions SET listed_at = ? WHERE seq = ?", (listed_at, payment["seq"]))


def _default(order: Order) -> Rule:
    return Rule("hold" if order.creditor_name == HELD_CREDITOR_NAME else "settle")


def _movement(db: sqlite3.Connection, order: Order) -> Movement:
    payee = ledger.account_named(db, order.creditor)
    movement = Movement(
        direction="debit",
        scheme=order.scheme,
        account=order.account,
        amount_pence=order.amount_pence,
        end_to_end_id=order.end_to_end_id,
        counterpart=order.creditor,
        counterpart_name=order.creditor_name,
        reference=order.reference,
        actual_end_to_end_id=order.instruction_id if order.scheme == "Chaps" else "",
        by_api=order.by_api,
    )
    if payee is None:
        return movement
    scheme = order.scheme if order.to_scheme_only else "Transfer"
    return replace(movement, scheme=scheme, credit_account_id=payee["id"])


def _plan(db: sqlite3.Connection, order: Order, payment: sqlite3.Row, rule: Rule, pause: float) -> None:
    now = payment["created_at"]
    first, second = now + pause, now + 2 * pause
    said = {"code": rule.code, "reason": rule.reason}
    declined = {"code": rule.code or steps.DECLINED[0], "reason": rule.reason or steps.DECLINED[1]}
    match rule.outcome:
        case "settle" | "hold" | "reject":
            steps.plan(db, rule.outcome, first, payment, said)
        case "hold_then_settle":
            steps.plan(db, "hold", first, payment)
            steps.plan(db, "settle", second, payment)
        case "hold_then_reject":
            steps.plan(db, "hold", first, payment)
            steps.plan(db, "reject", second, payment, declined)
        case "settle_then_return":
            steps.plan(db, "settle", first, payment)
            steps.plan(db, "return", second, payment, {"code": rule.code or "AC03"})
        case "assessment_failed":
            reasons = [rule.reason or "Modulus check failed"]
            steps.plan(db, "fail", first, payment, _failure(db, order, payment["scheme"], ASSESSMENT, reasons))
        case "validation_failed":
            reasons = [rule.reason or "Creditor name must only contain valid Faster Payments characters"]
            steps.plan(db, "fail", first, payment, _failure(db, order, payment["scheme"], VALIDATION, reasons))


def _failure(
    db: sqlite3.Connection, order: Order, scheme: str, kind: tuple[str, str], reasons: list[str]
) -> dict[str, object]:
    payload = failed_message(
        kind[1],
        reasons,
        message_id=source.next_uuid(db).replace("-", ""),  # seen live without hyphens
        scheme=scheme,
        end_to_end_id=order.end_to_end_id,
        debtor=AccountNumber(order.account["iban"], order.account["bban"]),
        creditor=order.creditor,
        reference=order.reference,
        amount_pence=order.amount_pence,
    )
    return {"type": kind[0], "payload": payload}


def _refusal(db: sqlite3.Connection, order: Order) -> Refusal | None:
    if order.scheme == "FasterPayments":
        invalid = _invalid_fps(order)
        if invalid:
            return VALIDATION, invalid
    reason = _unassessable(db, order)
    return (ASSESSMENT, [reason]) if reason else None


def _invalid_fps(order: Order) -> list[str]:
    reasons = []
    if not FPS_TEXT.fullmatch(order.creditor_name):
        reasons.append("Creditor name must only contain valid Faster Payments characters")
    if not FPS_TEXT.fullmatch(order.reference):
        reasons.append("Payments-0[0].Reference - must only contain valid Faster Payments characters")
    if order.creditor.iban and not UK_IBAN.fullmatch(order.creditor.iban):
        reasons.append("Payments-0[0].Creditor IBAN - must match regex pattern")
    return reasons


def _unassessable(db: sqlite3.Connection, order: Order) -> str | None:
    payee = ledger.account_named(db, order.creditor)
    if order.scheme == "FasterPayments" and order.amount_pence > FPS_LIMIT_PENCE:
        pounds = f"{order.amount_pence // 100}.{order.amount_pence % 100:02d}"
        return (
            f"Scheme amount limit exceeded. {pounds} exceeds the limit of 1000000"
            f" for transaction with endtoendid {order.end_to_end_id}"
        )
    if ledger.available_pence(db, order.account) < order.amount_pence:
        return "InsufficientFunds; The account has insufficient funds"
    if order.account["status"] != "Enabled":
        return "UnexecutableCode.OutboundPaymentDisabled; Outbound payments disabled"
    if payee is None and order.creditor.bban[:10] == order.account["bban"][:10]:
        return "No internal account located for Creditor main account with BBAN in payment instruction"
    if payee is not None and payee["status"] != "Enabled":
        return "UnexecutableCode.InboundPaymentDisabled; Inbound payments disabled"
    if order.creditor.iban and not is_uk_iban(order.creditor.iban):
        return "Modulus check failed"
    return None
