"""What the one way of serving does to requests, seen from outside."""

from collections.abc import Iterator

import pytest
import urllib3

from tests.processes import eventually, free_port, running

pytestmark = pytest.mark.enable_socket

# UMM's headers: legal names that many servers drop without a word.
WITH_UNDERSCORES = {
    "client_key": "lender1",
    "payment_channel": "FPS",
    "idempotent_request_key": "0f" * 16,
    "product": "loans",
    "timestamp": "2026-11-20T12:00:00.000+00:00",
}


@pytest.fixture(scope="module", params=["wsgi", "rsgi"])
def echo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port, folder = free_port(), tmp_path_factory.mktemp("echo")
    url = f"http://127.0.0.1:{port}"

    def is_ready() -> bool:
        try:
            return urllib3.request("GET", url, retries=False, timeout=1).status == 405
        except urllib3.exceptions.HTTPError:
            return False

    settings = {"PORT": str(port), "INTERFACE": request.param}
    with running(["-m", "tests.integration.echo"], folder, settings, is_ready) as process:
        yield url
        process.terminate()
        eventually(lambda: process.poll() is not None, "SIGTERM ends it")


def test_headers_with_underscores_reach_the_application(echo: str) -> None:
    answer = urllib3.request("POST", echo, headers=WITH_UNDERSCORES, retries=False, timeout=5)
    arrived = {name.lower().replace("-", "_"): value for name, value in answer.json()}
    assert WITH_UNDERSCORES.items() <= arrived.items()


def test_a_body_without_a_length_arrives_whole(echo: str) -> None:
    answer = urllib3.request("POST", echo, body=iter([b"a", b"b"]), retries=False, timeout=5)
    assert ["Transfer-Encoding", "chunked"] in answer.json()


def test_path_query_body_and_sender_arrive(echo: str) -> None:
    answer = urllib3.request("POST", f"{echo}/body/Zo%C3%AB%20L?a=%26", body=b"ab", retries=False, timeout=5)
    assert answer.json() == {"name": "Zoë L", "query": {"a": "&"}, "length": 2, "sender": "127.0.0.1"}


def test_a_body_over_the_applications_limit_is_refused_by_the_application(echo: str) -> None:
    answer = urllib3.request("POST", f"{echo}/body/x", body=b"x" * 2000, retries=False, timeout=5)
    assert answer.status == 413
