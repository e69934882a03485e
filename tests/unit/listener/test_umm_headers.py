"""What is refused of UMM's headers, and what is only remarked on."""

import pytest

from services.listener.refusals import Refusal
from services.listener.umm_headers import NAMES, read_umm_headers
from tests.unit.listener.listeners import umm_headers


def remarks(*, is_strict: bool = False, **changed: str) -> str | None:
    return read_umm_headers(umm_headers(**changed), is_strict=is_strict).evidence.get("remarks")


@pytest.mark.parametrize("is_strict", [False, True])
def test_headers_as_documented_are_kept_without_a_remark(is_strict: bool) -> None:
    headers = read_umm_headers(umm_headers(), is_strict=is_strict)
    assert (headers.client_key, headers.idempotent_request_key) == ("CLI0910", "6bc5f0f49ee2412a93b0596d6a3c4eca")
    assert headers.evidence == umm_headers() | {"timestamp_utc": "2026-09-18T23:01:34+00:00"}


@pytest.mark.parametrize("is_strict", [False, True])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "header_missing"),
        ("", "header_missing"),
        (" ", "header_missing"),
        ("x" * 201, "header_invalid"),
        ("a\tb", "header_invalid"),
        ("a\x85b", "header_invalid"),
        ("one,two", "header_ambiguous"),
    ],
)
def test_one_missing_unkeepable_or_ambiguous_header_is_refused(
    name: str, value: str | None, reason: str, is_strict: bool
) -> None:
    with pytest.raises(Refusal) as refused:
        read_umm_headers(umm_headers(**{name: value}), is_strict=is_strict)
    assert (refused.value.status, refused.value.reason) == (400, reason)
    assert name in refused.value.sentence


def test_a_header_that_comes_twice_and_alike_is_one() -> None:
    assert remarks(client_key="CLI0910, CLI0910") is None


@pytest.mark.parametrize("client_key", ["x" * 51, "CLI-1", "Zoë", "CLI 1", "CLI1\n"])
def test_a_client_key_too_long_or_of_other_characters_is_refused(client_key: str) -> None:
    with pytest.raises(Refusal, match="client_key"):
        remarks(client_key=client_key)


BROKEN = {
    "the example's own client key": {"client_key": "CLIAAADDD0910"},
    "a product of other characters": {"product": "loans/uk"},
    "a channel of other characters": {"payment_channel": "Zoë"},
    "a request key in Base64": {"idempotent_request_key": "a+b/c=="},
    "a request key of 51 characters": {"idempotent_request_key": "a" * 51},
    "a time in UTC by its letter": {"timestamp": "2026-09-18T17:31:34.000Z"},
    "a time without parts of a second": {"timestamp": "2026-09-18T17:31:34+00:00"},
    "a time in nanoseconds": {"timestamp": "2026-09-18T17:31:34.123456789+00:00"},
    "a day that is not": {"timestamp": "2026-02-30T17:31:34.000+00:00"},
    "a time before all times": {"timestamp": "0001-01-01T00:00:00.000+23:59"},
    "digits of another alphabet": {"timestamp": "٢٠٢٦-09-18T17:31:34.000+00:00"},
    "no time": {"timestamp": "now"},
}


@pytest.mark.parametrize("changed", BROKEN.values(), ids=BROKEN.keys())
def test_a_pattern_broken_is_a_remark_or_strictly_a_refusal(changed: dict[str, str]) -> None:
    (name,) = changed
    told = (remarks(is_strict=False, **changed) or "").split("; ")
    assert told.count(f"{name} is not as documented") == 1
    with pytest.raises(Refusal, match=f"not as documented: the header {name}") as refused:
        remarks(is_strict=True, **changed)
    assert changed[name] not in refused.value.sentence


@pytest.mark.parametrize("is_strict", [False, True])
@pytest.mark.parametrize("changed", [{"product": "bridging loans"}, {"payment_channel": "R&D_desk"}])
def test_a_new_product_or_channel_is_only_remarked_on(changed: dict[str, str], is_strict: bool) -> None:
    (name,) = changed
    assert remarks(is_strict=is_strict, **changed) == f"{name} is a new value"


@pytest.mark.parametrize(
    ("timestamp", "in_utc"),
    [
        ("2026-09-18T17:31:34.000+05:30", "2026-09-18T12:01:34+00:00"),
        ("2026-09-18T17:31:34Z", "2026-09-18T17:31:34+00:00"),
        ("2026-09-18t17:31:34.5z", "2026-09-18T17:31:34.500000+00:00"),
        ("2026-09-18T17:31:34.123456789-23:59", "2026-09-19T17:30:34.123456+00:00"),
    ],
)
def test_the_offset_of_the_timestamp_counts(timestamp: str, in_utc: str) -> None:
    evidence = read_umm_headers(umm_headers(timestamp=timestamp), is_strict=False).evidence
    assert (evidence["timestamp"], evidence["timestamp_utc"]) == (timestamp, in_utc)
