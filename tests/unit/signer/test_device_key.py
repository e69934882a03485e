"""A key in a device, whatever the device does: in time a good signature, or an error that says why."""

import hashlib
import multiprocessing
import threading
from collections.abc import Callable, Iterator

import pytest

from services.signer.keys import KeyUnavailableError
from services.signer.providers.device import SIGNATURES_AT_ONCE, DeviceKey
from tests.processes import eventually
from tests.unit.signer.callers import KEY, call, signer

DIGESTS = [hashlib.sha256(b"%d" % number).digest() for number in range(100)]


def good(digest: bytes, _deadline: float = 0.0) -> bytes:
    return KEY.sign_all([digest])[0]


def device_key(sign: Callable[[bytes, float], bytes], timeout_seconds: float = 20) -> DeviceKey:
    return DeviceKey("pkcs11", KEY.public_key, sign, timeout_seconds=timeout_seconds)


class HangingDevice:
    """Hangs until it is released, then signs as if nothing had been."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.calls = 0

    def sign(self, digest: bytes, _deadline: float) -> bytes:
        self.calls += 1
        self.released.wait()
        return good(digest)


@pytest.fixture
def hanging() -> Iterator[HangingDevice]:
    device = HangingDevice()
    yield device
    device.released.set()


def reason_of(key: DeviceKey, digests: list[bytes]) -> str:
    with pytest.raises(KeyUnavailableError) as caught:
        key.sign_all(digests)
    return caught.value.reason


def test_a_batch_is_signed_in_its_order() -> None:
    assert device_key(good).sign_all(DIGESTS) == KEY.sign_all(DIGESTS)


def test_signatures_of_a_batch_are_made_at_the_same_time() -> None:
    together = threading.Barrier(SIGNATURES_AT_ONCE)

    def sign(digest: bytes, _deadline: float) -> bytes:
        together.wait(10)
        return good(digest)

    assert len(device_key(sign).sign_all(DIGESTS[:SIGNATURES_AT_ONCE])) == SIGNATURES_AT_ONCE


def test_a_device_that_hangs_means_an_error_when_the_time_is_over(hanging: HangingDevice) -> None:
    key = device_key(hanging.sign, timeout_seconds=0.05)
    with pytest.raises(KeyUnavailableError, match=r"did not sign within 0\.05 s") as caught:
        key.sign_all(DIGESTS[:1])
    assert caught.value.reason == "timeout"


def test_a_call_to_a_hanging_device_is_a_503(hanging: HangingDevice) -> None:
    client = signer(device_key(hanging.sign, timeout_seconds=0.05))
    assert call(client, "/v1/nonce", b'{"nonce":1}').status_code == 503
    assert client.get("/readyz").status_code == 503
    metrics = client.get("/metrics").text
    assert 'causeway_signer_key_errors_total{provider="pkcs11",reason="timeout"} 1.0' in metrics


def test_once_every_thread_hangs_calls_fail_without_waiting_and_without_asking(hanging: HangingDevice) -> None:
    key = device_key(hanging.sign, timeout_seconds=0.05)
    assert reason_of(key, DIGESTS) == "timeout"
    asked = hanging.calls
    assert reason_of(key, DIGESTS) == "timeout"
    assert hanging.calls == asked == SIGNATURES_AT_ONCE


def test_a_device_that_comes_back_is_used_again(hanging: HangingDevice) -> None:
    key = device_key(hanging.sign, timeout_seconds=0.05)
    reason_of(key, DIGESTS)
    hanging.released.set()

    def signs() -> bool:
        try:
            return key.sign_all(DIGESTS[:3]) == KEY.sign_all(DIGESTS[:3])
        except KeyUnavailableError:
            return False

    eventually(signs, "the key signs again")


def test_one_fault_fails_the_whole_batch() -> None:
    def sign(digest: bytes, _deadline: float) -> bytes:
        if digest == DIGESTS[7]:
            raise ConnectionError("lost")
        return good(digest)

    assert reason_of(device_key(sign), DIGESTS) == "device"


def test_a_fault_is_told_by_its_kind_and_not_in_its_words() -> None:
    def sign(_digest: bytes, _deadline: float) -> bytes:
        raise ConnectionError("user crypto:1234 at 10.0.0.7")

    with pytest.raises(KeyUnavailableError, match=r"does not sign \(ConnectionError\)\.$"):
        device_key(sign).sign_all(DIGESTS[:1])


@pytest.mark.parametrize("signature", [b"", b"\0" * 256, good(DIGESTS[1])], ids=["none", "zeros", "of another text"])
def test_a_signature_that_does_not_verify_never_leaves(signature: bytes) -> None:
    assert reason_of(device_key(lambda *_: signature), DIGESTS[:1]) == "wrong_signature"


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_process_forked_after_signing_signs_too() -> None:
    key = device_key(good)
    key.sign_all(DIGESTS)
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=lambda: sender.send(key.sign_all(DIGESTS[:3])))
    child.start()
    assert receiver.poll(30)
    assert receiver.recv() == KEY.sign_all(DIGESTS[:3])
    child.join()


@pytest.mark.parametrize(("seconds", "ended"), [(60.0, []), (60.1, [70])])
def test_a_process_whose_driver_hangs_for_a_minute_ends_so_that_a_new_one_loads_it(
    hanging: HangingDevice, seconds: float, ended: list[int]
) -> None:
    now, codes = 0.0, list[int]()
    key = DeviceKey(
        "pkcs11",
        KEY.public_key,
        hanging.sign,
        timeout_seconds=0.05,
        clock=lambda: now,
        end_process=codes.append,
    )
    reason_of(key, DIGESTS[:1])
    now = seconds
    reason_of(key, DIGESTS[:1])
    assert codes == ended


def test_a_process_of_which_one_thread_hangs_goes_on_while_others_sign(hanging: HangingDevice) -> None:
    def hang_once(digest: bytes, deadline: float) -> bytes:
        return hanging.sign(digest, deadline) if digest == DIGESTS[0] else good(digest)

    now, codes = 0.0, list[int]()
    key = DeviceKey("pkcs11", KEY.public_key, hang_once, timeout_seconds=1, clock=lambda: now, end_process=codes.append)
    reason_of(key, DIGESTS[:1])
    for moment in (50.0, 100.0, 150.0):
        now = moment
        key.sign_all(DIGESTS[1:2])
    assert codes == []
