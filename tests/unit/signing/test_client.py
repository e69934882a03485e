"""The client against small servers on loopback that answer as told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from shared.signing.caller_proof import CallerSecret, check
from shared.signing.client import SignedAnswer, SignerClient, SignerRefusedError, SignerUnavailableError
from tests.processes import eventually

pytestmark = pytest.mark.enable_socket
SECRET = CallerSecret("token", "secret")
NOW = 1_795_000_000.0
ONE_SIGNED = (200, b'{"answers":[{"body":"{\\"Nonce\\":1}","signature":"A"}]}')
SIGNED = [SignedAnswer(b'{"Nonce":1}', "A")]
Answer = tuple[int, bytes] | threading.Event | None


class Server(ThreadingHTTPServer):
    """Answers each call with the next of `answers`; None closes the connection without one; an event makes it wait."""

    daemon_threads = True

    def __init__(self, answers: list[Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((self.path, dict(self.headers), body))
        answer = self.server.answers.pop(0)
        if isinstance(answer, threading.Event):
            answer.wait(10)
            answer = None
        if answer is None:
            self.close_connection = True
            return
        status, text = answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def server(*answers: Answer) -> Iterator[Server]:
    with Server(list(answers)) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@contextmanager
def client_of(url: str) -> Iterator[SignerClient]:
    client = SignerClient(url, "token", "secret", clock=lambda: NOW)
    yield client
    client.close()


def test_a_call_is_proved_and_its_answers_are_read_in_order() -> None:
    answers = {"answers": [{"body": '{"Nonce":1}', "signature": "A"}, {"body": '{"Nonce":2}', "signature": "B"}]}
    with server((200, json.dumps(answers).encode())) as running, client_of(running.url) as client:
        assert client.sign_nonces([1, 2]) == [SignedAnswer(b'{"Nonce":1}', "A"), SignedAnswer(b'{"Nonce":2}', "B")]
    ((path, headers, body),) = running.calls
    assert (path, body) == ("/v1/nonce", b'{"nonces":[1,2]}')
    assert check([SECRET.secret_key], "POST", path, body, headers=headers, now_seconds=NOW) is None


def test_the_body_of_a_request_travels_unchanged() -> None:
    body = '{"amount": 88.50, "name": "Zoë"}'.encode()
    with server((200, b'{"signature":"A"}')) as running, client_of(running.url) as client:
        assert client.sign_request(body) == "A"
    assert running.calls[0][2] == body


def test_a_batch_of_requests_travels_as_base64() -> None:
    with server((200, b'{"signatures":["A"]}')) as running, client_of(running.url) as client:
        assert client.sign_requests([b"{}"]) == ["A"]
    assert running.calls[0][2] == b'{"bodies":["e30="]}'
    assert running.calls[0][1]["Content-Type"] == "application/vnd.causeway.batch+json"


def test_a_refusal_carries_the_signers_sentence() -> None:
    refusal = server((400, b'{"errorMessage":"Not so"}'))
    with refusal as running, client_of(running.url) as client, pytest.raises(SignerRefusedError, match="400: Not so"):
        client.sign_request(b"{}")
    assert len(running.calls) == 1


@pytest.mark.parametrize(
    "answer",
    [
        (500, b""),
        (503, b"{}"),
        (429, b"{}"),
        (302, b""),
        (200, b"<html>"),
        (200, b"{}"),
        (200, b"[]"),
        (200, b'{"answers":[]}'),
        (200, b'{"answers":[{"body":1,"signature":"A"}]}'),
    ],
)
def test_anything_but_a_signature_means_unavailable(answer: tuple[int, bytes]) -> None:
    with server(answer) as running, client_of(running.url) as client, pytest.raises(SignerUnavailableError):
        client.sign_nonces([1])


def test_a_connection_closed_without_an_answer_is_tried_once_more() -> None:
    with server(None, (200, b'{"signature":"A"}')) as running, client_of(running.url) as client:
        assert client.sign_request(b"{}") == "A"
    assert len(running.calls) == 2


def test_a_call_that_is_sent_again_has_a_proof_of_its_own_or_it_would_pass_for_a_replay() -> None:
    with server(None, ONE_SIGNED, None, ONE_SIGNED) as running, client_of(running.url) as client:
        client.sign_nonces([1])
        client.begin_nonces([1])()
    assert len({headers["X-Causeway-Proof"] for _, headers, _ in running.calls}) == 4


def test_a_client_of_one_key_asks_for_it_in_every_call() -> None:
    with server(ONE_SIGNED, ONE_SIGNED, (200, b'{"signature":"A"}')) as running:
        client = SignerClient(running.url, "token", "secret", key_id="0123456789abcdef", clock=lambda: NOW)
        client.sign_nonces([1])
        client.begin_nonces([1])()
        client.sign_request(b"{}")
        client.close()
    assert [headers["X-Causeway-Key"] for _, headers, _ in running.calls] == ["0123456789abcdef"] * 3
    path, headers, body = running.calls[2]
    assert check([SECRET.secret_key], "POST", path, body, headers=headers, now_seconds=NOW) is None


def test_a_second_closed_connection_means_unavailable() -> None:
    with server(None, None) as running, client_of(running.url) as client, pytest.raises(SignerUnavailableError):
        client.sign_request(b"{}")
    assert len(running.calls) == 2


def test_no_answer_within_the_given_time_means_unavailable_and_is_not_repeated() -> None:
    silence = threading.Event()
    with server(silence) as running, client_of(running.url) as client:
        with pytest.raises(SignerUnavailableError, match="ReadTimeoutError"):
            client.sign_request(b"{}", timeout_seconds=0.05)
        silence.set()
    assert len(running.calls) == 1


def test_a_signer_that_is_not_there_means_unavailable(tmp_path: Path) -> None:
    with server() as running:
        url = running.url
    for nobody in (url, f"unix:{tmp_path / 'signer.sock'}"):
        with client_of(nobody) as client, pytest.raises(SignerUnavailableError, match="is it running"):
            client.sign_request(b"{}")


def test_a_call_in_two_steps_has_left_before_its_answer_is_asked_for() -> None:
    with server(ONE_SIGNED, ONE_SIGNED) as running, client_of(running.url) as client:
        signatures = client.begin_nonces([1])
        eventually(lambda: len(running.calls) == 1, "the call has left")
        assert signatures() == SIGNED
        assert client.begin_nonces([1])() == SIGNED
    path, headers, body = running.calls[0]
    assert check([SECRET.secret_key], "POST", path, body, headers=headers, now_seconds=NOW) is None


def test_a_call_in_two_steps_whose_connection_closes_is_made_again_in_one() -> None:
    with server(None, ONE_SIGNED, ONE_SIGNED) as running, client_of(running.url) as client:
        assert client.begin_nonces([1])() == SIGNED
        assert client.begin_nonces([1])() == SIGNED
    assert len(running.calls) == 3


def test_a_call_in_two_steps_is_refused_like_any_other() -> None:
    with server((400, b'{"errorMessage":"Not so"}')) as running, client_of(running.url) as client:
        signatures = client.begin_nonces([1])
        with pytest.raises(SignerRefusedError, match="400: Not so"):
            signatures()


def test_a_call_in_two_steps_waits_no_longer_than_it_may_and_is_not_repeated() -> None:
    silence = threading.Event()
    with server(silence) as running:
        client = SignerClient(running.url, "token", "secret", timeout_seconds=0.05, clock=lambda: NOW)
        with pytest.raises(SignerUnavailableError, match="TimeoutError"):
            client.begin_nonces([1])()
        silence.set()
        client.close()
    assert len(running.calls) == 1


def test_a_call_in_two_steps_to_a_signer_that_is_not_there_means_unavailable(tmp_path: Path) -> None:
    with server() as running:
        url = running.url
    for nobody in (url, f"unix:{tmp_path / 'signer.sock'}"):
        with client_of(nobody) as client:
            signatures = client.begin_nonces([1])
            with pytest.raises(SignerUnavailableError, match="is it running"):
                signatures()
