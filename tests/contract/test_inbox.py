from dataclasses import replace

import pytest
from redis.exceptions import ResponseError

from shared.domain.receipts import ReceiptState
from shared.store.inbox import Acceptance
from tests.contract.conftest import Stores
from tests.contract.records import a_webhook

NAME = "TransactionSettled-e2e"
AN_HOUR = 3600.0


def test_a_new_webhook_is_stored_under_its_first_name(stores: Stores) -> None:
    webhook = a_webhook(body=b'{"Amount": 88.50}')
    assert stores.inbox.accept([webhook]) == [(Acceptance.STORED, NAME)]
    receipt_id = stores.inbox.find(NAME)
    assert receipt_id == webhook.identity.fingerprint
    receipt = stores.inbox.load(receipt_id)
    assert (receipt.id, receipt.name, receipt.source, receipt.kind) == (
        receipt_id,
        NAME,
        "clearbank",
        "TransactionSettled",
    )
    assert (receipt.body, receipt.state) == (b'{"Amount": 88.50}', ReceiptState.STORED)
    assert (receipt.attempts, receipt.duplicates, receipt.reason) == (0, 0, "")
    assert abs(receipt.received_at_ms / 1000 - stores.now().timestamp()) < 60


def test_the_body_is_kept_byte_for_byte(stores: Stores) -> None:
    every_byte = bytes(range(256))
    stores.inbox.accept([a_webhook(body=every_byte)])
    assert stores.inbox.load(stores.inbox.find(NAME)).body == every_byte


def test_the_same_webhook_again_is_a_duplicate_and_counted(stores: Stores) -> None:
    stores.inbox.accept([a_webhook(body=b"first")])
    for _ in range(2):
        assert stores.inbox.accept([a_webhook(body=b"again")]) == [(Acceptance.DUPLICATE, NAME)]
    receipt = stores.inbox.load(stores.inbox.find(NAME))
    assert (receipt.duplicates, receipt.body) == (2, b"first")


def test_a_repeat_of_our_own_attempt_is_stored_and_no_duplicate(stores: Stores) -> None:
    webhook = a_webhook()
    stores.inbox.accept([webhook])
    assert stores.inbox.accept([webhook]) == [(Acceptance.STORED, NAME)]
    assert stores.inbox.load(stores.inbox.find(NAME)).duplicates == 0


def test_two_contents_of_one_event_are_a_conflict_that_keeps_both(stores: Stores) -> None:
    stores.inbox.accept([a_webhook(body=b"first")])
    ((acceptance, name),) = stores.inbox.accept([a_webhook("event-1", "changed", body=b"second")])
    assert acceptance is Acceptance.CONFLICT
    first, second = stores.inbox.load(stores.inbox.find(NAME)), stores.inbox.load(stores.inbox.find(name))
    assert (first.body, first.state, first.duplicates) == (b"first", ReceiptState.STORED, 0)
    assert (second.body, second.state, second.reason) == (b"second", ReceiptState.PARKED, "conflict")
    assert second.name == name != NAME


def test_a_repeated_conflict_is_counted_beside_the_first(stores: Stores) -> None:
    stores.inbox.accept([a_webhook()])
    ((_, name),) = stores.inbox.accept([a_webhook("event-1", "changed")])
    assert stores.inbox.accept([a_webhook("event-1", "changed")]) == [(Acceptance.CONFLICT, name)]
    assert stores.inbox.load(stores.inbox.find(name)).duplicates == 1


def test_a_repeat_of_our_own_conflicting_attempt_is_not_counted(stores: Stores) -> None:
    stores.inbox.accept([a_webhook()])
    changed = a_webhook("event-1", "changed")
    ((_, name),) = stores.inbox.accept([changed])
    assert stores.inbox.accept([changed]) == [(Acceptance.CONFLICT, name)]
    assert stores.inbox.load(stores.inbox.find(name)).duplicates == 0


def test_a_third_content_is_another_conflict(stores: Stores) -> None:
    stores.inbox.accept([a_webhook()])
    names = {stores.inbox.accept([a_webhook("event-1", content)])[0][1] for content in ("second", "third")}
    assert len(names) == 2


def test_another_event_under_a_taken_name_gets_the_next_name(stores: Stores) -> None:
    names = (NAME, f"{NAME}-id")
    stores.inbox.accept([a_webhook("event-1", "content", *names, body=b"one")])
    assert stores.inbox.accept([a_webhook("event-2", "content", *names, body=b"two")]) == [
        (Acceptance.STORED, f"{NAME}-id")
    ]
    third = a_webhook("event-3", "content", *names)
    assert stores.inbox.accept([third]) == [(Acceptance.STORED, third.identity.names[-1])]
    assert stores.inbox.load(stores.inbox.find(NAME)).body == b"one"
    assert stores.inbox.load(stores.inbox.find(f"{NAME}-id")).body == b"two"


def test_a_return_and_a_further_return_have_names_of_their_own(stores: Stores) -> None:
    stores.inbox.accept([a_webhook("payment", "content", NAME)])
    returns = [
        a_webhook(f"return-{number}", "content", f"{NAME}-REV", f"{NAME}-RETRY", f"{NAME}-RETRY-{number}")
        for number in (1, 2, 3)
    ]
    answers = [stores.inbox.accept([webhook])[0] for webhook in returns]
    assert answers == [
        (Acceptance.STORED, f"{NAME}-REV"),
        (Acceptance.STORED, f"{NAME}-RETRY"),
        (Acceptance.STORED, f"{NAME}-RETRY-3"),
    ]


def test_a_batch_is_answered_in_its_order(stores: Stores) -> None:
    first, again, other = a_webhook(), a_webhook(), a_webhook("event-2", "content", "Other")
    assert stores.inbox.accept([first, again, other]) == [
        (Acceptance.STORED, NAME),
        (Acceptance.DUPLICATE, NAME),
        (Acceptance.STORED, "Other"),
    ]


def test_one_bad_receipt_does_not_spoil_its_batch_and_leaves_nothing(stores: Stores) -> None:
    broken = a_webhook("broken", "")
    object.__setattr__(broken.identity, "digest", "")
    good, bad = stores.inbox.accept([a_webhook(), broken])
    assert good == (Acceptance.STORED, NAME)
    assert isinstance(bad, Exception)
    assert stores.inbox.load(broken.identity.fingerprint) is None
    assert stores.inbox.find(broken.identity.names[-1]) is None


def test_begin_counts_attempts_on_the_record(stores: Stores) -> None:
    webhook = a_webhook()
    stores.inbox.accept([webhook])
    receipt_id = webhook.identity.fingerprint
    assert [stores.inbox.begin(receipt_id).attempts for _ in range(3)] == [1, 2, 3]
    assert stores.inbox.load(receipt_id).attempts == 3


def test_what_is_not_there_cannot_be_begun_and_stays_away(stores: Stores) -> None:
    assert stores.inbox.begin("unknown") is None
    assert stores.inbox.load("unknown") is None
    assert stores.inbox.find("unknown") is None


def test_a_finished_receipt_keeps_its_result_and_is_due_no_more(stores: Stores) -> None:
    webhook = a_webhook()
    stores.inbox.accept([webhook])
    stores.inbox.finish(webhook.identity.fingerprint, "disbursement:8a81")
    receipt = stores.inbox.load(webhook.identity.fingerprint)
    assert (receipt.state, receipt.reason) == (ReceiptState.FINISHED, "disbursement:8a81")
    assert stores.outbox.take_due(10, 0) == []


def test_a_parked_receipt_tells_why_and_is_due_no_more(stores: Stores) -> None:
    webhook = a_webhook()
    stores.inbox.accept([webhook])
    stores.inbox.park(webhook.identity.fingerprint, "unknown_type: ...")
    receipt = stores.inbox.load(webhook.identity.fingerprint)
    assert (receipt.state, receipt.reason) == (ReceiptState.PARKED, "unknown_type: ...")
    assert stores.outbox.take_due(10, 0) == []


def test_a_postponed_receipt_stays_stored_tells_why_and_begins_anew(stores: Stores) -> None:
    webhook, receipt_id = a_webhook(), a_webhook().identity.fingerprint
    stores.inbox.accept([webhook])
    for _ in range(3):
        stores.inbox.begin(receipt_id)
    stores.inbox.postpone(receipt_id, "no payment of ours has this id yet", AN_HOUR)
    receipt = stores.inbox.load(receipt_id)
    assert (receipt.state, receipt.attempts) == (ReceiptState.STORED, 0)
    assert receipt.reason == "no payment of ours has this id yet"
    assert stores.inbox.begin(receipt_id) == replace(receipt, attempts=1)


def test_a_postponed_receipt_is_due_only_after_the_delay(stores: Stores) -> None:
    receipt_id = a_webhook().identity.fingerprint
    stores.inbox.accept([a_webhook()])
    stores.inbox.postpone(receipt_id, "later", AN_HOUR)
    assert stores.outbox.take_due(10, 0) == []
    stores.inbox.postpone(receipt_id, "now", 0)
    assert stores.outbox.take_due(10, 0) == [f"receipt:{receipt_id}"]


@pytest.mark.parametrize("result", ["disbursement:8a81", ""])
def test_the_reason_of_a_postponed_receipt_is_gone_when_it_is_finished(stores: Stores, result: str) -> None:
    receipt_id = a_webhook().identity.fingerprint
    stores.inbox.accept([a_webhook()])
    stores.inbox.postpone(receipt_id, "later", AN_HOUR)
    stores.inbox.finish(receipt_id, result)
    receipt = stores.inbox.load(receipt_id)
    assert (receipt.state, receipt.reason) == (ReceiptState.FINISHED, result)
    assert stores.outbox.take_due(10, 0) == []


def test_what_another_worker_finished_or_parked_is_not_postponed(stores: Stores) -> None:
    finished, parked = a_webhook("event-1").identity.fingerprint, a_webhook("event-2").identity.fingerprint
    stores.inbox.accept([a_webhook("event-1"), a_webhook("event-2")])
    stores.inbox.finish(finished, "done")
    stores.inbox.park(parked, "why")
    before = [stores.inbox.load(receipt_id) for receipt_id in (finished, parked)]
    for receipt_id in (finished, parked):
        stores.inbox.postpone(receipt_id, "later", 0)
    assert [stores.inbox.load(receipt_id) for receipt_id in (finished, parked)] == before
    assert stores.outbox.take_due(10, 0) == []


def test_a_receipt_is_not_postponed_without_a_reason_or_into_the_past(stores: Stores) -> None:
    receipt_id = a_webhook().identity.fingerprint
    stores.inbox.accept([a_webhook()])
    before = stores.inbox.begin(receipt_id)
    for reason, delay_seconds in (("", AN_HOUR), ("later", -1.0)):
        with pytest.raises(ResponseError, match="postpone:"):
            stores.inbox.postpone(receipt_id, reason, delay_seconds)
    assert stores.inbox.load(receipt_id) == before


def test_no_work_on_what_was_released_makes_a_record_of_it(stores: Stores) -> None:
    stores.inbox.finish("released", "done")
    stores.inbox.park("released", "why")
    stores.inbox.postpone("released", "later", 0)
    assert stores.inbox.load("released") is None
    assert stores.outbox.take_due(10, 0) == []


def test_a_duplicate_of_a_finished_webhook_wakes_nothing(stores: Stores) -> None:
    webhook = a_webhook()
    stores.inbox.accept([webhook])
    stores.inbox.finish(webhook.identity.fingerprint, "done")
    assert stores.inbox.accept([a_webhook()]) == [(Acceptance.DUPLICATE, NAME)]
    assert stores.inbox.load(webhook.identity.fingerprint).state is ReceiptState.FINISHED
    assert stores.outbox.take_due(10, 0) == []
