"""The scripts by themselves: none writes before it has checked all of its arguments, and none is lost for good."""

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from shared.store import keys
from shared.store.connection import lua
from shared.store.inbox import Acceptance, Inbox
from shared.store.journal import Journal
from shared.store.outbox import Outbox
from tests.contract.records import a_disbursement, a_webhook

QUEUE = "inbound"
A_RECORD = ("disbursement:1", "{}", "received", "1", "{}", "1", "LOAN1")
BROKEN_RECORDS = {
    "without an id": ("", "{}", "received", "0", "0"),
    "without a kind": ("1", "{}", "received", "0", "0"),
    "with a kind and nothing else": ("disbursement:", "{}", "received", "0", "0"),
    "without a document": ("disbursement:1", "", "received", "0", "0"),
    "without a state": ("disbursement:1", "{}", "", "0", "0"),
    "with too few entries": ("disbursement:1", "{}", "received", "1"),
    "with an empty entry": ("disbursement:1", "{}", "received", "1", "", "0"),
    "without a number of references": ("disbursement:1", "{}", "received", "0"),
    "with too few references": ("disbursement:1", "{}", "received", "0", "2", "LOAN1"),
    "with an empty reference": ("disbursement:1", "{}", "received", "0", "1", ""),
    "with an odd number of entries": ("disbursement:1", "{}", "received", "0.5", "0"),
    "cut short": ("disbursement:1",),
    "of nothing": (),
}


def test_the_scripts_are_loaded_again_after_the_server_forgot_them(server: Redis) -> None:
    inbox, journal, outbox = Inbox(server), Journal(server), Outbox(server)
    for event in ("event-1", "event-2"):
        server.script_flush()
        assert inbox.accept([a_webhook(event, "content", event), a_webhook(event, "content", event)]) == [
            (Acceptance.STORED, event),
            (Acceptance.DUPLICATE, event),
        ]
        server.script_flush()
        assert journal.move(a_disbursement(event), [], None)
        server.script_flush()
        inbox.postpone(a_webhook(event).identity.fingerprint, "later", 0)
        server.script_flush()
        assert outbox.take_due(10, 60) != []


def test_accept_checks_every_argument_before_its_first_write(server: Redis) -> None:
    good = ["attempt", "id", "digest", "clearbank", "kind", "body", "{}", "0", "element", "cw:", "name"]
    spoilt = [[*good[:place], "", *good[place + 1 :]] for place in (0, 1, 2, 3, 4, 7)] + [good[:10]]
    for arguments in spoilt:
        with pytest.raises(ResponseError, match="accept:"):
            server.eval(lua("accept"), 4, "cw:receipt:id", keys.DUE, keys.PARKED, QUEUE, *arguments)
    assert server.dbsize() == 0


@pytest.mark.parametrize(
    "head", [("", "0", "", "0"), ("cw:", "x", "", "0"), ("cw:", "0", "nan", "0"), ("cw:", "0", "soon", "0")]
)
def test_a_move_without_a_version_or_with_an_odd_due_time_writes_nothing(server: Redis, head: tuple[str, ...]) -> None:
    with pytest.raises(ResponseError, match="move:"):
        server.eval(lua("move"), 2, keys.DUE, keys.PARKED, *head, *A_RECORD)
    assert server.dbsize() == 0


@pytest.mark.parametrize("record", BROKEN_RECORDS.values(), ids=BROKEN_RECORDS)
def test_a_move_with_a_broken_record_writes_nothing(server: Redis, record: tuple[str, ...]) -> None:
    with pytest.raises(ResponseError, match="move: record 1 "):
        server.eval(lua("move"), 2, keys.DUE, keys.PARKED, "cw:", "0", "", "0", *record)
    if record:
        with pytest.raises(ResponseError, match="move: record 2 "):
            server.eval(lua("move"), 2, keys.DUE, keys.PARKED, "cw:", "0", "", "0", *A_RECORD, *record)
    assert server.dbsize() == 0


def test_a_whole_record_is_written(server: Redis) -> None:
    assert server.eval(lua("move"), 2, keys.DUE, keys.PARKED, "cw:", "0", "", "0", *A_RECORD) == 1
    written = [keys.flow("disbursement:1"), keys.history("disbursement:1"), keys.ref("LOAN1")]
    written.append(keys.state("disbursement", "received"))
    assert set(server.scan_iter()) == {key.encode() for key in written}


def test_postpone_checks_every_argument_before_its_first_write(server: Redis) -> None:
    Inbox(server).accept([a_webhook()])
    receipt_id = a_webhook().identity.fingerprint
    stored = keys.receipt(receipt_id)
    before = (server.hgetall(stored), server.zrange(keys.DUE, 0, -1, withscores=True))
    good = (f"receipt:{receipt_id}", "later", "1000")
    for arguments in (("", *good[1:]), (good[0], "", good[2]), *((*good[:2], delay) for delay in ("", "-1", "nan"))):
        with pytest.raises(ResponseError, match="postpone:"):
            server.eval(lua("postpone"), 2, stored, keys.DUE, *arguments)
    assert (server.hgetall(stored), server.zrange(keys.DUE, 0, -1, withscores=True)) == before


def test_take_due_checks_its_arguments(server: Redis) -> None:
    with pytest.raises(ResponseError, match="take_due:"):
        server.eval(lua("take_due"), 1, keys.DUE, "many", "0")
