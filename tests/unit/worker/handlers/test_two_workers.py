"""Two workers, or a worker and a webhook, on one payment at the same moment."""

from shared.domain.flows import Flow, Step, StepOutcome
from shared.domain.transitions import DisbursementState as State
from tests.builders import a_disbursement_order, a_settled_credit, the_bank_holds, the_bank_rejects, the_bank_settles
from tests.fakes.lender import FakeLender, a_lender_with
from tests.fakes.replies import (
    Reply,
    answers,
    is_unknown_after_the_effect,
    is_unknown_before_the_effect,
    refuses,
    says_try_later,
)

ORDER = a_disbursement_order()
PAYMENT_ID = f"disbursement:{ORDER.transaction_key}"


def the_lease_runs_out_and_another_takes_over(lender: FakeLender) -> None:
    lender.clock.pass_time(seconds=61)
    lender.advances(PAYMENT_ID)


def test_a_second_worker_leaves_a_payment_alone_while_the_first_is_at_the_bank() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.during_send = lambda: lender.advances(PAYMENT_ID)
    lender.hears(ORDER)

    assert len(lender.bank.received) == 1
    assert lender.disbursement(ORDER).state is State.SUBMITTED


def test_the_same_order_received_during_the_send_is_one_payment() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.during_send = lambda: lender.hears(ORDER)
    lender.hears(ORDER)

    assert lender.bank.moved(ORDER.transaction_key) == 1
    assert lender.disbursements() == [lender.disbursement(ORDER)]


def test_of_two_workers_that_claim_at_once_one_finds_the_version_gone() -> None:
    lender = a_lender_with(ORDER)
    prepare = lender.bank.prepare_payment
    again = [lambda: lender.advances(PAYMENT_ID)]

    def prepare_slowly(disbursement):
        if again:
            again.pop()()  # another worker claims, sends and stores between our load and our move
        return prepare(disbursement)

    lender.bank.prepare_payment = prepare_slowly  # type: ignore[method-assign]
    lender.hears(ORDER)

    assert len(lender.bank.received) == 1
    assert lender.disbursement(ORDER).step(Step.PAY).attempts == 1


def test_a_settled_webhook_that_overtakes_the_banks_answer_counts_at_once() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.during_send = lambda: lender.hears(the_bank_settles())
    lender.hears(ORDER)

    assert lender.disbursement(ORDER).state is State.SETTLED
    assert lender.disbursement(ORDER).step(Step.PAY).outcome is StepOutcome.DONE
    assert lender.core.statuses[ORDER.transaction_key] == ["Settled"]


def test_a_settled_webhook_during_a_send_without_answer_ends_the_matter() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(is_unknown_after_the_effect())
    lender.bank.during_send = lambda: lender.hears(the_bank_settles())
    lender.hears(ORDER)
    lender.comes_to_rest()

    assert lender.disbursement(ORDER).state is State.SETTLED
    assert len(lender.bank.received) == 1
    assert lender.core.statuses[ORDER.transaction_key] == ["Settled"]


def test_a_rejected_webhook_during_the_send_reverses_and_is_never_paid_again() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(is_unknown_after_the_effect())
    lender.bank.during_send = lambda: lender.hears(the_bank_rejects())
    lender.hears(ORDER)
    lender.comes_to_rest()

    assert lender.disbursement(ORDER).state is State.REVERSED
    assert len(lender.bank.received) == 1


def test_a_settled_payment_is_not_parked_for_a_useless_answer_to_its_call() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(Reply(refuses("http_404", verdict=False).outcome, happens=True))
    lender.bank.during_send = lambda: lender.hears(the_bank_settles())
    lender.hears(ORDER)
    lender.comes_to_rest()

    assert lender.disbursement(ORDER).state is State.SETTLED
    assert lender.disbursement(ORDER).parked is None
    assert lender.core.statuses[ORDER.transaction_key] == ["Settled"]


def test_a_settled_payment_is_not_parked_because_its_call_was_given_up() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(is_unknown_after_the_effect())
    lender.hears(ORDER)
    lender.clock.pass_time(hours=23)
    lender.bank.sends.then(says_try_later(after_seconds=7200))
    lender.bank.during_send = lambda: lender.hears(the_bank_settles())
    lender.comes_to_rest()

    assert lender.disbursement(ORDER).step(Step.PAY).outcome is StepOutcome.GAVE_UP
    assert lender.disbursement(ORDER).state is State.SETTLED
    assert lender.disbursement(ORDER).parked is None
    assert lender.core.statuses[ORDER.transaction_key] == ["Settled"]


def test_after_the_lease_another_worker_repeats_the_same_bytes_under_the_same_key() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.during_send = lambda: the_lease_runs_out_and_another_takes_over(lender)
    lender.hears(ORDER)
    lender.comes_to_rest()

    first, second = lender.bank.received
    assert first == second
    assert lender.bank.moved(ORDER.transaction_key) == 1
    assert lender.disbursement(ORDER).state is State.SUBMITTED


def test_a_stale_refusal_does_not_undo_what_the_second_worker_achieved() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(refuses(), answers())
    lender.bank.during_send = lambda: the_lease_runs_out_and_another_takes_over(lender)
    lender.hears(ORDER)

    assert lender.disbursement(ORDER).state is State.SUBMITTED
    assert lender.core.reversals == []


def test_a_stale_doubt_does_not_move_the_second_workers_next_attempt() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(is_unknown_before_the_effect(seen=True), says_try_later(after_seconds=120))
    lender.bank.during_send = lambda: the_lease_runs_out_and_another_takes_over(lender)
    lender.hears(ORDER)

    record = lender.disbursement(ORDER).step(Step.PAY)
    assert record.attempts == 2
    assert record.reason == "busy"
    assert not record.ask_first


def test_a_stale_acceptance_counts_whatever_the_second_worker_is_waiting_for() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(answers(), says_try_later())
    lender.bank.during_send = lambda: the_lease_runs_out_and_another_takes_over(lender)
    lender.hears(ORDER)
    lender.comes_to_rest()

    assert lender.disbursement(ORDER).state is State.SUBMITTED
    assert len(lender.bank.received) == 2
    assert lender.bank.moved(ORDER.transaction_key) == 1


def test_a_refusal_after_an_attempt_in_doubt_counts_only_when_the_bank_does_not_show_the_payment() -> None:
    lender = a_lender_with(ORDER)
    lender.bank.sends.then(answers(), refuses())
    lender.bank.during_send = lambda: the_lease_runs_out_and_another_takes_over(lender)
    lender.hears(ORDER)

    assert lender.disbursement(ORDER).state is State.SUBMITTED
    assert lender.disbursement(ORDER).step(Step.PAY).outcome is StepOutcome.DONE
    assert lender.core.reversals == []


def test_a_webhook_that_loses_the_race_for_the_version_is_applied_to_the_new_one() -> None:
    lender = a_lender_with(ORDER)
    lender.hears(ORDER)
    load, meanwhile = lender.journal.load, [lambda: lender.hears(the_bank_holds())]

    def load_slowly(flow_id: str) -> Flow | None:
        payment = load(flow_id)
        if meanwhile:
            meanwhile.pop()()  # another webhook moves the payment between our load and our move
        return payment

    lender.journal.load = load_slowly  # type: ignore[method-assign]
    lender.hears(the_bank_settles())

    assert lender.disbursement(ORDER).state is State.SETTLED
    assert lender.core.statuses[ORDER.transaction_key] == ["Held", "Settled"]


def test_one_webhook_ten_times_over_is_one_payment() -> None:
    lender = a_lender_with(ORDER)
    for webhook in (ORDER, the_bank_settles()):
        for _ in range(10):
            lender.hears(webhook)

    assert lender.bank.moved(ORDER.transaction_key) == 1
    assert lender.core.statuses[ORDER.transaction_key] == ["Settled"]
    assert sorted(receipt.duplicates for receipt in lender.inbox.receipts()) == [9, 9]


def test_one_receipt_delivered_ten_times_by_the_queue_is_one_repayment() -> None:
    lender = FakeLender()
    money = a_settled_credit()
    lender.has_linked()
    for _ in range(10):
        lender.hears(money)

    assert len(lender.core.posted()) == 1
