"""`make doctor OVERLAY=`: every workload, what the processes see from within, the certificates."""

import ast
import base64
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from deploy.cluster.doctor.checks import rows
from deploy.cluster.doctor.probe import PROCESSES, script_for
from tests.cluster.conftest import Make
from tests.cluster.fake_kubectl import FakeKubectl
from tests.cluster.overlays import a_running, a_workload, an_object, an_overlay

Rows = dict[str, dict[str, str]]


@pytest.fixture
def cluster(kubectl: FakeKubectl) -> FakeKubectl:
    """Everything is whole and content."""
    whole = a_running(a_workload("Deployment", "any", "python"))
    for kind in ("deployment/", "statefulset/"):
        kubectl.answer("get", kind, stdout=whole)
    kubectl.answer("exec", stdout='{"check": "store", "verdict": "ok", "found": "answers", "do": ""}\n')
    kubectl.answer("get", "type=kubernetes.io/tls", stdout=f"webhooks-tls {a_certificate(days=200)}\n")
    return kubectl


def test_a_whole_cluster_passes(cluster: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    assert make("doctor", OVERLAY="production", FORMAT="json") == 0
    rows = rows_in(capsys)
    assert {row["verdict"] for row in rows.values()} == {"ok"}
    for check in ("kubectl", "cluster", "deployment/listener whole", "secrets", "worker: store", "listener: store"):
        assert check in rows


def test_each_process_is_asked_for_what_it_alone_can_see(cluster: FakeKubectl, make: Make) -> None:
    make("doctor", OVERLAY="production")
    assert {call.asked[3]: call.given for call in cluster.calls("exec")} == {
        "deployment/worker-payments": script_for("worker"),
        "deployment/worker-deliveries": script_for("deliveries"),
        "deployment/listener": script_for("listener"),
        "deployment/subscription-api": script_for("api"),
        "deployment/worker-metrics": script_for("metrics"),
    }


def test_a_kind_that_the_cluster_does_not_know_fails(
    cluster: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.answer("kustomize", stdout=an_overlay(an_object("ScaledObject", "w") | {"apiVersion": "keda.sh/v1alpha1"}))
    cluster.answer("get", "/apis/keda.sh/v1alpha1", stderr="Error from server (NotFound): not found\n", code=1)
    assert make("doctor", OVERLAY="production", FORMAT="json") == 1
    row = rows_in(capsys)["kinds"]
    assert row["verdict"] == "FAIL"
    assert "install KEDA" in row["found"]


def test_a_workload_that_is_not_whole_fails(
    cluster: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.answer("get", "deployment/signer", stdout=a_running(a_workload("Deployment", "any", "python"), ready=1))
    assert make("doctor", OVERLAY="production", FORMAT="json") == 1
    row = rows_in(capsys)["deployment/signer whole"]
    assert (row["verdict"], row["found"]) == ("FAIL", "1 of 2 ready, 1 of them new")
    assert "describe deployment/signer" in row["do"]


def test_what_a_process_finds_wrong_fails(cluster: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    found = '{"check": "bank reachable", "verdict": "FAIL", "found": "no route", "do": "look"}\n'
    cluster.answer("exec", "deployment/worker-payments", stdout=found)
    assert make("doctor", OVERLAY="production") == 1
    shown = capsys.readouterr().out
    assert "worker: bank reachable" in shown
    assert "no route" in shown


def test_a_process_that_cannot_be_asked_fails(
    cluster: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.answer("exec", "deployment/listener", stderr="error: container not found\n", code=1)
    assert make("doctor", OVERLAY="production", FORMAT="json") == 1
    assert rows_in(capsys)["listener's own view"]["verdict"] == "FAIL"


@pytest.mark.parametrize(("days", "verdict"), [(200, "ok"), (5, "warn"), (-1, "FAIL")])
def test_certificates_are_looked_at_before_they_end(
    days: int, verdict: str, cluster: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.answer("get", "type=kubernetes.io/tls", stdout=f"webhooks-tls {a_certificate(days)}\n")
    make("doctor", OVERLAY="production", FORMAT="json")
    assert rows_in(capsys)["certificate webhooks-tls"]["verdict"] == verdict


def test_no_key_is_asked_for_with_the_certificates(cluster: FakeKubectl, make: Make) -> None:
    make("doctor", OVERLAY="production")
    (call,) = [call for call in cluster.calls("secrets") if "--field-selector=type=kubernetes.io/tls" in call.asked]
    assert r".data.tls\.crt" in call.asked[-1]
    assert "key" not in call.asked[-1]


def test_a_missing_secret_fails(cluster: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    cluster.answer("get", "secrets", "--output=name", stdout="secret/other\n")
    assert make("doctor", OVERLAY="production", FORMAT="json") == 1
    assert rows_in(capsys)["secrets"]["found"] == "missing: setup"


def test_without_a_cluster_there_is_one_row_and_nothing_else_is_tried(
    cluster: FakeKubectl, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.answer("get", "/readyz", stderr="Unable to connect\n", code=1)
    assert make("doctor", OVERLAY="production", FORMAT="json") == 1
    assert set(rows_in(capsys)) == {"kubectl", "cluster"}


def test_without_kubectl_that_is_the_one_row(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert make("doctor", OVERLAY="production", FORMAT="json") == 1
    assert set(rows_in(capsys)) == {"kubectl"}


@pytest.mark.parametrize("check", sorted({check.__module__ for each in PROCESSES.values() for check in each}))
def test_a_check_imports_nothing_that_a_pod_does_not_have(check: str) -> None:
    tree = ast.parse(Path(str(sys.modules[check].__file__)).read_text())
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    foreign = {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in foreign if not name.startswith(("redis", "shared."))} == {rows.__name__}


def rows_in(capsys: pytest.CaptureFixture[str]) -> Rows:
    return {row["check"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}


def a_certificate(days: int) -> str:
    """PEM in Base64, as a Secret holds it: good for so many days more."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks")])
    until = datetime.now(UTC) + timedelta(days=days, hours=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(until - timedelta(days=400))
        .not_valid_after(until)
        .sign(key, SHA256())
    )
    return base64.b64encode(certificate.public_bytes(Encoding.PEM)).decode()
