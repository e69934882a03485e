"""Money moved on one of our accounts: whose payment was it, or is it a return of one?"""

from collections.abc import Callable

from services.worker.handlers.begin import begin, report
from services.worker.handlers.office import Office
from services.worker.handlers.results import Result, Waiting
from shared.domain.accounts import normal_iban
from shared.domain.disbursement import Disbursement, disbursement_id
from shared.domain.events import MoneyWentBack, PaymentReturned, PaymentSettled
from shared.domain.hub.account_events import settlement_events
from shared.domain.meanings import BacsReversal, Unrecognised
from shared.domain.money import pounds
from shared.domain.posting import Posting, Repayment, posting_of
from shared.domain.settlement import Direction, Settlement
from shared.domain.transitions import PostingState


def take_settlement(settlement: Settlement, cause: str, office: Office) -> Result:
    """A debit under an id of ours settles its payment, a credit sent back returns it; all else is a posting's.

    Whosever it is, and whatever becomes of it: it moved, and subscribers are told so.
    """
    events = settlement_events(settlement, office.rules.bank_id, office.clock.now())
    office.announce(events, settlement.transaction_id, cause)
    disbursement = _paid_by(settlement, office)
    if disbursement:
        return _take_own(disbursement, settlement, cause, office)
    if settlement.is_return:
        return _take_return(settlement, cause, office)
    return begin(posting_of(settlement), cause, office)


def take_bacs_reversal(reversal: BacsReversal, cause: str, office: Office) -> Result:
    """A Bacs credit is withdrawn, mostly before it has settled: then nothing was booked and nothing follows."""
    booked = [
        flow
        for flow in office.journal.find(reversal.bacs_transaction_id)
        if isinstance(flow, Repayment) and flow.settlement.bacs_transaction_id == reversal.bacs_transaction_id
    ]
    if not booked:
        return Waiting("no credit with this BacsTransactionId has settled", "ignored: it was never booked")
    for repayment in booked:
        report(repayment.id, MoneyWentBack(reversal.code), cause, office)
    return "; ".join(repayment.id for repayment in booked)


def _paid_by(settlement: Settlement, office: Office) -> Disbursement | None:
    """Our own payment, when the money left under its end-to-end id or came back under it."""
    is_ours = settlement.end_to_end_id and settlement.is_return is (settlement.direction is Direction.CREDIT)
    flow = office.journal.load(disbursement_id(settlement.end_to_end_id)) if is_ours else None
    return flow if isinstance(flow, Disbursement) else None


def _take_own(disbursement: Disbursement, settlement: Settlement, cause: str, office: Office) -> Result:
    ordered_pence, moved_pence = disbursement.order.amount_pence, settlement.amount_pence
    if moved_pence != ordered_pence or settlement.currency != disbursement.order.currency:
        moved = f"{pounds(moved_pence)} {settlement.currency}"
        reason = f"{moved} moved under the end-to-end id of {disbursement.id}, which is about {pounds(ordered_pence)}"
        return Unrecognised("amount_differs", reason)
    known_id = disbursement.return_transaction_id if settlement.is_return else disbursement.bank_transaction_id
    if known_id and known_id != settlement.transaction_id:
        way = "came back" if settlement.is_return else "left"
        reason = f"money {way} twice for {disbursement.id}: {known_id}, and now {settlement.transaction_id}"
        return Unrecognised("moved_twice", reason)
    if settlement.is_return:
        returned = PaymentReturned(settlement.transaction_id, settlement.return_code or "unknown")
        return report(disbursement.id, returned, cause, office)
    return report(disbursement.id, PaymentSettled(settlement.transaction_id, settlement.settled_at), cause, office)


def _take_return(settlement: Settlement, cause: str, office: Office) -> Result:
    """The return of a posting. Webhooks come in any order: one that is not known yet may still come."""
    originals = _originals(settlement, office)
    if not originals:
        reason = f"money went the other way for {settlement.end_to_end_id or settlement.transaction_id}, and we know"
        unknown = Unrecognised("original_unknown", f"{reason} no payment that this returns")
        return Waiting("the payment that this returns is not known yet", unknown)
    if len(originals) > 1:
        named = ", ".join(posting.id for posting in originals)
        return Unrecognised("original_ambiguous", f"several payments may be the one that this returns: {named}")
    went_back = MoneyWentBack(settlement.return_code or "unknown", settlement.transaction_id)
    return report(originals[0].id, went_back, cause, office)


def _originals(settlement: Settlement, office: Office) -> list[Posting]:
    """The postings that this may return, narrowed down as far as what the webhook tells allows."""
    references = (settlement.returned_scheme_id, settlement.end_to_end_id, settlement.bacs_transaction_id)
    found = {
        flow.id: flow
        for reference in references
        if reference
        for flow in office.journal.find(reference)
        if isinstance(flow, Posting) and _may_be_original(flow, settlement)
    }
    postings = list(found.values())
    for is_sure in _SURE_SIGNS:
        if len(postings) > 1:
            postings = [posting for posting in postings if is_sure(posting, settlement)] or postings
    return postings


def _may_be_original(posting: Posting, back: Settlement) -> bool:
    money = posting.settlement
    is_still_there = posting.return_transaction_id in ("", back.transaction_id)
    return (
        money.direction is not back.direction
        and (money.amount_pence, money.currency) == (back.amount_pence, back.currency)
        and is_still_there
    )


_SURE_SIGNS: tuple[Callable[[Posting, Settlement], bool], ...] = (
    lambda posting, back: posting.return_transaction_id == back.transaction_id,
    lambda posting, back: bool(back.returned_scheme_id) and posting.settlement.scheme_id == back.returned_scheme_id,
    lambda posting, back: normal_iban(posting.settlement.account_iban) == normal_iban(back.account_iban),
    lambda posting, _: posting.state is PostingState.RETURNING,
    lambda posting, _: posting.state is not PostingState.RETURNED,
)
