import hashlib
import hmac

import pytest

from shared.signing.caller_proof import CallerSecret, check, prove

SECRET = CallerSecret("token", "secret key")
NOW = 1_795_000_000.75
BODY = b'{"nonce":1}'


def checked(
    headers: dict[str, str], now_seconds: float = NOW, path: str = "/v1/nonce", body: bytes = BODY
) -> str | None:
    return check(SECRET, "POST", path, body, headers=headers, now_seconds=now_seconds)


def proof(secret: CallerSecret = SECRET) -> dict[str, str]:
    return prove(secret, "POST", "/v1/nonce", BODY, now_seconds=NOW)


def test_a_proof_is_an_hmac_over_method_path_time_and_body() -> None:
    expected = hmac.new(b"secret key", b'POST\n/v1/nonce\n1795000000\n{"nonce":1}', hashlib.sha256).hexdigest()
    assert proof() == {
        "Authorization": "Bearer token",
        "X-Causeway-Time": "1795000000",
        "X-Causeway-Proof": expected,
    }


def test_a_proved_call_has_no_reason_against_it() -> None:
    assert checked(proof()) is None


@pytest.mark.parametrize("drift_seconds", [-299, 299])
def test_clocks_may_differ_by_almost_five_minutes(drift_seconds: int) -> None:
    assert checked(proof(), now_seconds=NOW + drift_seconds) is None


@pytest.mark.parametrize("drift_seconds", [-302, 302, 86_400])
def test_an_old_or_a_future_time_is_refused(drift_seconds: int) -> None:
    assert checked(proof(), now_seconds=NOW + drift_seconds) == "time_off"


def test_a_wrong_token_is_refused() -> None:
    assert checked(proof(CallerSecret("other", "secret key"))) == "token"


def test_a_wrong_secret_key_is_refused() -> None:
    assert checked(proof(CallerSecret("token", "other"))) == "proof"


def test_a_changed_body_path_or_method_is_refused() -> None:
    assert checked(proof(), body=b'{"nonce":2}') == "proof"
    assert checked(proof(), path="/v1/request") == "proof"
    assert check(SECRET, "PUT", "/v1/nonce", BODY, headers=proof(), now_seconds=NOW) == "proof"


def test_a_changed_time_is_refused() -> None:
    assert checked(proof() | {"X-Causeway-Time": "1795000001"}) == "proof"


@pytest.mark.parametrize(
    ("missing", "reason"),
    [("Authorization", "token"), ("X-Causeway-Time", "time_missing"), ("X-Causeway-Proof", "proof_missing")],
)
def test_a_missing_header_is_refused(missing: str, reason: str) -> None:
    assert checked({name: value for name, value in proof().items() if name != missing}) == reason


@pytest.mark.parametrize("time", ["", "now", "-1", "1795000000.5", "²", " 1795000000", "1795000000\n", "9" * 5000])
def test_a_time_that_is_no_whole_number_is_refused(time: str) -> None:
    assert checked(proof() | {"X-Causeway-Time": time}) == "time_missing"


@pytest.mark.parametrize("name", ["Authorization", "X-Causeway-Proof"])
def test_letters_outside_ascii_are_refused_without_an_error(name: str) -> None:
    assert checked(proof() | {name: "Ünïcode"}) in ("token", "proof")


def test_a_caller_secret_does_not_show_itself() -> None:
    assert repr(SECRET) == "CallerSecret()"
