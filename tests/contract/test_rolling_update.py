"""During a rolling update two releases work on the same records: whoever takes which step, the records are the same.

Fields may be added to a record; what the previous release would have written must all be there, and be read by both.
"""

import json
from collections.abc import Sequence
from typing import Any

import fakeredis
import pytest
from redis import Redis

from shared.store import keys
from shared.store.journal import Journal
from tests.contract.previous_release.release import PreviousRelease
from tests.contract.previous_release.stories import FLOWS, MOVE_CALLS, RECEIPTS, Story
from tests.contract.previous_release.this_release import ThisRelease, records_of

Told = list[tuple[Any, dict[str, Any]]]

TIMES = {b"received_at", b"moved_at"}
PREVIOUS, THIS = "previous", "this"
RELEASES: dict[str, type[PreviousRelease | ThisRelease]] = {PREVIOUS: PreviousRelease, THIS: ThisRelease}


def test_a_receipt_is_worked_on_by_both_releases_in_turn(server: Redis, order: Sequence[str]) -> None:
    assert_the_same(tell(RECEIPTS, [PREVIOUS], a_fake_server()), tell(RECEIPTS, order, server))


def test_a_flow_is_moved_by_both_releases_in_turn(server: Redis, order: Sequence[str]) -> None:
    of_the_previous_alone = a_fake_server()
    assert_the_same(tell(FLOWS, [PREVIOUS], of_the_previous_alone), tell(FLOWS, order, server))
    assert due_times(server) == due_times(of_the_previous_alone) != {}


@pytest.mark.parametrize(("first", "second"), [(PREVIOUS, THIS), (THIS, PREVIOUS)])
def test_a_move_that_one_release_has_made_is_lost_for_the_other(server: Redis, first: str, second: str) -> None:
    faster, slower = RELEASES[first](server), RELEASES[second](server)
    for call in MOVE_CALLS:
        version = faster.move(call)
        assert version == int(call[1]) + 1
        before = dump(server)
        assert slower.move(call) == 0
        assert dump(server) == before


def test_this_release_reads_every_document_of_the_previous_one(server: Redis) -> None:
    previous, journal = PreviousRelease(server), Journal(server)
    for call in MOVE_CALLS:
        previous.move(call)
        flow_id = records_of(call)[0]
        flow = journal.load(flow_id)
        assert flow is not None
        assert (flow.state.value, bool(flow.parked)) == (call[6], call[3] == "1")
        assert flow in journal.find(flow.references[0])
        assert journal.history(flow_id)[-1].at.utcoffset() is not None


def test_the_story_has_every_kind_of_flow() -> None:
    kinds = {flow_id.partition(":")[0] for call in MOVE_CALLS for flow_id in records_of(call)}
    assert kinds == {"disbursement", "repayment", "bank-disbursement", "closure", "notification"}


@pytest.fixture(
    params=[
        pytest.param([PREVIOUS, THIS], id="by turns, the previous one first"),
        pytest.param([THIS, PREVIOUS], id="by turns, this one first"),
        pytest.param([PREVIOUS, PREVIOUS, THIS], id="more of the previous one"),
        pytest.param([THIS, THIS, PREVIOUS], id="more of this one"),
        pytest.param([THIS], id="this one alone"),
    ]
)
def order(request: pytest.FixtureRequest) -> Sequence[str]:
    """Who takes the first step, the second and so on, over and over."""
    names: Sequence[str] = request.param
    return names


def tell(story: Story, order: Sequence[str], redis: Redis) -> Told:
    """The answer to each step, and all the records after it."""
    releases = [RELEASES[name](redis) for name in order]
    told = []
    for number, (act, *arguments) in enumerate(story):
        answer = getattr(releases[number % len(releases)], act)(*arguments)
        told.append((answer, dump(redis)))
    return told


def assert_the_same(alone: Told, mixed: Told) -> None:
    for number, ((answer, records), (other_answer, other_records)) in enumerate(zip(alone, mixed, strict=True)):
        assert other_answer == answer, f"step {number}"
        assert set(other_records) >= set(records), f"step {number}"
        for key, record in records.items():
            assert holds(other_records[key], record), f"step {number}: {key}: {record} became {other_records[key]}"


def holds(found: Any, wanted: Any) -> bool:
    """Whether it is the same, but for fields that were added."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(key in found and holds(found[key], value) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list) and len(found) == len(wanted):
        return all(holds(*pair) for pair in zip(found, wanted, strict=True))
    return bool(found == wanted)


def dump(redis: Redis) -> dict[str, Any]:
    """All that is stored, but for the moments at which it was."""
    return {key.decode(): _content(redis, key) for key in redis.scan_iter()}


def _content(redis: Any, key: bytes) -> Any:
    match redis.type(key):
        case b"hash":
            record = {field: value for field, value in redis.hgetall(key).items() if field not in TIMES}
            return {**record, b"doc": json.loads(record[b"doc"])} if b"doc" in record else record
        case b"list":
            return [{**json.loads(line), "at": ""} for line in redis.lrange(key, 0, -1)]
        case b"zset":
            return sorted(redis.zrange(key, 0, -1))
    return redis.get(key)


def due_times(redis: Any) -> dict[bytes, float]:
    """When each flow is due; a notification is due when it begins, and that moment is never the same."""
    due = redis.zrange(keys.DUE, 0, -1, withscores=True)
    return {member: moment for member, moment in due if not member.startswith(b"notification:")}


def a_fake_server() -> Redis:
    server: Redis = fakeredis.FakeRedis(server=fakeredis.FakeServer())
    return server
