"""Bacs credits that are taken away again, and Bacs news that people must know (ClearBank docs: bacs, bacs-*)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.worker.adapters.clearbank.webhooks.values import pence_if_readable
from shared.domain.meanings import Advisory, BacsReversal, Meaning, Unrecognised
from shared.domain.webhook_envelope import field, text_field

# Why a credit was not applied, and why a debit was not paid.
_ARUCS = {
    "0": "invalid details",
    "2": "beneficiary deceased",
    "3": "account transferred",
    "5": "no account",
    "B": "account closed",
    "C": "asked for by the remitter",
}
_ARUDD = {
    "0": "refer to payer",
    "1": "instruction cancelled",
    "2": "payer deceased",
    "3": "account transferred",
    "4": "advance notice disputed",
    "5": "no account",
    "6": "no instruction",
    "7": "amount differs",
    "8": "amount not yet due",
    "9": "presentation overdue",
    "A": "service user differs",
    "B": "account closed",
}
_STATUS_WORDS = {"ContraNotReceived": "the contra entry was not received"}


def _reversal(id_key: str, code_of: Callable[[Any], str]) -> Callable[[Any], Sequence[Meaning]]:
    def read(payload: Any) -> Sequence[Meaning]:
        bacs_transaction_id = text_field(payload, id_key)
        if not bacs_transaction_id:
            return [Unrecognised("bacs_incomplete", f"a Bacs credit is taken away again, and {id_key} is missing")]
        return [BacsReversal(bacs_transaction_id, code_of(payload))]

    return read


def _advisory(
    code: str, what: str, advice: str, reason_words: Mapping[str, str] | None = None
) -> Callable[[Any], Sequence[Meaning]]:
    """The parties come as sort code and account number, which make no IBAN: the reference tells which money it is."""

    def read(payload: Any) -> Sequence[Meaning]:
        reference = text_field(payload, "Reference")
        named = f"{what} (reference {reference})" if reference else what
        reason = _reason(payload, reason_words or {})
        return [Advisory(code, named, reason, advice, "", pence_if_readable(field(payload, "Amount")))]

    return read


def _reason(payload: Any, words: Mapping[str, str]) -> str:
    code, status = text_field(payload, "ReasonCode"), text_field(payload, "Status")
    if code in words:
        return f"{code}: {words[code]}"
    return f"reason code {code}" if code else _STATUS_WORDS.get(status, "")


READERS: Mapping[str, Callable[[Any], Sequence[Meaning]]] = {
    "BacsDirectCreditRecalled": _reversal("BacsTransactionId", lambda _: "recalled"),
    "BacsDirectCreditReturnCreated": _reversal(
        "OriginalBacsTransactionId", lambda payload: text_field(payload, "ReasonCode") or "unknown"
    ),
    "BacsUnappliedCreditReceived": _advisory(
        "bacs_credit_unapplied",
        "a credit of ours came back through Bacs",
        "find the payment that it returns; the money counts when it settles",
        _ARUCS,
    ),
    "BacsUnpaidDirectDebitReceived": _advisory(
        "bacs_debit_unpaid",
        "a Direct Debit that we collect was not paid",
        "take its repayment back in the core if it was booked, and ask the payer",
        _ARUDD,
    ),
    "BacsDirectDebitIndemnityClaimReceived": _advisory(
        "bacs_indemnity_claim",
        "a payer claims a Direct Debit back",
        "check the claim: it settles on the next working day",
    ),
    "BacsDirectDebitReturnCreated": _advisory(
        "bacs_debit_returned",
        "a Direct Debit on our account goes back unpaid",
        "tell its originator if it was meant to be paid",
        _ARUDD,
    ),
    "BacsCreditPaymentNotSettled": _advisory(
        "bacs_credit_not_settled",
        "an announced Bacs credit did not settle",
        "do not book it, and ask the bank",
    ),
    "BacsDebitPaymentNotSettled": _advisory(
        "bacs_debit_not_settled", "an announced Bacs debit did not settle", "do not book it, and ask the bank"
    ),
}
