"""Records that cannot be read: nothing is concluded from them, nothing loops, nothing is lost."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ResponseError
from structlog.testing import capture_logs

from shared.domain.corruption import CorruptRecordError
from shared.store import keys
from shared.store.connection import lua
from shared.store.inbox import Inbox
from shared.store.journal import Journal
from shared.store.outbox import Outbox
from shared.store.quarantine import Quarantine
from tests.builders import CREDITOR_IBAN, LOAN_IBAN
from tests.contract.conftest import Stores, in_memory
from tests.contract.records import a_disbursement, a_webhook, an_entry

FLOW, RECEIPT = a_disbursement(), a_webhook().identity.fingerprint
MEMBERS = (FLOW.id, f"receipt:{RECEIPT}")
AN_HOUR = 3600.0


def the_document(redis: Redis) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(redis.hget(keys.flow(FLOW.id), "doc") or "")
    return document


def without(redis: Redis, field: str) -> str:
    """The flow's document, and one field of it gone."""
    document = the_document(redis)
    del document[field]
    return json.dumps(document)


def replace_by_text(redis: Redis, key: str) -> None:
    redis.delete(key)
    redis.set(key, "not a record")


SPOILT_FLOWS: dict[str, Callable[[Redis, str], Any]] = {
    "without a document": lambda redis, key: redis.hdel(key, "doc"),
    "without a version": lambda redis, key: redis.hdel(key, "version"),
    "with an odd version": lambda redis, key: redis.hset(key, "version", "two"),
    "with half a document": lambda redis, key: redis.hset(key, "doc", '{"id": "disb'),
    "with bytes for a document": lambda redis, key: redis.hset(key, "doc", b"\xff\xfe\x00"),
    "nested without end": lambda redis, key: redis.hset(key, "doc", "[" * 100_000),
    "with a list for a document": lambda redis, key: redis.hset(key, "doc", "[]"),
    "without its order": lambda redis, key: redis.hset(key, "doc", without(redis, "order")),
    "in a state that is none": lambda redis, key: redis.hset(
        key, "doc", json.dumps({**the_document(redis), "state": "gone"})
    ),
    "with the document of another": lambda redis, key: redis.hset(
        key, "doc", json.dumps({**the_document(redis), "id": "disbursement:another"})
    ),
    "with other fields only": lambda redis, key: (redis.delete(key), redis.hset(key, "note", "x")),
    "of another type": replace_by_text,
}
SPOILT_RECEIPTS: dict[str, Callable[[Redis, str], Any]] = {
    "without a body": lambda redis, key: redis.hdel(key, "body"),
    "without a state": lambda redis, key: redis.hdel(key, "state"),
    "without a time": lambda redis, key: redis.hdel(key, "received_at"),
    "in a state that is none": lambda redis, key: redis.hset(key, "state", "gone"),
    "with an odd time": lambda redis, key: redis.hset(key, "received_at", "noon"),
    "with an odd number of attempts": lambda redis, key: redis.hset(key, "attempts", "many"),
    "with a name that is no text": lambda redis, key: redis.hset(key, "name", b"\xff"),
    "of another type": replace_by_text,
}


@pytest.mark.parametrize("spoil", SPOILT_FLOWS.values(), ids=SPOILT_FLOWS)
def test_a_flow_that_cannot_be_read_is_an_error_and_never_absent(
    server: Redis, spoil: Callable[[Redis, str], Any]
) -> None:
    journal = Journal(server)
    journal.move(FLOW, [an_entry("received")], None)
    spoil(server, keys.flow(FLOW.id))
    for look in (lambda: journal.load(FLOW.id), lambda: journal.find(FLOW.references[0])):
        with pytest.raises(CorruptRecordError, match=FLOW.id) as raised:
            look()
        assert not [number for number in (CREDITOR_IBAN, LOAN_IBAN) if number in str(raised.value)]


@pytest.mark.parametrize("spoil", SPOILT_FLOWS.values(), ids=SPOILT_FLOWS)
def test_a_flow_that_cannot_be_read_is_not_begun_anew(server: Redis, spoil: Callable[[Redis, str], Any]) -> None:
    journal = Journal(server)
    journal.move(FLOW, [an_entry("received")], None)
    spoil(server, keys.flow(FLOW.id))
    before = server.dump(keys.flow(FLOW.id))
    try:
        assert journal.move(FLOW, [an_entry("received")], None) is None
    except ResponseError as error:
        assert "WRONGTYPE" in str(error)
    assert server.dump(keys.flow(FLOW.id)) == before
    assert len(journal.history(FLOW.id)) == 1


@pytest.mark.parametrize("spoil", SPOILT_RECEIPTS.values(), ids=SPOILT_RECEIPTS)
def test_a_receipt_that_cannot_be_read_is_an_error(server: Redis, spoil: Callable[[Redis, str], Any]) -> None:
    inbox = Inbox(server)
    inbox.accept([a_webhook()])
    spoil(server, keys.receipt(RECEIPT))
    for look in (inbox.load, inbox.begin):
        with pytest.raises(CorruptRecordError, match=RECEIPT):
            look(RECEIPT)


def test_an_error_of_the_server_is_no_fault_of_the_record(server: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox(server)
    inbox.accept([a_webhook()])

    def is_full(*_: Any, **__: Any) -> None:
        raise ResponseError("OOM command not allowed when used memory > 'maxmemory'.")

    monkeypatch.setattr(server, "evalsha", is_full)
    with pytest.raises(ResponseError, match="OOM"):
        inbox.begin(RECEIPT)


def test_a_spoilt_record_is_an_error_in_memory_too() -> None:
    stores = in_memory()
    stores.journal.move(FLOW, [], None)
    stores.inbox.accept([a_webhook()])
    stores.journal.sets.spoilt |= {FLOW.id, RECEIPT}
    for look in (
        lambda: stores.journal.load(FLOW.id),
        lambda: stores.journal.find(FLOW.references[0]),
        lambda: stores.inbox.begin(RECEIPT),
    ):
        with pytest.raises(CorruptRecordError):
            look()


def set_both_aside(stores: Stores) -> None:
    """A flow and a receipt, both due, both set aside."""
    stores.journal.move(FLOW, [], stores.now() - timedelta(seconds=1))
    stores.inbox.accept([a_webhook()])
    stores.journal.quarantine(FLOW.id, "its document is cut off")
    stores.inbox.quarantine(RECEIPT, "it lacks its body")


def test_what_is_set_aside_is_due_no_more_and_tells_why(stores: Stores) -> None:
    set_both_aside(stores)
    assert stores.outbox.take_due(10, 0) == []
    assert stores.quarantine.reasons() == dict(
        zip(MEMBERS, ("its document is cut off", "it lacks its body"), strict=True)
    )


def test_what_is_set_aside_stays_as_it_is(stores: Stores) -> None:
    stores.inbox.accept([a_webhook()])
    moved, receipt = stores.journal.move(FLOW, [], None), stores.inbox.load(RECEIPT)
    stores.journal.quarantine(FLOW.id, "reason")
    stores.inbox.quarantine(RECEIPT, "reason")
    assert (stores.journal.load(FLOW.id), stores.inbox.load(RECEIPT)) == (moved, receipt)


def test_what_a_person_has_seen_to_is_due_again(stores: Stores) -> None:
    set_both_aside(stores)
    assert [stores.quarantine.readmit(member, "Ada") for member in MEMBERS] == [True, True]
    assert stores.quarantine.reasons() == {}
    assert sorted(stores.outbox.take_due(10, AN_HOUR)) == sorted(MEMBERS)


def test_what_is_not_set_aside_is_not_readmitted(stores: Stores) -> None:
    assert stores.quarantine.readmit(FLOW.id, "Ada") is False
    assert stores.outbox.take_due(10, 0) == []
    assert stores.journal.history(FLOW.id) == []


def test_who_readmitted_it_stands_in_its_history(stores: Stores) -> None:
    set_both_aside(stores)
    stores.quarantine.readmit(FLOW.id, "Ada")
    assert stores.journal.history(FLOW.id)[-1].cause == "operator Ada"


def test_what_is_set_aside_stands_among_the_parked_since_the_first_time(server: Redis) -> None:
    quarantine = Quarantine(server)
    quarantine.put(FLOW.id, "first")
    server.zincrby(keys.PARKED, -1000, FLOW.id)
    since = server.zscore(keys.PARKED, FLOW.id)
    quarantine.put(FLOW.id, "again")
    assert server.zscore(keys.PARKED, FLOW.id) == since
    assert quarantine.reasons() == {FLOW.id: "again"}
    quarantine.readmit(FLOW.id, "Ada")
    assert server.zcard(keys.PARKED) == 0


def test_setting_aside_is_said_aloud(server: Redis) -> None:
    with capture_logs() as lines:
        Quarantine(server).put(FLOW.id, "its document is cut off")
    (line,) = lines
    assert (line["log_level"], line["record"], line["reason"]) == ("error", FLOW.id, "quarantined")


@pytest.mark.parametrize("member", ["disbursement:gone", "receipt:gone", "mandate:1", "nonsense"])
def test_what_is_due_and_has_no_record_is_set_aside_and_not_looped(server: Redis, member: str) -> None:
    Journal(server).move(FLOW, [], None)
    server.zadd(keys.DUE, {member: 1, FLOW.id: 2})
    outbox = Outbox(server)
    with capture_logs() as lines:
        assert outbox.take_due(10, 0) == [FLOW.id]
        assert outbox.take_due(10, 0) == [FLOW.id]
    assert [(line["log_level"], line["record"]) for line in lines] == [("error", member)]
    assert list(Quarantine(server).reasons()) == [member]
    assert server.zscore(keys.PARKED, member)


def test_the_script_checks_its_arguments(server: Redis) -> None:
    for arguments in (("", "reason"), ("member", "")):
        with pytest.raises(ResponseError, match="quarantine:"):
            server.eval(lua("quarantine"), 3, keys.DUE, keys.PARKED, keys.QUARANTINE, *arguments)
    assert server.dbsize() == 0
