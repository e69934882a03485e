"""Where a call may go: decided anew with every call, by the addresses that the name has then."""

import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.domain.hub.delivery import FailureReason, Missed, Taken
from shared.domain.hub.special_ranges import Address
from tests.unit.worker.adapters.subscribers.calls import a_delivery, a_subscription, client, exchange, leading_to
from tests.unit.worker.adapters.subscribers.receivers import Receiver, receiving

pytestmark = pytest.mark.enable_socket

NAME = "receiver.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of the name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "receiver.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Receiver]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with receiving(tls=context) as receiver:
        yield receiver


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def missed(result: Taken | Missed) -> Missed:
    assert isinstance(result, Missed)
    return result


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",  # noqa: S104
            "224.0.0.1",
        ),
        *("255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "::127.0.0.1"),
    ],
)
def test_no_private_address_is_called_by_any_spelling(address: str) -> None:
    calls = exchange(leading_to(address), private=())
    why = missed(client(calls).call(a_delivery(f"https://{NAME}/"), a_subscription()).result)
    assert (why.reason, why.status) == (FailureReason.BLACKLISTED_URL, None)
    assert NAME in why.cause


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    calls = exchange(leading_to("93.184.215.14", "10.0.0.1"), private=())
    why = missed(client(calls).call(a_delivery(f"https://{NAME}/"), a_subscription()).result)
    assert why.reason is FailureReason.BLACKLISTED_URL


def test_a_name_that_leads_elsewhere_on_the_second_try_is_refused_then() -> None:
    leads_to = iter([["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1"]])

    def resolve(host: str, port: int) -> Sequence[Address]:
        return [ip_address(text) for text in next(leads_to)]

    with receiving() as receiver:
        calls = client(exchange(resolve))
        results = [calls.call(a_delivery(receiver.url(host=NAME)), a_subscription()).result for _ in range(3)]
    assert isinstance(results[0], Taken)
    assert missed(results[1]).reason is FailureReason.BLACKLISTED_URL
    assert isinstance(results[2], Taken)
    assert len(receiver.came) == 2


def test_the_connection_goes_to_the_address_that_was_checked_under_the_receivers_name() -> None:
    with receiving() as receiver:
        client(exchange(leading_to("127.0.0.1"))).call(a_delivery(receiver.url(host=NAME)), a_subscription())
    [came] = receiver.came
    assert came["Host"] == f"{NAME}:{receiver.port}"


def test_plain_http_goes_to_the_ranges_that_were_opened_and_nowhere_else() -> None:
    calls = exchange(leading_to("93.184.215.14"), private=(ip_network("127.0.0.0/8"),))
    why = missed(client(calls).call(a_delivery(f"http://{NAME}/"), a_subscription()).result)
    assert why.reason is FailureReason.INVALID_HTTP_PROTOCOL


def test_tls_is_spoken_with_the_name_and_the_certificate_is_checked_for_it(secure: Receiver, certificate: Path) -> None:
    calls = client(exchange(leading_to("127.0.0.1"), tls=trusting(certificate)))
    assert isinstance(calls.call(a_delivery(secure.url(host=NAME)), a_subscription()).result, Taken)
    why = missed(calls.call(a_delivery(secure.url(host="other.example")), a_subscription()).result)
    assert "certificate is not trusted" in why.cause
    assert [came["Host"] for came in secure.came] == [f"{NAME}:{secure.port}"]


def test_a_name_that_ends_with_a_dot_is_the_same_name_to_tls(secure: Receiver, certificate: Path) -> None:
    calls = client(exchange(leading_to("127.0.0.1"), tls=trusting(certificate)))
    assert isinstance(calls.call(a_delivery(secure.url(host=f"{NAME}.")), a_subscription()).result, Taken)


def test_a_certificate_of_an_unknown_root_is_not_trusted(secure: Receiver) -> None:
    calls = client(exchange(leading_to("127.0.0.1")))
    why = missed(calls.call(a_delivery(secure.url(host=NAME)), a_subscription()).result)
    assert (why.reason, secure.came) == (FailureReason.HTTP_ERROR_WHILE_SENDING, [])


def test_a_receiver_that_never_shakes_hands_holds_nobody_beyond_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://{NAME}:{silent.getsockname()[1]}/"
        calls = client(exchange(leading_to("127.0.0.1")), seconds=0.3)
        assert missed(calls.call(a_delivery(url), a_subscription()).result).cause == "no answer within 0 s"


def test_the_next_address_is_tried_when_the_first_is_not_there() -> None:
    with receiving() as receiver:
        calls = exchange(leading_to("::1", "127.0.0.1"), private=(ip_network("::1"), ip_network("127.0.0.1")))
        assert isinstance(client(calls).call(a_delivery(receiver.url(host=NAME)), a_subscription()).result, Taken)


def test_a_name_without_an_address_is_no_answer_and_may_have_one_later() -> None:
    def unknown(host: str, port: int) -> Sequence[Address]:
        raise OSError(-2, "Name or service not known")

    why = missed(client(exchange(unknown)).call(a_delivery(f"https://{NAME}/"), a_subscription()).result)
    assert (why.reason, why.cause) == (
        FailureReason.HTTP_ERROR_WHILE_SENDING,
        "no connection or no answer: Name or service not known",
    )


def test_a_name_that_leads_nowhere_is_no_answer() -> None:
    why = missed(client(exchange(leading_to())).call(a_delivery(f"https://{NAME}/"), a_subscription()).result)
    assert why.cause == f"{NAME} has no address"


def test_a_resolver_that_hangs_holds_nobody_beyond_the_deadline() -> None:
    def hang(host: str, port: int) -> Sequence[Address]:
        time.sleep(1)
        return []

    why = missed(client(exchange(hang), seconds=0.2).call(a_delivery(f"https://{NAME}/"), a_subscription()).result)
    assert why.cause == "no answer within 0 s"
