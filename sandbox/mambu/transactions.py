"""What is posted to a loan: disbursements and repayments, and the rules that refuse them."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sandbox.mambu import loans, messages, records, source
from sandbox.mambu.core import Core
from sandbox.mambu.errors import Code, Refusal, invalid
from sandbox.mambu.posting_input import Posting
from sandbox.mambu.records import Document

TRANSACTION = "TRANSACTION"
FIRST_ID = 1000
_TOO_EARLY = ("PARTIAL_APPLICATION", "PENDING_APPROVAL")


def found(db: sqlite3.Connection, id_or_key: str) -> Document:
    """Raises Refusal 404."""
    transaction = records.find(db, TRANSACTION, id_or_key)
    if transaction is None:
        raise Refusal(Code.TRANSACTION_NOT_FOUND, f"there is no loan transaction {id_or_key}", 404)
    return transaction


def of_loan(db: sqlite3.Connection, loan: Document) -> list[Document]:
    return records.every(db, TRANSACTION, loan["encodedKey"])


def is_open(transaction: Document) -> bool:
    """Neither reversed nor itself a reversal."""
    return "adjustmentTransactionKey" not in transaction and "originalTransactionKey" not in transaction


@dataclass(frozen=True)
class Ledger:
    """Posts to loans inside one commit; tells the webhook engine."""

    core: Core
    db: sqlite3.Connection

    def disburse(self, loan: Document, posting: Posting, *, notify: bool = True) -> Document:
        """Raises Refusal."""
        self._check(loan, posting)
        amount = self._amount_to_disburse(loan, posting.amount)
        if posting.value_date and posting.value_date.date() > self.core.now(self.db).date():
            raise Refusal(Code.INVALID_DISBURSEMENT_DATE, "valueDate is in the future")
        loan["sandbox"]["disbursed"] = loans.disbursed(loan) + amount
        loans.set_balance(loan, loans.balance(loan) + amount)
        partly = loans.disbursed(loan) < loan["loanAmount"] and not loan["sandbox"]["revolving"]
        loans.set_state(loan, "ACTIVE", "PARTIALLY_DISBURSED" if partly else None, self.core.stamp(self.db))
        transaction = self.add(loan, "DISBURSEMENT", amount, posting)
        loan["disbursementDetails"]["disbursementDate"] = transaction["valueDate"]
        loan.setdefault("activationTransactionKey", transaction["encodedKey"])
        loans.save(self.core, self.db, loan)
        if notify:
            messages.loan_disbursed(self.core, self.db, loan, transaction)
        return transaction

    def repay(self, loan: Document, posting: Posting) -> Document:
        """Raises Refusal. A repayment that leaves nothing owed closes a term loan."""
        if loan["accountState"] not in loans.OPEN:
            raise Refusal(Code.INVALID_ACCOUNT_STATE_FOR_REPAYMENTS, f"the loan is {loan['accountState']}")
        self._check(loan, posting)
        owed = loans.balance(loan)
        if posting.amount is None:
            raise invalid("amount is required")
        if posting.value_date and posting.value_date.date() > self.core.now(self.db).date():
            raise Refusal(Code.REPAYMENT_DATE_IN_THE_FUTURE_ERROR)
        if loan["futurePaymentsAcceptance"] != "ACCEPT_OVERPAYMENTS":
            if owed <= 0:
                raise Refusal(Code.CANNOT_APPLY_REPAYMENT_ON_ZERO_BALANCE_ACCOUNT)
            if posting.amount > owed:
                raise Refusal(Code.EXCESS_REPAYMENT_ERROR, f"{owed:.2f} is owed")
        loans.set_balance(loan, owed - posting.amount)
        transaction = self.add(loan, "REPAYMENT", posting.amount, posting)
        if loans.balance(loan) == 0 and not loan["sandbox"]["revolving"]:
            self.close(loan, "CLOSED", "REPAID", posting.notes or "")
        loans.save(self.core, self.db, loan)
        return transaction

    def close(self, loan: Document, state: str, sub_state: str, comment: str) -> None:
        """Close or write off; the caller saves the loan."""
        loans.set_state(loan, state, sub_state, self.core.stamp(self.db))
        messages.loan_closed(self.core, self.db, loan, comment)

    def add(self, loan: Document, kind: str, amount: Decimal, posting: Posting | None = None) -> Document:
        """A new transaction with the balance it leaves."""
        now = self.core.stamp(self.db)
        transaction: Document = {
            "encodedKey": source.next_key(self.db),
            "id": str(FIRST_ID + records.count(self.db, TRANSACTION)),
            "type": kind,
            "amount": amount,
            "currency": loan["currency"],
            "valueDate": now,
            "creationDate": now,
            "parentAccountKey": loan["encodedKey"],
            "accountBalances": {"totalBalance": loans.balance(loan), "principalBalance": loans.balance(loan)},
            "affectedAmounts": {"principalAmount": amount},
            **(_given(posting) if posting else {}),
        }
        transaction.setdefault("bookingDate", transaction["valueDate"])
        records.add(self.db, TRANSACTION, transaction, loan["encodedKey"])
        return transaction

    def _check(self, loan: Document, posting: Posting) -> None:
        if posting.currency not in (None, loan["currency"]["code"]):
            raise invalid(f"originalCurrencyCode must be {loan['currency']['code']}")
        if posting.external_id and records.is_external_id_known(self.db, TRANSACTION, posting.external_id):
            raise Refusal(Code.EXTERNAL_ID_ALREADY_EXISTS, posting.external_id)

    def _amount_to_disburse(self, loan: Document, asked: Decimal | None) -> Decimal:
        flags, state = loan["sandbox"], loan["accountState"]
        _check_disbursable(loan)
        remains = loan["loanAmount"] - (loans.balance(loan) if flags["revolving"] else loans.disbursed(loan))
        if flags["tranches"]:
            return _whole(asked, _next_tranche(flags["tranches"], loans.disbursed(loan)))
        if flags["revolving"] or flags["partialDisbursements"]:
            if asked is None and flags["revolving"]:
                raise Refusal(Code.INVALID_AMOUNT, "amount is required for revolving credit")
            if remains <= 0 or (asked or remains) > remains:
                raise Refusal(Code.AMOUNT_MORE_THAN_CURRENT_AVAILABLE_AMOUNT, f"{remains:.2f} is available")
            return asked or remains
        if state in loans.OPEN and remains <= 0:
            raise Refusal(Code.ACCOUNT_ALREADY_DISBURSED)
        # Term loans disburse what was approved; whether Mambu refuses the same amount said aloud: unverified.
        return _whole(asked, remains)


def _check_disbursable(loan: Document) -> None:
    state = loan["accountState"]
    if loan.get("accountSubState") == "LOCKED":
        raise Refusal(Code.CANNOT_DISBURSE_LOCKED_ACCOUNTS)
    if state not in ("APPROVED", *loans.OPEN):
        raise Refusal(Code.INVALID_ACCOUNT_STATE, f"the loan is {state}")


def _next_tranche(tranches: list[str], disbursed: Decimal) -> Decimal:
    total = Decimal(0)
    for tranche in map(Decimal, tranches):
        total += tranche
        if total > disbursed:
            return tranche
    raise Refusal(Code.ALL_TRANCHES_ALREADY_DISBURSED)


def _whole(asked: Decimal | None, remains: Decimal) -> Decimal:
    if asked not in (None, remains):
        raise Refusal(Code.INVALID_AMOUNT, f"amount must be left out or {remains:.2f}")
    return remains


def _given(posting: Posting) -> Mapping[str, object]:
    said = {
        "valueDate": posting.value_date and posting.value_date.isoformat(),
        "bookingDate": posting.booking_date and posting.booking_date.isoformat(),
        "externalId": posting.external_id,
        "notes": posting.notes,
        "transactionDetails": posting.channel,
        **posting.custom_fields,
    }
    return {name: value for name, value in said.items() if value}
