"""What an operator does with a receipt: have it worked on again, or put it aside as dealt with."""

from services.worker.handlers.office import Office
from services.worker.handlers.operate import CannotBeDoneError
from services.worker.ports import Publisher
from shared.domain.history import HistoryEntry
from shared.domain.receipts import Receipt, ReceiptState
from shared.messages import tasks


def replay(receipt_id: str, operator: str, office: Office, publisher: Publisher, *, is_sure: bool = False) -> None:
    """Work on it again: whatever it led to before is found as it is, so nothing moves twice.

    Raises CannotBeDoneError; for a finished receipt unless the operator is sure.
    """
    receipt = _receipt(receipt_id, office)
    if receipt.state is ReceiptState.FINISHED and not is_sure:
        raise CannotBeDoneError(f"{receipt.name} is finished ({receipt.reason}): say that you are sure.")
    if not office.inbox.reopen(receipt_id, _entry("replayed", "stored", operator, office)):
        raise CannotBeDoneError(f"{receipt.name} is {receipt.state} and about to be worked on.")
    publisher.enqueue(tasks.RECEIVE_WEBHOOK, receipt_id)


def dismiss(receipt_id: str, reason: str, operator: str, office: Office) -> None:
    """A person has dealt with what it tells. Raises CannotBeDoneError."""
    receipt = _receipt(receipt_id, office)
    told = f"dismissed by {operator}: {reason}"
    if not office.inbox.dismiss(receipt_id, told, _entry("dismissed", "finished", operator, office, reason)):
        raise CannotBeDoneError(f"{receipt.name} is {receipt.state} and waits for nobody.")


def _receipt(receipt_id: str, office: Office) -> Receipt:
    receipt = office.inbox.load(receipt_id)
    if receipt is None:
        raise CannotBeDoneError(f"There is no receipt with the id {receipt_id}.")
    return receipt


def _entry(what: str, state: str, operator: str, office: Office, reason: str = "") -> HistoryEntry:
    return HistoryEntry(office.clock.now(), what, f"operator {operator}", state, outcome=reason)
