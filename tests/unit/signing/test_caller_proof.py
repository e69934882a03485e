import hashlib
import hmac

import pytest

from shared.signing.caller_proof import CallerSecret, check, prove, token_of

SECRET = CallerSecret("token", "secret key")
NOW = 1_795_000_000.75
BODY = b'{"nonce":1}'


def checked(
    headers: dict[str, str], now_seconds: float = NOW, path: str = "/v1/nonce", body: bytes = BODY
) -> str | None:
    return check([SECRET.secret_key], "POST", path, body, headers=headers, now_seconds=now_seconds)


def proof(secret: CallerSecret = SECRET, key_id: str = "") -> dict[str, str]:
    return prove(secret, "POST", "/v1/nonce", BODY, now_seconds=NOW, key_id=key_id)


@pytest.mark.parametrize("key_id", ["", "0123456789abcdef"])
def test_a_proof_is_an_hmac_over_method_path_time_call_key_and_body(key_id: str) -> None:
    headers = proof(key_id=key_id)
    signed = f'POST\n/v1/nonce\n1795000000\n{headers["X-Causeway-Call"]}\n{key_id}\n{{"nonce":1}}'
    expected = {
        "Authorization": "Bearer token",
        "X-Causeway-Time": "1795000000",
        "X-Causeway-Call": headers["X-Causeway-Call"],
        "X-Causeway-Proof": hmac.new(b"secret key", signed.encode(), hashlib.sha256).hexdigest(),
    }
    assert headers == expected | ({"X-Causeway-Key": key_id} if key_id else {})


def test_the_same_call_made_twice_has_two_proofs() -> None:
    assert proof()["X-Causeway-Proof"] != proof()["X-Causeway-Proof"]


def test_a_proved_call_has_no_reason_against_it() -> None:
    assert checked(proof()) is None


@pytest.mark.parametrize("secret_key", ["secret key", "next key"])
def test_either_of_two_secret_keys_proves_a_call_while_they_change(secret_key: str) -> None:
    headers = proof(CallerSecret("token", secret_key))
    reason = check(["secret key", "next key"], "POST", "/v1/nonce", BODY, headers=headers, now_seconds=NOW)
    assert reason is None


@pytest.mark.parametrize("drift_seconds", [-299, 299])
def test_clocks_may_differ_by_almost_five_minutes(drift_seconds: int) -> None:
    assert checked(proof(), now_seconds=NOW + drift_seconds) is None


@pytest.mark.parametrize("drift_seconds", [-302, 302, 86_400])
def test_an_old_or_a_future_time_is_refused(drift_seconds: int) -> None:
    assert checked(proof(), now_seconds=NOW + drift_seconds) == "time_off"


@pytest.mark.parametrize(
    ("authorization", "token"),
    [("Bearer token", "token"), ("token", ""), ("bearer token", ""), ("Basic token", ""), ("Bearer ", "")],
)
def test_the_token_of_a_call_stands_behind_bearer(authorization: str, token: str) -> None:
    assert token_of({"Authorization": authorization}) == token


def test_a_call_without_authorization_has_no_token() -> None:
    assert token_of({}) == ""


def test_a_wrong_secret_key_is_refused() -> None:
    assert checked(proof(CallerSecret("token", "other"))) == "proof"


def test_a_changed_body_path_or_method_is_refused() -> None:
    assert checked(proof(), body=b'{"nonce":2}') == "proof"
    assert checked(proof(), path="/v1/request") == "proof"
    assert check([SECRET.secret_key], "PUT", "/v1/nonce", BODY, headers=proof(), now_seconds=NOW) == "proof"


@pytest.mark.parametrize(
    "changed", [{"X-Causeway-Time": "1795000001"}, {"X-Causeway-Call": "0" * 32}, {"X-Causeway-Key": "0" * 16}]
)
def test_a_changed_time_call_or_key_is_refused(changed: dict[str, str]) -> None:
    assert checked(proof() | changed) == "proof"


def test_a_key_that_was_asked_for_cannot_be_taken_away() -> None:
    headers = {name: value for name, value in proof(key_id="0" * 16).items() if name != "X-Causeway-Key"}
    assert checked(headers) == "proof"


@pytest.mark.parametrize("call_id", ["", "0" * 31, "0" * 33, "G" * 32, "0" * 32 + "\n"])
def test_a_call_without_an_id_of_its_own_is_refused(call_id: str) -> None:
    assert checked(proof() | {"X-Causeway-Call": call_id}) == "call_missing"


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("X-Causeway-Time", "time_missing"),
        ("X-Causeway-Call", "call_missing"),
        ("X-Causeway-Proof", "proof_missing"),
    ],
)
def test_a_missing_header_is_refused(missing: str, reason: str) -> None:
    assert checked({name: value for name, value in proof().items() if name != missing}) == reason


@pytest.mark.parametrize("time", ["", "now", "-1", "1795000000.5", "²", " 1795000000", "1795000000\n", "9" * 5000])
def test_a_time_that_is_no_whole_number_is_refused(time: str) -> None:
    assert checked(proof() | {"X-Causeway-Time": time}) == "time_missing"


@pytest.mark.parametrize("name", ["X-Causeway-Key", "X-Causeway-Proof"])
def test_letters_outside_ascii_are_refused_without_an_error(name: str) -> None:
    assert checked(proof() | {name: "Ünïcode"}) == "proof"


def test_a_caller_secret_does_not_show_itself() -> None:
    assert repr(SECRET) == "CallerSecret()"
