"""Where a subscription may point to."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.hub.destination import DestinationError, check_url, may_call

LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/hooks/{LOAN_ID}?event={EVENT_ID}&fixed=1",
        "HTTPS://Hooks.Example.COM:8443/a%20b",
        "https://xn--bcher-kva.example/",
        "https://8.8.8.8/hooks",
        "https://[2606:4700:4700::1111]:8443/hooks",
        "https://my_service/hooks",
        "https://example.com./hooks",
        "https://1e100.net/",
        "https://0x.example/",
        "https://example.com/" + "a" * 1004,
    ],
)
def test_an_absolute_url_of_https_to_the_internet_is_taken(url: str) -> None:
    check_url(url, [])


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "not absolute"),
        ("/hooks", "not absolute"),
        ("example.com/hooks", "not absolute"),
        ("ftp://example.com/", "not absolute or not of https"),
        ("file:///etc/passwd", "not absolute or not of https"),
        ("https:/example.com", "no host"),
        ("https:///hooks", "no host"),
        ("https://:8443/hooks", "no host"),
        ("https://user:s3cret@example.com/", "credentials"),
        ("https://s3cret@example.com/", "credentials"),
        ("https://@example.com/", "credentials"),
        ("https://example.com\\@127.0.0.1/", "credentials"),
        ("https://example.com/hooks#part", "fragment"),
        ("https://example.com/hooks#", "fragment"),
        ("https://example.com/" + "a" * 1005, "1025 characters"),
        ("https://bücher.example/", "not ASCII; write it as 'xn--bcher-kva.example'"),
        ("https://\u2024\u2024.example/", "cannot be read|not ASCII"),
        ("https://ex ample.com/", "percent-encoded"),
        ("https://example.com/a b", "percent-encoded"),
        ("https://example.com/\r\nHost:evil", "percent-encoded"),
        ("https://exa\tmple.com/", "percent-encoded"),
        (" https://example.com/", "not absolute|percent-encoded"),
        ("https://example.com\\evil/", "percent-encoded"),
        ('https://example.com/"', "percent-encoded"),
        ("https://example.com/%zz", "percent-encoded"),
        ("https://example.com/é", "percent-encoded"),
        ("https://example.com/{loan}", "brace that opens nothing"),
        ("https://example.com/{{LOAN_ID}}", "brace that opens nothing"),
        ("https://{BANK_ID}.example.com/", "no name of a host"),
        ("https://example.com:{AMOUNT}/", "port"),
        ("https://example.com/a/../b", "in its path"),
        ("https://example.com/a/%2e%2E/b", "in its path"),
        ("https://example.com:/", "port"),
        ("https://example.com:0/", "port"),
        ("https://example.com:65536/", "port"),
        ("https://example.com:-1/", "port"),
        ("https://[::1/", "cannot be read"),
        ("https://example..com/", "no name of a host"),
        ("https://-example.com/", "no name of a host"),
        ("https://" + "a" * 64 + ".com/", "no name of a host"),
        ("https://exa$mple.com/", "no name of a host"),
        ("https://.", "no name of a host"),
        ("https://[fe80::1%25eth0]/", "is no address|network interface|cannot be read"),
    ],
)
def test_any_other_url_is_refused_with_its_reason_and_without_its_secret(url: str, reason: str) -> None:
    with pytest.raises(DestinationError, match=reason) as refused:
        check_url(url, [])

    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::a00:1]"]
)
def test_an_address_inside_is_refused(host: str) -> None:
    with pytest.raises(DestinationError, match="no address on the internet"):
        check_url(f"https://{host}/hooks", [])


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1.", "0x7f.1", "1.2.3.4.5", "a.0x1"]
)
def test_an_address_in_disguise_is_refused(host: str) -> None:
    with pytest.raises(DestinationError, match="is no address"):
        check_url(f"https://{host}/hooks", LOOPBACK)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", ["127.0.0.1:8093", "[::1]:8093", "[::ffff:127.0.0.1]", "localhost:8093"])
def test_where_the_operator_opened_a_private_range_plain_http_goes_too(scheme: str, host: str) -> None:
    check_url(f"{scheme}://{host}/hooks", LOOPBACK)


@pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700:4700::1111]"])
@pytest.mark.parametrize("ranges", [[], LOOPBACK])
def test_plain_http_goes_nowhere_else(host: str, ranges: list[object]) -> None:
    with pytest.raises(DestinationError, match="only https"):
        check_url(f"http://{host}/hooks", ranges)  # type: ignore[arg-type]


def test_plain_http_to_a_name_needs_a_private_range() -> None:
    with pytest.raises(DestinationError, match="only https"):
        check_url("http://example.com/hooks", [])


@given(
    st.text(max_size=60)
    | st.text(max_size=40).map(lambda text: f"https://{text}")
    | st.text(max_size=40).map(lambda text: f"https://example.com/{text}")
)
def test_no_text_at_all_brings_another_error(text: str) -> None:
    try:
        check_url(text, [])
    except DestinationError:
        return
    assert text.lower().startswith("https://")


@pytest.mark.parametrize(
    ("address", "allowed"),
    [("8.8.8.8", True), ("127.0.0.1", True), ("::1", True), ("10.0.0.1", False), ("fe80::1", False)],
)
def test_a_call_may_go_to_the_internet_and_to_what_the_operator_opened(address: str, allowed: bool) -> None:
    assert may_call(ip_address(address), LOOPBACK) is allowed
