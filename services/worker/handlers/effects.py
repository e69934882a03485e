"""Everything we change outside: how each step is prepared, sent and asked after, and what its answers lead to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.worker.handlers.office import Office
from shared.domain import events as e
from shared.domain.bank_records import VirtualAccount
from shared.domain.core_records import TransactionStatus
from shared.domain.flows import Request, Step
from shared.domain.outcomes import Accepted, LookUp, NotDone, Outcome, Refused, TryLater, Unknown

# ClearBank's X-Request-Id protects 24 h, Mambu's Idempotency-Key 6 h; a margin covers the time a call takes.
BANK_KEY_LIVES = timedelta(hours=23, minutes=45)
CORE_KEY_LIVES = timedelta(hours=5, minutes=45)
NOTICE_KEY_LIVES = timedelta(hours=1, minutes=45)  # the shortest of the channels': ZenDesk's 2 h


@dataclass(frozen=True, slots=True)
class Effect:
    """`prepared`, `accepted` and `refused` are the events that follow; None where none does.

    `shows_absence`: asking after it can tell that it has not happened. ClearBank's list of payments cannot.
    """

    prepare: Callable[[Any, Office], Request]
    send: Callable[[Request, Office], Outcome]
    look_up: Callable[[Any, Office], LookUp]
    key_lives: timedelta
    prepared: e.Event | None = None
    accepted: Callable[[Accepted], e.Event] | None = None
    refused: Callable[[Refused], e.Event] | None = None
    shows_absence: bool = True


def _to_bank(request: Request, office: Office) -> Outcome:
    return office.bank.send(request)


def _to_core(request: Request, office: Office) -> Outcome:
    return office.core.send(request)


def _may_be_repeated(_flow: Any, _office: Office) -> LookUp:
    """For what comes to the same however often it is done: to ask first is to do it again."""
    return NotDone("it may be done again")


def _account_has(is_done: Callable[[VirtualAccount], bool], account_id: str, office: Office) -> LookUp:
    """The bank answers a repeat with 409 whatever became of the first: its record of the account tells."""
    account = office.bank.read_account(account_id)
    if isinstance(account, Refused):
        return account
    if isinstance(account, TryLater):
        return Unknown(account.reason, seen=True)
    return Accepted() if is_done(account) else NotDone("the account is as it was")


def _owner_is_named(disbursement: Any, office: Office) -> LookUp:
    account = disbursement.account
    return _account_has(lambda found: found.owner_name == account.owner_name, account.virtual_account_id, office)


def _is_disabled(closure: Any, office: Office) -> LookUp:
    return _account_has(lambda found: not found.is_enabled, closure.virtual_account_id, office)


def _report(status: TransactionStatus) -> Effect:
    return Effect(
        prepare=lambda disbursement, office: office.core.prepare_status(disbursement, status),
        send=_to_core,
        look_up=_may_be_repeated,
        key_lives=CORE_KEY_LIVES,
    )


_POST = Effect(
    prepare=lambda posting, office: office.core.prepare_posting(posting),
    send=_to_core,
    look_up=lambda posting, office: office.core.look_up_posting(posting),
    key_lives=CORE_KEY_LIVES,
    prepared=e.PostingPrepared(),
    accepted=lambda accepted: e.Posted(accepted.reference),
    refused=lambda refused: e.PostingRefused(refused.code, refused.reason),
)

_UNDO = Effect(
    prepare=lambda posting, office: office.core.prepare_undo(posting),
    send=_to_core,
    look_up=lambda posting, office: office.core.look_up_undo(posting),
    key_lives=CORE_KEY_LIVES,
    accepted=lambda _: e.PostingUndone(),
)

EFFECTS: Mapping[Step, Effect] = {
    Step.CREATE_ACCOUNT: Effect(
        prepare=lambda disbursement, office: office.bank.prepare_account(disbursement),
        send=_to_bank,
        look_up=_may_be_repeated,  # the identifier is the bank's own check for duplicates
        key_lives=BANK_KEY_LIVES,
        refused=lambda refused: e.AccountRefused(refused.code, refused.reason),
    ),
    Step.WRITE_LINKAGE: Effect(
        prepare=lambda disbursement, office: office.core.prepare_linkage(disbursement),
        send=_to_core,
        look_up=_may_be_repeated,
        key_lives=CORE_KEY_LIVES,
        refused=lambda refused: e.LinkageRefused(refused.code, refused.reason),
    ),
    Step.AMEND_OWNER: Effect(
        prepare=lambda disbursement, office: office.bank.prepare_owner_name(disbursement),
        send=_to_bank,
        look_up=_owner_is_named,
        key_lives=BANK_KEY_LIVES,
    ),
    Step.PAY: Effect(
        prepare=lambda disbursement, office: office.bank.prepare_payment(disbursement),
        send=_to_bank,
        look_up=lambda disbursement, office: office.bank.look_up_payment(disbursement.end_to_end_id),
        key_lives=BANK_KEY_LIVES,
        prepared=e.PaymentPrepared(),
        accepted=lambda _: e.PaymentSubmitted(),
        refused=lambda refused: e.PaymentRefused(refused.code, refused.reason),
        shows_absence=False,
    ),
    Step.REPORT_SETTLED: _report(TransactionStatus.SETTLED),
    Step.REPORT_HELD: _report(TransactionStatus.HELD),
    Step.REPORT_REJECTED: _report(TransactionStatus.REJECTED),
    Step.REVERSE: Effect(
        prepare=lambda disbursement, office: office.core.prepare_reversal(disbursement),
        send=_to_core,
        look_up=lambda disbursement, office: office.core.look_up_reversal(disbursement),
        key_lives=CORE_KEY_LIVES,
        accepted=lambda _: e.DisbursementReversed(),
    ),
    Step.POST_REPAYMENT: _POST,
    Step.POST_DISBURSEMENT: _POST,
    Step.ADJUST_REPAYMENT: _UNDO,
    Step.ADJUST_DISBURSEMENT: _UNDO,
    Step.RETURN_MONEY: Effect(
        prepare=lambda posting, office: office.bank.prepare_return(posting),
        send=_to_bank,
        # The bank gives a return no id of its own: only its settlement tells, by webhook.
        look_up=lambda _posting, _office: Unknown("the bank cannot be asked for a return", seen=True),
        key_lives=BANK_KEY_LIVES,
        refused=lambda refused: e.ReturnRefused(refused.code, refused.reason),
    ),
    Step.DISABLE_ACCOUNT: Effect(
        prepare=lambda closure, office: office.bank.prepare_disabling(closure),
        send=_to_bank,
        look_up=_is_disabled,
        key_lives=BANK_KEY_LIVES,
        accepted=lambda _: e.AccountDisabled(),
    ),
    Step.SEND: Effect(
        prepare=lambda notification, office: office.notifier.prepare(notification),
        send=lambda request, office: office.notifier.send(request),
        look_up=lambda notification, office: office.notifier.look_up(notification),
        key_lives=NOTICE_KEY_LIVES,
        accepted=lambda _: e.NotificationSent(),
    ),
}
