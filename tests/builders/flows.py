"""Flows other than disbursements, and receipts."""

from dataclasses import replace
from typing import Any

from shared.domain.closure import Closure, LoanClosed
from shared.domain.notification import Flag, Notice, Notification
from shared.domain.posting import BankDisbursement, Repayment, posting_of
from shared.domain.settlement import Settlement
from shared.domain.webhook_identity import WebhookIdentity
from shared.store.inbox import NewReceipt
from tests.builders.bank import a_settled_credit, a_settled_debit
from tests.builders.core import a_loan_closure
from tests.builders.setup import TRANSACTION_KEY


def a_repayment(settlement: Settlement | None = None, **changed: Any) -> Repayment:
    posting = posting_of(settlement or a_settled_credit())
    assert isinstance(posting, Repayment), "only a credit repays"
    return replace(posting, **changed)


def a_bank_disbursement(settlement: Settlement | None = None, **changed: Any) -> BankDisbursement:
    posting = posting_of(settlement or a_settled_debit())
    assert isinstance(posting, BankDisbursement), "only a debit disburses"
    return replace(posting, **changed)


def a_closure(closed: LoanClosed | None = None, **changed: Any) -> Closure:
    return replace(Closure.told(closed or a_loan_closure(), "f" * 64), **changed)


def a_notice(**changed: Any) -> Notice:
    notice = Notice(
        about=f"disbursement:{TRANSACTION_KEY}",
        code="pay:gave_up",
        flags=(Flag.CREATE_PAYMENT,),
        what="the payment could not be made",
        reason="the bank was busy for a day",
        advice="look the payment up at the bank",
        loan_id="LOAN1",
        amount_pence=150_000,
    )
    return replace(notice, **changed)


def a_notification(notice: Notice | None = None, **changed: Any) -> Notification:
    return replace(Notification.of(notice or a_notice()), **changed)


def a_new_receipt(
    name: str = "TransactionSettled-salary-march",
    fingerprint: str = "f" * 64,
    digest: str = "d" * 64,
    body: bytes = b"{}",
    **changed: Any,
) -> NewReceipt:
    """A webhook whose origin is proved; the last of its names is its own, as the identity makes them."""
    names = (name, f"{name}-{fingerprint[:12]}")
    identity = WebhookIdentity(names, fingerprint, digest)
    receipt = NewReceipt("clearbank", "TransactionSettled", identity, body, b"envelope of " + fingerprint.encode())
    return replace(receipt, **changed)
