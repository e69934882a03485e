"""Any library for Standard Webhooks can check what we sign."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.hub.webhook_signature import SigningSecretError, check_secret, new_secret, sign

# The vector of the reference libraries (Standard Webhooks spec, libraries).
SECRET, MESSAGE_ID, TIMESTAMP = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330
BODY = b'{"test": 2432232314}'


def test_the_known_message_has_the_known_signature() -> None:
    assert sign(SECRET, MESSAGE_ID, TIMESTAMP, BODY) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_whatever_changes_changes_the_signature() -> None:
    signatures = {
        sign(SECRET, MESSAGE_ID, TIMESTAMP, BODY),
        sign(new_secret(b"s" * 32), MESSAGE_ID, TIMESTAMP, BODY),
        sign(SECRET, "msg_other", TIMESTAMP, BODY),
        sign(SECRET, MESSAGE_ID, TIMESTAMP + 1, BODY),
        sign(SECRET, MESSAGE_ID, TIMESTAMP, BODY + b" "),
        sign(SECRET, MESSAGE_ID, TIMESTAMP, b""),
    }

    assert len(signatures) == 6


@given(st.binary(min_size=24, max_size=64))
def test_a_new_secret_is_one_that_can_be_set_up(random_bytes: bytes) -> None:
    secret = new_secret(random_bytes)

    check_secret(secret)
    assert base64.b64decode(secret.removeprefix("whsec_")) == random_bytes


@pytest.mark.parametrize("size", [0, 23, 65])
def test_a_secret_of_too_few_or_too_many_bytes_is_not_made(size: int) -> None:
    with pytest.raises(SigningSecretError, match="24 to 64 bytes"):
        new_secret(b"s" * size)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",  # no prefix
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",  # no padding
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La",  # 21 bytes
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_",  # base64url
        "whsec_sécret",
        "whsec_whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ],
)
def test_what_is_no_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(SigningSecretError) as refused:
        check_secret(secret)

    assert "MfKQ9" not in str(refused.value)
    assert "sécret" not in str(refused.value)
