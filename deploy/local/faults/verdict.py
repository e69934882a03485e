"""The judgement on the money: three records side by side."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from deploy.local.faults.findings import Finding, Wrong
from deploy.local.faults.played import Ending
from deploy.local.faults.records import BankPayment, CoreTransaction, Records, StoredFlow
from deploy.local.faults.verdict_on_deliveries import judge_deliveries, judge_events

_FROM_CORE, _FROM_BANK = "MBU_", "CB_"
# Flows that tell people or subscribers of another -> how they must end.
_TELLING = {"notification": "sent", "event": "published"}


def judge(records: Records, endings: Sequence[Ending]) -> list[Finding]:
    """Everything that is wrong; empty when each webhook ended in exactly one effect and all books agree."""
    books = _Books(records)
    return [
        *_answered_and_not_stored(records),
        *_receipts_not_finished(records),
        *_answers_not_to_be_believed(records),
        *_settlements(books),
        *_orders(books),
        *_booked_twice(records),
        *_ordered_twice(records),
        *_booked_for_nothing(books),
        *_flows(records, endings),
        *_undecided(records),
        *judge_events(records),
        *judge_deliveries(records),
    ]


class _Books:
    """The records by what leads from one to the other."""

    def __init__(self, records: Records) -> None:
        self.bank_payments = records.bank_payments
        self.core_transactions = records.core_transactions
        self.flows = {flow.id: flow for flow in records.flows}
        self._core_by_bank_id: dict[str, list[CoreTransaction]] = defaultdict(list)
        for transaction in records.core_transactions:
            if transaction.channel.startswith(_FROM_BANK) and not transaction.original_key:
                self._core_by_bank_id[_plain(transaction.external_id)].append(transaction)
        self._bank_by_end_to_end_id: dict[str, list[BankPayment]] = defaultdict(list)
        for payment in records.bank_payments:
            self._bank_by_end_to_end_id[payment.end_to_end_id].append(payment)
        self._orders = {each.key for each in records.core_transactions if each.channel.startswith(_FROM_CORE)}

    def is_ordered(self, payment: BankPayment) -> bool:
        """Whether the core ordered it: its end-to-end id is then the encoded key of the core's transaction."""
        return payment.end_to_end_id in self._orders

    def bookings_of(self, payment: BankPayment) -> list[CoreTransaction]:
        return self._core_by_bank_id[_plain(payment.transaction_id)]

    def payments_of(self, end_to_end_id: str, direction: str) -> list[BankPayment]:
        """Where money has moved."""
        payments = self._bank_by_end_to_end_id[end_to_end_id]
        return [payment for payment in payments if payment.direction == direction and payment.has_moved]

    def flow_of(self, payment: BankPayment) -> StoredFlow | None:
        kind = "repayment" if payment.direction == "credit" else "bank-disbursement"
        return self.flows.get(f"{kind}:{payment.transaction_id}:{payment.account_iban}")


def _plain(transaction_id: str) -> str:
    """The bank's id as the core's external id carries it, whichever way it is written there."""
    return transaction_id.removeprefix("D-").replace("-", "").lower()


def _answered_and_not_stored(records: Records) -> Iterator[Finding]:
    """By the very bytes: a repeat has the bytes of the first attempt, and no two webhooks the same."""
    stored = {receipt.body for receipt in records.receipts}
    for webhook in records.webhooks:
        named = f"{webhook.sender} {webhook.kind} {webhook.id}"
        if webhook.was_answered and webhook.body not in stored:
            yield Finding(Wrong.LOST, named, "answered 200, and no receipt holds it")
        elif not webhook.was_answered:
            yield Finding(Wrong.UNEXPLAINED, named, f"never answered 200: {webhook.statuses[-3:]}")


def _receipts_not_finished(records: Records) -> Iterator[Finding]:
    for receipt in records.receipts:
        if receipt.state == "stored":
            yield Finding(Wrong.LOST, f"receipt {receipt.name}", f"never finished: {receipt.reason or 'no reason'}")
        elif receipt.state == "parked":
            yield Finding(Wrong.UNEXPLAINED, f"receipt {receipt.name}", f"parked: {receipt.reason}")


def _answers_not_to_be_believed(records: Records) -> Iterator[Finding]:
    for webhook in records.webhooks:
        if webhook.wrong_answers:
            what = f"answered 200 with a wrong signature or nonce, {webhook.wrong_answers} times"
            yield Finding(Wrong.UNEXPLAINED, f"{webhook.sender} {webhook.kind} {webhook.id}", what)


def _settlements(books: _Books) -> Iterator[Finding]:
    """Money that moved at the bank and was not ordered by the core stands on a loan, is unmatched, or went back."""
    for payment in books.bank_payments:
        if not payment.has_moved or payment.is_return or books.is_ordered(payment):
            continue
        named, flow, booked = f"bank {payment.direction} {payment.transaction_id}", None, books.bookings_of(payment)
        flow = books.flow_of(payment)
        standing = [each for each in booked if not each.is_adjusted]
        if flow is None:
            yield Finding(Wrong.LOST, named, "money moved, and the journal has no flow of it")
        elif flow.state == "posted" and not standing:
            yield Finding(Wrong.LOST, named, f"{flow.id} is posted, and the core has no such transaction")
        elif flow.state in ("unmatched", "returned") and standing:
            yield Finding(Wrong.UNEXPLAINED, named, f"{flow.id} is {flow.state}, and the core has {standing[0].key}")
        for each in standing:
            if each.amount_pence != payment.amount_pence:
                what = f"{payment.amount_pence} pence moved, the core booked {each.amount_pence}"
                yield Finding(Wrong.UNEXPLAINED, named, what)
        went_back = {"credit": "debit", "debit": "credit"}[payment.direction]
        if standing and any(each.is_return for each in books.payments_of(payment.end_to_end_id, went_back)):
            yield Finding(Wrong.LOST, named, "the money went back, and the core still has it booked")


def _orders(books: _Books) -> Iterator[Finding]:
    """What the core ordered left the bank once and stands, or did not leave (or came back) and is taken back."""
    for order in books.core_transactions:
        if not order.channel.startswith(_FROM_CORE) or order.original_key:
            continue
        named, flow = f"order {order.key}", books.flows.get(f"disbursement:{order.key}")
        left = books.payments_of(order.key, "debit")
        came_back = books.payments_of(order.key, "credit")
        if len(left) > 1:
            yield Finding(Wrong.DUPLICATED, named, f"paid {len(left)} times")
        if any(payment.amount_pence != order.amount_pence for payment in left):
            yield Finding(Wrong.UNEXPLAINED, named, f"{order.amount_pence} pence ordered, {left[0].amount_pence} paid")
        is_out = len(left) > len(came_back)
        if is_out and order.is_adjusted:
            yield Finding(Wrong.UNEXPLAINED, named, "the money has left, and the core has taken the order back")
        elif is_out and order.status != "Settled" and not _is_parked(flow):
            yield Finding(Wrong.LOST, named, f"the money has left, and the core says {order.status or 'nothing'}")
        elif not is_out and not order.is_adjusted and not _is_parked(flow):
            yield Finding(Wrong.LOST, named, "neither paid, nor taken back, nor left to a person")


def _is_parked(flow: StoredFlow | None) -> bool:
    return flow is not None and bool(flow.parked)


def _booked_twice(records: Records) -> Iterator[Finding]:
    bookings = Counter(
        _plain(each.external_id) for each in records.core_transactions if each.external_id and not each.original_key
    )
    for bank_id, count in bookings.items():
        if count > 1:
            yield Finding(Wrong.DUPLICATED, f"bank transaction {bank_id}", f"booked {count} times in the core")
    reversals = Counter(each.original_key for each in records.core_transactions if each.original_key)
    for key, count in reversals.items():
        if count > 1:
            yield Finding(Wrong.DUPLICATED, f"core transaction {key}", f"taken back {count} times")


def _ordered_twice(records: Records) -> Iterator[Finding]:
    """The bank may see an order many times, and always under one request id; money may move under an id only once."""
    requests: dict[str, set[str]] = defaultdict(set)
    for order in records.bank_orders:
        requests[order.end_to_end_id].add(order.request_id)
    for end_to_end_id, ids in requests.items():
        if len(ids) > 1:
            what = f"sent to the bank as {len(ids)} different orders"
            yield Finding(Wrong.DUPLICATED, f"end-to-end id {end_to_end_id}", what)
    debits = Counter(
        payment.end_to_end_id
        for payment in records.bank_payments
        if payment.direction == "debit" and not payment.is_return
    )
    for end_to_end_id, count in debits.items():
        if count > 1:
            yield Finding(Wrong.DUPLICATED, f"end-to-end id {end_to_end_id}", f"{count} debits in the bank's ledger")


def _booked_for_nothing(books: _Books) -> Iterator[Finding]:
    moved = {_plain(payment.transaction_id) for payment in books.bank_payments if payment.has_moved}
    for each in books.core_transactions:
        is_ours = each.channel.startswith(_FROM_BANK) and not each.original_key
        if is_ours and _plain(each.external_id) not in moved:
            named = f"core transaction {each.key}"
            yield Finding(Wrong.UNEXPLAINED, named, f"booked for {each.external_id}, which never moved at the bank")


def _flows(records: Records, endings: Sequence[Ending]) -> Iterator[Finding]:
    """Each story has the one flow that it implies, at its end; nothing else has a flow."""
    flows = {flow.id: flow for flow in records.flows}
    promised = {ending.flow_id: ending for ending in endings if ending.flow_id}
    for ending in promised.values():
        flow = flows.get(ending.flow_id)
        if flow is None:
            yield Finding(Wrong.LOST, ending.flow_id, f"{ending.kind}: the journal has no such flow")
        elif flow.state != ending.state and not flow.parked:
            what = f"{ending.kind}: it is {flow.state!r} and should be {ending.state!r}"
            yield Finding(Wrong.UNEXPLAINED, ending.flow_id, what)
    for flow in records.flows:
        if flow.parked:
            yield Finding(Wrong.UNEXPLAINED, flow.id, f"parked: {flow.parked}")
        elif flow.next_step:
            yield Finding(Wrong.UNEXPLAINED, flow.id, f"it is {flow.state!r} and still has to {flow.next_step}")
        if told := _TELLING.get(flow.id.partition(":")[0]):
            if flow.state != told and not flow.parked:
                yield Finding(Wrong.UNEXPLAINED, flow.id, f"nobody was told: it is {flow.state!r}")
        elif flow.id not in promised:
            yield Finding(Wrong.UNEXPLAINED, flow.id, f"no story implies this flow, and it is {flow.state!r}")


def _undecided(records: Records) -> Iterator[Finding]:
    for payment in records.bank_payments:
        if payment.status in ("pending", "held"):
            named = f"bank {payment.direction} {payment.transaction_id}"
            yield Finding(Wrong.UNEXPLAINED, named, f"still {payment.status} at the bank")
