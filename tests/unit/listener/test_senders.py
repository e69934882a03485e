from ipaddress import ip_network

import pytest

from services.listener.senders import is_allowed, parse_allowed_senders
from services.listener.settings import SOURCES
from tests.unit.listener.listeners import Listener, a_webhook, an_order

BANK = "20.39.213.0/28"


def test_ranges_are_read_per_source() -> None:
    allowed = parse_allowed_senders(f" clearbank={BANK}, 51.145.122.16/28 ; mambu=10.0.0.1; umm=2001:db8::/32", SOURCES)
    assert allowed == {
        "clearbank": (ip_network(BANK), ip_network("51.145.122.16/28")),
        "mambu": (ip_network("10.0.0.1/32"),),
        "umm": (ip_network("2001:db8::/32"),),
    }


@pytest.mark.parametrize("text", ["clearbank", "bank=10.0.0.0/8", "clearbank=10.0.0.1/8", "clearbank=everywhere", "="])
def test_what_cannot_be_understood_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"clearbank|begin"):
        parse_allowed_senders(text, SOURCES)


@pytest.mark.parametrize(
    ("address", "expected"),
    [("20.39.213.5", True), ("20.39.213.16", False), ("::1", False), ("", False), (None, False), ("nonsense", False)],
)
def test_only_named_ranges_may_send(address: str | None, expected: bool) -> None:
    assert is_allowed(address, "clearbank", parse_allowed_senders(f"clearbank={BANK}", SOURCES)) is expected


@pytest.mark.parametrize("text", ["", "clearbank="])
def test_a_source_without_ranges_may_send_from_anywhere(text: str) -> None:
    allowed = parse_allowed_senders(text, SOURCES)
    assert is_allowed("192.0.2.1", "clearbank", allowed)
    assert is_allowed(None, "mambu", allowed)


@pytest.mark.parametrize(("address", "status"), [("20.39.213.5", 200), ("192.0.2.1", 401)])
def test_the_fence_stands_in_front_of_the_signature(address: str, status: int) -> None:
    listener = Listener(allowed_senders=f"clearbank={BANK}")
    answer = listener.from_the_bank(a_webhook(), environ_overrides={"REMOTE_ADDR": address})
    assert answer.status_code == status
    assert len(listener.receipts()) == (status == 200)
    assert listener.counted("clearbank", "sender_not_allowed") == (status == 401)


def test_a_forwarded_address_is_not_believed() -> None:
    listener = Listener(allowed_senders=f"clearbank={BANK}")
    answer = listener.from_the_bank(a_webhook(), headers={"X-Forwarded-For": "20.39.213.5"})
    assert (answer.status_code, answer.json) == (401, {"errorMessage": "AUTHORIZATION ERROR"})


def test_a_fence_around_one_source_leaves_the_others_open() -> None:
    assert Listener(allowed_senders=f"clearbank={BANK}").from_mambu(an_order()).status_code == 200
