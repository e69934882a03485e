"""Which headers a subscription may set."""

import pytest

from shared.domain.hub.headers import HeaderError, check_headers
from shared.domain.hub.subscription import ApiKeys


def keys(count: int) -> ApiKeys:
    return ApiKeys(tuple((f"test_header{number}", f"value{number}") for number in range(1, count + 1)))


def test_headers_and_five_api_keys_go_out_together() -> None:
    check_headers([("X-Tenant", "lender 1"), ("Idempotency-Key", "!~")], keys(5))


def test_none_at_all_is_fine() -> None:
    check_headers([])


@pytest.mark.parametrize("count", [0, 6])
def test_no_api_key_and_a_sixth_one_are_refused(count: int) -> None:
    with pytest.raises(HeaderError, match=f"there are {count} API keys; give 1 to 5"):
        check_headers([], keys(count))


def test_there_is_an_end_to_headers() -> None:
    headers = [(f"X-{number}", "1") for number in range(51)]

    check_headers(headers[:50])
    with pytest.raises(HeaderError, match="give at most 50"):
        check_headers(headers)


@pytest.mark.parametrize(
    "name",
    [
        *("Host", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection", "Authorization", "Cookie"),
        *("client_key", "product", "payment_channel", "idempotent_request_key", "timestamp"),
        *("CLIENT-KEY", "Client_Key", "content_length", "TIMESTAMP"),
        *("webhook-id", "webhook-timestamp", "webhook-signature", "Webhook_Anything", "Proxy-Authorization"),
        *("x-notifications-idempotency-key", "X_Notifications_Idempotency_Key", "traceparent"),
    ],
)
def test_our_own_headers_are_refused_in_every_spelling_as_header_and_as_key(name: str) -> None:
    with pytest.raises(HeaderError, match=f"'{name}' is set by us"):
        check_headers([(name, "value")])
    with pytest.raises(HeaderError, match=f"'{name}' is set by us"):
        check_headers([], ApiKeys(((name, "value"),)))


@pytest.mark.parametrize(
    "name", ["", "X Tenant", "X-Tenant:", "X-Tenant\r\n", "X-Tenant\n", "X-Größe", "X\x00", "X" * 101]
)
def test_what_is_no_name_of_a_header_is_refused(name: str) -> None:
    with pytest.raises(HeaderError, match="is no name of a header"):
        check_headers([(name, "value")])


@pytest.mark.parametrize(
    "value", ["", " ", " s3cret", "s3cret ", "s3cret\r\nX: 1", "s3cret\n", "s3cr\x00et", "s3crét", "s" * 1001]
)
def test_what_is_no_value_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(HeaderError, match="value of the header 'X-Key'") as refused:
        check_headers([("X-Key", value)])

    assert "s3cr" not in str(refused.value)


@pytest.mark.parametrize("value", ["a", "a b", "a" * 1000])
def test_values_of_one_to_a_thousand_characters_are_taken(value: str) -> None:
    check_headers([("X-Key", value)])


@pytest.mark.parametrize("other", ["x-key", "X_Key", "X-KEY", "X-Key"])
def test_two_spellings_of_one_name_are_refused(other: str) -> None:
    with pytest.raises(HeaderError, match="one to many servers"):
        check_headers([("X-Key", "1"), (other, "2")])
    with pytest.raises(HeaderError, match="one to many servers"):
        check_headers([("X-Key", "1")], ApiKeys(((other, "2"),)))
