"""When a call goes again, when we ask first, and when a person must look: the payment at the bank."""

from dataclasses import replace
from datetime import timedelta

from structlog.testing import capture_logs

from services.worker.handlers.effects import BANK_KEY_LIVES
from services.worker.handlers.perform_effect import MOST_ATTEMPTS
from shared.domain.core_records import TransactionStatus
from shared.domain.disbursement import Disbursement
from shared.domain.flows import Request, Step
from shared.domain.outcomes import Accepted
from shared.domain.transitions import DisbursementState as State
from tests.builders import a_disbursement_order, the_bank_holds, the_bank_settles
from tests.fakes.clock import START
from tests.fakes.lender import a_lender_with
from tests.fakes.replies import (
    Reply,
    answers,
    is_unknown_after_the_effect,
    is_unknown_before_the_effect,
    says_try_later,
)

ORDER = a_disbursement_order()


def test_a_busy_bank_gets_the_same_bytes_again() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(says_try_later(), says_try_later(), answers())
    lender.hears(ORDER)
    lender.comes_to_rest()

    assert len(lender.bank.received) == 3
    assert len(set(lender.bank.received)) == 1
    assert lender.bank.asked == []


def test_a_call_is_prepared_once_and_never_again() -> None:
    lender = a_lender_with(ORDER)
    prepared = []
    prepare = lender.bank.prepare_payment

    def prepare_and_count(disbursement: Disbursement) -> Request:
        prepared.append(disbursement.id)
        return replace(prepare(disbursement), body=f"prepared {len(prepared)} times")

    lender.bank.prepare_payment = prepare_and_count  # type: ignore[method-assign]
    taken = Reply(Accepted("payment-id"), happens=False)
    lender.bank.sends.then(says_try_later(), is_unknown_before_the_effect(), taken)
    lender.hears(ORDER)
    lender.comes_to_rest()

    assert {sent.body for sent in lender.bank.received} == {"prepared 1 times"}
    assert len(lender.bank.received) == 3


def test_the_time_that_the_bank_names_is_never_undercut() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(says_try_later(after_seconds=90))
    lender.hears(ORDER)
    assert lender.disbursement(ORDER).step(Step.PAY).next_at == START + timedelta(seconds=90)

    lender.clock.pass_time(seconds=89)
    lender.advances(lender.disbursement(ORDER).id)
    assert len(lender.bank.received) == 1
    lender.clock.pass_time(seconds=1)
    lender.advances(lender.disbursement(ORDER).id)
    assert len(lender.bank.received) == 2


def test_a_timeout_is_repeated_and_the_409_that_follows_leads_to_asking() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(is_unknown_after_the_effect())
    lender.hears(ORDER)
    lender.comes_to_rest()

    assert len(lender.bank.received) == 2  # the second was answered with 409
    assert lender.bank.asked == [ORDER.transaction_key]
    assert lender.bank.moved(ORDER.transaction_key) == 1
    assert lender.disbursement(ORDER).state is State.SUBMITTED


def test_a_timeout_before_the_effect_is_repeated_until_it_goes_through() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(is_unknown_before_the_effect(), is_unknown_before_the_effect())
    lender.hears(ORDER)
    lender.comes_to_rest()

    assert lender.bank.moved(ORDER.transaction_key) == 1
    assert len({sent.key for sent in lender.bank.received}) == 1


def test_asking_that_shows_a_rejected_payment_reverses_it() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(is_unknown_after_the_effect(seen=True))
    lender.hears(ORDER)
    lender.bank.reject(ORDER.transaction_key)
    lender.comes_to_rest()

    assert lender.disbursement(ORDER).state is State.REVERSED
    assert len(lender.bank.received) == 1


def test_a_payment_that_the_bank_does_not_show_is_asked_for_and_never_sent_anew() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(is_unknown_before_the_effect(seen=True))
    lender.hears(ORDER)
    lender.comes_to_rest()

    assert len(lender.bank.received) == 1
    assert len(lender.bank.asked) > 100
    parked = lender.disbursement(ORDER).parked
    assert parked is not None
    assert parked.code == "gave_up"
    assert lender.clock.now() - START <= timedelta(hours=24)


def test_once_the_banks_key_is_over_we_ask_before_we_send() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(is_unknown_after_the_effect())
    lender.hears(ORDER)
    lender.clock.pass_time(seconds=BANK_KEY_LIVES.total_seconds() + 1)  # no worker ran meanwhile
    lender.comes_to_rest()

    assert len(lender.bank.received) == 1
    assert lender.bank.asked == [ORDER.transaction_key]
    assert lender.disbursement(ORDER).state is State.SUBMITTED


def test_a_payment_found_days_later_is_never_sent_outside_the_key_window() -> None:
    lender = a_lender_with(ORDER)
    lender.wire.die_at_next("bank.send payment", "before")
    lender.hears(ORDER)
    lender.clock.pass_time(days=3)
    lender.comes_to_rest()

    assert lender.bank.received == []
    assert len(lender.bank.asked) == 1
    parked = lender.disbursement(ORDER).parked
    assert parked is not None
    assert parked.code == "gave_up"


def test_what_fails_for_a_day_is_parked_and_shown() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.always = says_try_later()
    lender.hears(ORDER)
    lender.comes_to_rest()

    parked = lender.disbursement(ORDER).parked
    assert parked is not None
    assert parked.code == "gave_up"
    assert parked.reason.startswith("pay: ")
    assert timedelta(hours=23) < lender.clock.now() - START <= timedelta(hours=24)
    assert lender.sets.parked.keys() == {lender.disbursement(ORDER).id}
    assert not lender.sets.due


def test_a_given_up_payment_still_takes_the_banks_word() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.always = is_unknown_before_the_effect()
    lender.hears(ORDER)
    lender.comes_to_rest()
    lender.hears(the_bank_settles())

    assert lender.disbursement(ORDER).state is State.SETTLED
    assert lender.disbursement(ORDER).parked is None
    assert lender.core.statuses[ORDER.transaction_key] == ["Settled"]


def test_a_given_up_payment_that_the_bank_holds_goes_on_by_itself() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.always = is_unknown_before_the_effect()
    lender.hears(ORDER)
    lender.comes_to_rest()
    lender.hears(the_bank_holds())

    assert lender.disbursement(ORDER).state is State.HELD
    assert lender.disbursement(ORDER).parked is None
    assert lender.core.statuses[ORDER.transaction_key] == ["Held"]


def test_what_cannot_be_prepared_waits_for_a_person_and_nothing_is_sent() -> None:
    lender = a_lender_with(ORDER)

    def fails(disbursement: Disbursement) -> Request:
        raise OverflowError("date value out of range")

    lender.bank.prepare_payment = fails  # type: ignore[method-assign]
    lender.hears(ORDER)
    lender.comes_to_rest()

    parked = lender.disbursement(ORDER).parked
    assert parked is not None
    assert (parked.code, "date value out of range" in parked.reason) == ("cannot_prepare", True)
    assert lender.bank.received == []
    assert not lender.sets.due


def test_a_step_whose_worker_dies_without_end_waits_for_a_person() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.always = says_try_later()
    lender.hears(ORDER)
    payment = lender.disbursement(ORDER)
    dying = replace(payment.step(Step.PAY), attempts=MOST_ATTEMPTS, leased_until=START, next_at=None)
    assert lender.journal.move(payment.with_step(Step.PAY, dying), [], START)
    lender.clock.pass_time(days=1)
    lender.comes_to_rest()

    parked = lender.disbursement(ORDER).parked
    assert parked is not None
    assert parked.code == "gave_up"
    assert len(lender.bank.received) == 1


def test_a_report_that_may_fail_and_cannot_be_prepared_is_given_up_without_a_person() -> None:
    lender = a_lender_with(ORDER)

    def fails(disbursement: Disbursement, status: TransactionStatus) -> Request:
        raise OverflowError("no such field")

    lender.core.prepare_status = fails  # type: ignore[method-assign]
    lender.hears(ORDER)
    with capture_logs() as said:
        lender.hears(the_bank_holds())

    payment = lender.disbursement(ORDER)
    assert (payment.state, payment.parked) == (State.HELD, None)
    assert lender.journal.history(payment.id)[-1].what == "report-held given up"
    assert [line for line in said if line["event"] == "parked"] == []
