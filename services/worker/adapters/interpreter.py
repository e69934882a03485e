"""The port Interpreter: which reader reads which stored webhook."""

from collections.abc import Sequence

from services.worker.adapters.clearbank.webhooks import interpret_clearbank
from services.worker.adapters.foreign_webhooks import interpret_obp, interpret_umm
from services.worker.adapters.mambu.webhooks import interpret_loan_closure, interpret_loan_disbursement
from shared.domain.meanings import Meaning, Unrecognised
from shared.domain.receipts import Receipt


class Webhooks:
    """`posted_by_us`: channels of our own postings in the core."""

    def __init__(self, posted_by_us: frozenset[str]) -> None:
        self._posted_by_us = posted_by_us

    def interpret(self, receipt: Receipt) -> Sequence[Meaning]:
        match receipt.source, receipt.kind:
            case "clearbank", _:
                return interpret_clearbank(receipt.body)
            case "mambu", "LoanDisbursement":
                return interpret_loan_disbursement(receipt.body, self._posted_by_us)
            case "mambu", "LoanClosure":
                return interpret_loan_closure(receipt.body)
            case "umm", _:
                return interpret_umm(receipt.body, receipt.kind)
            case "obp", _:
                return interpret_obp(receipt.body, receipt.kind)
        return [Unrecognised("unknown_source", f"no reader for {receipt.source} {receipt.kind}")]
