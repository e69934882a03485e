import pytest

from tests.unit.listener.listeners import OBP, Listener, an_obp_event

ANOTHER_TOKEN = "/webhooks/obp/a-new-0123456789_abcdefghijklmnop"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_an_event_is_stored_by_any_method_that_carries_it(method: str) -> None:
    listener, raw = Listener(), an_obp_event()
    answer = listener.from_obp(raw, method=method)
    assert (answer.status_code, answer.json) == (200, {"status": "accepted"})
    (receipt,) = listener.receipts()
    assert (receipt.source, receipt.kind, receipt.body) == ("obp", "OnCreditTransaction", raw)
    assert receipt.name == "OnCreditTransaction-9ca9a7e4-6d02-40e3-a129-0b2bf89de9b1"
    assert listener.counted("obp", "stored") == 1
    assert listener.registry.get_sample_value("causeway_listener_webhook_seconds_count", {"source": "obp"}) == 1


def test_either_of_two_tokens_is_taken_while_one_changes() -> None:
    listener = Listener()
    assert [listener.from_obp(an_obp_event(), path).status_code for path in (OBP, ANOTHER_TOKEN)] == [200, 200]


@pytest.mark.parametrize("path", ["/webhooks/obp", "/webhooks/obp/x", OBP[:-1], OBP + "q", OBP + "%00"])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_wrong_or_missing_token_is_refused_and_nothing_stored(path: str, method: str) -> None:
    listener = Listener()
    answer = listener.from_obp(an_obp_event(), path, method=method)
    assert (answer.status_code, answer.json) == (401, {"errorMessage": "AUTHORIZATION ERROR"})
    assert listener.counted("obp", "token_invalid") == 1
    assert listener.receipts() == []


@pytest.mark.parametrize("path", ["/webhooks/obp/", OBP + "/", OBP + "/more"])
def test_a_path_beside_it_is_not_found(path: str) -> None:
    assert Listener().from_obp(an_obp_event(), path).status_code == 404


def test_a_get_tells_nothing_and_the_log_says_what_to_do() -> None:
    listener = Listener()
    answer = listener.client.get(OBP)
    assert answer.json == {"errorMessage": "a GET tells nothing: register the webhook with http_method POST"}
    assert (answer.status_code, listener.counted("obp", "nothing_told")) == (400, 1)


def test_an_event_of_several_webhooks_is_one() -> None:
    listener = Listener()
    for _ in range(2):
        assert listener.from_obp(an_obp_event()).status_code == 200
    assert [receipt.duplicates for receipt in listener.receipts()] == [1]


def test_one_event_id_with_another_amount_is_a_conflict_and_answered() -> None:
    listener = Listener()
    for amount in ("50.00 GBP", "51.00 GBP"):
        assert listener.from_obp(an_obp_event(amount=amount)).status_code == 200
    assert listener.counted("obp", "conflict") == 1


def test_an_event_of_a_kind_that_nobody_knows_is_kept() -> None:
    listener = Listener()
    assert listener.from_obp(an_obp_event(event_name="OnNews")).status_code == 200
    assert [receipt.kind for receipt in listener.receipts()] == ["OnNews"]


@pytest.mark.parametrize(("address", "status"), [("192.0.2.7", 200), ("192.0.2.8", 401)])
def test_the_fence_stands_in_front_of_its_token_too(address: str, status: int) -> None:
    listener = Listener(allowed_senders="obp=192.0.2.7")
    answer = listener.from_obp(an_obp_event(), environ_overrides={"REMOTE_ADDR": address})
    assert answer.status_code == status
    assert listener.counted("obp", "sender_not_allowed") == (status == 401)
